#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/optimizer/spatial.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace Orrery::optimizer;

namespace {

/// Every mapping there is, written without anything of the search: all factors, all axes, all
/// orders.
class BruteForce {
public:
    BruteForce(const InterstellarModel &model, const Constraints &constraints)
        : model_(model), constraints_(constraints), levels_(model.hardware().levels.size()) {
        for (const std::vector<Axis> &axes : all_axes()) {
            mapping_.axes = axes;
            mapping_.temporal.assign(levels_,
                                     std::vector<int64_t>(model.problem().loops.size(), 1));
            mapping_.order.assign(levels_, {});
            blockings(0);
        }
    }

    int64_t least() const { return least_; }
    int64_t mappings() const { return mappings_; }

private:
    const InterstellarModel &model_;
    const Constraints &constraints_;
    size_t levels_;
    Mapping mapping_;
    int64_t least_ = INT64_MAX;
    int64_t mappings_ = 0;

    std::vector<std::vector<Axis>> all_axes() const {
        if (constraints_.axes) {
            return {*constraints_.axes};
        }
        std::vector<Axis> axis{{}};
        const auto &loops = model_.problem().loops;
        for (int u = 0; u < int(loops.size()); u++) {
            for (int64_t f = 2; f <= loops[u].extent; f++) {
                axis.push_back({{u, f}});
                for (int v = 0; v < int(loops.size()); v++) {
                    for (int64_t g = 2; v != u && g <= loops[v].extent; g++) {
                        axis.push_back({{u, f}, {v, g}});
                    }
                }
            }
        }
        std::vector<std::vector<Axis>> all;
        for (const Axis &a : axis) {
            for (const Axis &b : axis) {
                if (allowed({a, b})) {
                    all.push_back({a, b});
                }
            }
        }
        return all;
    }

    /// The rules of the text: widths, utilisation, replication, different loops.
    bool allowed(const std::vector<Axis> &axes) const {
        const Hardware &hardware = model_.hardware();
        const double width = double(hardware.array.width(0)), threshold = hardware.utilisation;
        int64_t all = 1;
        std::vector<int> used;
        for (const Axis &axis : axes) {
            int64_t product = 1;
            for (const SpatialLoop &loop : axis) {
                product *= loop.factor;
                used.push_back(loop.loop);
                if (model_.problem().loops[loop.loop].extent % loop.factor != 0) {
                    return false;
                }
            }
            if (double(product) < threshold * width || double(product) > width) {
                return false;
            }
            if (axis.size() == 2 &&
                (!hardware.replication || double(axis[0].factor) >= threshold * width)) {
                return false;
            }
            all *= product;
        }
        std::sort(used.begin(), used.end());
        return std::adjacent_find(used.begin(), used.end()) == used.end() &&
               double(all) >= threshold * double(hardware.array.elements);
    }

    void blockings(size_t loop) {
        if (loop == model_.problem().loops.size()) {
            if (model_.broken_rule(mapping_).empty()) {
                orders(1);
            }
            return;
        }
        const int64_t extent = model_.problem().loops[loop].extent;
        factors(loop, levels_ - 1, extent);
    }

    /// Factors of the outer levels divide; the innermost one is what is left for the array, rounded
    /// up.
    void factors(size_t loop, size_t level, int64_t rest) {
        const int64_t spatial = mapping_.spatial(int(loop));
        const bool last = level == 0;
        for (int64_t factor = 1; factor <= rest; factor++) {
            const int64_t given = constraints_.given(int(level), int(loop));
            if (given != 0 && factor != given) {
                continue;
            }
            mapping_.temporal[level][loop] = factor;
            if (last) {
                const bool rounds = constraints_.axes && model_.hardware().array.level == 0;
                const bool fits = rounds
                                      ? rest >= spatial && factor == (rest + spatial - 1) / spatial
                                      : factor * spatial == rest;
                if (fits) {
                    blockings(loop + 1);
                }
            } else if (rest % factor == 0) {
                factors(loop, level - 1, rest / factor);
            }
        }
        mapping_.temporal[level][loop] = 1;
    }

    /// Does the tensor that must stay at this level do so?
    bool keeps(int level) const {
        const auto kept = constraints_.kept.find(level);
        bool moved = false;
        for (const int loop : mapping_.order[size_t(level)]) {
            const bool irrelevant =
                kept != constraints_.kept.end() &&
                (model_.tensors()[size_t(kept->second)].irrelevant >> loop & 1) != 0;
            if (irrelevant && moved) {
                return false;
            }
            moved |= !irrelevant;
        }
        return true;
    }

    /// All permutations of the loops that have iterations.
    void orders(size_t level) {
        if (level == levels_) {
            mappings_++;
            least_ = std::min(least_, model_.evaluate(mapping_).total);
            return;
        }
        std::vector<int> loops;
        for (int d = 0; d < int(model_.problem().loops.size()); d++) {
            if (mapping_.temporal[level][d] > 1) {
                loops.push_back(d);
            }
        }
        do {
            mapping_.order[level] = loops;
            if (keeps(int(level))) {
                orders(level + 1);
            }
        } while (std::next_permutation(loops.begin(), loops.end()));
    }
};

class Random {
public:
    explicit Random(uint64_t seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) {
        return low + int64_t(engine_() % uint64_t(high - low + 1));
    }
    bool one_in(int64_t n) { return number(1, n) == 1; }

    LayerShape shape() {
        LayerShape shape;
        int64_t *extents[] = {&shape.batch,       &shape.filters,   &shape.channels,
                              &shape.out_height,  &shape.out_width, &shape.kernel_height,
                              &shape.kernel_width};
        int64_t all = 1;
        for (int i = 0; i < 5; i++) {
            int64_t &extent = *extents[number(0, 6)];
            const int64_t value = number(2, 8);
            if (extent == 1 && all * value <= 700) {
                extent = value;
                all *= value;
            }
        }
        shape.stride = {one_in(3) ? 2 : 1, one_in(3) ? 2 : 1};
        if (one_in(4)) {
            shape.groups = 2;
            shape.filters *= 2;
            shape.channels *= 2;
        }
        return shape;
    }

    Hardware hardware() {
        Hardware hardware;
        const int levels = one_in(3) ? 4 : int(number(2, 3));
        int64_t words = number(4, 24);
        for (int l = 0; l + 1 < levels; l++) {
            hardware.levels.push_back(
                {fmt::format("level {}", l), words, double(number(1, 400)) / 100});
            words *= number(3, 8);
        }
        hardware.levels.push_back({"memory", 0, double(number(20, 200))});
        hardware.array = {number(2, 16), 2, levels > 2 && one_in(3) ? 1 : 0,
                          double(number(0, 100)) / 100};
        hardware.utilisation = one_in(2) ? double(number(2, 9)) / 10 : 0;
        hardware.replication = one_in(2);
        return hardware;
    }

    /// A spatial loop or a factor that is given.
    Constraints constraints(const Problem &problem, const Hardware &hardware) {
        Constraints constraints;
        if (one_in(2)) {
            constraints.kept[int(number(1, int64_t(hardware.levels.size()) - 1))] =
                int(number(0, 2));
        }
        const int loop = int(number(0, int64_t(problem.loops.size()) - 1));
        if (one_in(2)) {
            const int64_t most = std::min(problem.loops[loop].extent, hardware.array.elements);
            constraints.axes = {{{loop, number(1, most)}}};
            if (hardware.array.level > 0 &&
                problem.loops[loop].extent % constraints.axes->front()[0].factor != 0) {
                constraints.axes->front()[0].factor = 1;
            }
        } else {
            constraints.temporal.assign(hardware.levels.size(),
                                        std::vector<int64_t>(problem.loops.size(), 0));
            constraints.temporal[number(0, int64_t(hardware.levels.size()) - 1)][loop] =
                number(1, 3);
        }
        return constraints;
    }

private:
    std::mt19937_64 engine_;
};

int64_t from_environment(const char *name, int64_t otherwise) {
    const char *text = std::getenv(name);
    return text ? std::atoll(text) : otherwise;
}

} // namespace

TEST_CASE("Searched optima are those of brute force") {
    const int64_t cases = from_environment("ORRERY_CASES", 200),
                  first = from_environment("ORRERY_SEED", 1);
    int64_t with_mapping = 0, mappings = 0;
    for (int64_t seed = first; seed < first + cases; seed++) {
        Random random(static_cast<uint64_t>(seed));
        const Problem problem = convolution("random", random.shape());
        const Hardware hardware = random.hardware();
        const InterstellarModel model(problem, hardware);
        const Constraints constraints =
            random.one_in(2) ? random.constraints(problem, hardware) : Constraints();
        const BruteForce brute(model, constraints);
        INFO("seed " << seed);
        for (const bool prune : {true, false}) {
            SearchOptions options;
            options.prune = prune;
            const SearchResult result = search(model, constraints, options);
            REQUIRE(result.mapping.has_value() == (brute.mappings() > 0));
            if (result.mapping) {
                REQUIRE(result.optimal);
                REQUIRE(result.energy == brute.least());
            }
        }
        with_mapping += brute.mappings() > 0 ? 1 : 0;
        mappings += brute.mappings();
    }
    CHECK(with_mapping * 5 > cases);
    WARN(with_mapping << " of " << cases << " problems with " << mappings << " mappings");
}

namespace {

Hardware eyeriss_like() {
    Hardware hardware;
    hardware.levels = {{"RF", 256, 0.96}, {"SRAM", 65536, 20}, {"DRAM", 0, 200}};
    hardware.array = {256, 2, 0, 0.035};
    hardware.utilisation = 0.75;
    hardware.replication = true;
    return hardware;
}

bool same(const Mapping &a, const Mapping &b) {
    const auto same_axis = [](const Axis &p, const Axis &q) {
        return std::equal(p.begin(), p.end(), q.begin(), q.end(),
                          [](const SpatialLoop &u, const SpatialLoop &v) {
                              return u.loop == v.loop && u.factor == v.factor;
                          });
    };
    return a.temporal == b.temporal && a.order == b.order &&
           std::equal(a.axes.begin(), a.axes.end(), b.axes.begin(), b.axes.end(), same_axis);
}

} // namespace

TEST_CASE("The mapping does not depend on the number of threads") {
    for (const char *layer : {"N=4 K=96 C=64 OY=14 OX=14 FY=3 FX=3", "N=1 K=64 C=64 OY=56 OX=56",
                              "K=4096 C=1024 N=16"}) {
        const InterstellarModel model(convolution(layer, parse_layer(layer)), eyeriss_like());
        SearchOptions options;
        const SearchResult one = search(model, {}, options);
        REQUIRE(one.mapping);
        for (const int threads : {2, 5}) {
            options.threads = threads;
            const SearchResult several = search(model, {}, options);
            REQUIRE(several.mapping);
            CHECK(several.energy == one.energy);
            CHECK(same(*several.mapping, *one.mapping));
        }
    }
}

TEST_CASE("A search that is stopped says how far it may be from the optimum") {
    const InterstellarModel model(
        convolution("layer", parse_layer("N=16 K=256 C=48 OY=28 OX=28 FY=5 FX=5")), eyeriss_like());
    SearchOptions options;
    options.seconds = 1e-9;
    const SearchResult stopped = search(model, {}, options);
    const SearchResult whole = search(model, {}, {});
    REQUIRE(stopped.mapping);
    CHECK(whole.optimal);
    CHECK(stopped.energy >= whole.energy);
    CHECK(stopped.bound <= whole.energy);
    CHECK(stopped.optimal == (stopped.bound == stopped.energy));
}

TEST_CASE("A tensor that must stay") {
    const InterstellarModel model(
        convolution("layer", parse_layer("N=4 K=96 C=64 OY=14 OX=14 FY=3 FX=3")), eyeriss_like());
    const SearchResult free = search(model, {}, {});
    for (int tensor = 0; tensor < 3; tensor++) {
        Constraints constraints;
        constraints.kept[2] = tensor;
        const SearchResult kept = search(model, constraints, {});
        REQUIRE(kept.mapping);
        CHECK(kept.energy >= free.energy);
        CHECK(model.evaluate(*kept.mapping).accesses[2][size_t(tensor)] == 1);
    }
}

TEST_CASE("Spatial choices follow the rules") {
    Hardware hardware = eyeriss_like();
    const InterstellarModel model(
        convolution("conv3", parse_layer("N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3")), hardware);
    for (const SpatialChoice &choice : spatial_choices(model)) {
        for (const std::vector<Axis> &axes : choice.axes) {
            int64_t all = 1;
            for (const Axis &axis : axes) {
                int64_t product = 1;
                for (const SpatialLoop &loop : axis) {
                    product *= loop.factor;
                }
                CHECK(product >= 12);
                CHECK(product <= 16);
                all *= product;
            }
            CHECK(all >= 192);
        }
    }
}
