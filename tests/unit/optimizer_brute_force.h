#pragma once
#include "hwgen/optimizer/hardware_search.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace Orrery::test {

using namespace Orrery::optimizer;

/// Levels of these capacities, and DRAM; reads and writes cost differently.
inline Hardware hardware_with(const std::vector<int64_t> &words, int64_t elements,
                              int array_level = 0) {
    Hardware hardware;
    hardware.name = "test";
    const double energies[] = {0.5, 1, 6, 200};
    for (size_t l = 0; l < words.size(); l++) {
        hardware.levels.push_back({"L" + std::to_string(l), words[l], energies[l]});
        hardware.levels.back().write_pj += 0.25;
    }
    hardware.levels.push_back({"DRAM", 0, 200});
    hardware.array = {elements, 2, array_level, 0};
    hardware.utilisation = 0.5;
    hardware.replication = true;
    return hardware;
}

/// All mappings with given spatial loops: all tiles, all permutations of the loops at each level,
/// and all operands that bypass each.
class BruteForce {
public:
    BruteForce(const Problem &problem, const Hardware &hardware, const Constraints &constraints)
        : hardware_(hardware), constraints_(constraints) {
        mapped_.problem = problem;
        mapped_.array_level = hardware.array.level;
        for (const MemoryLevel &level : hardware.levels) {
            mapped_.levels.push_back(level.name);
        }
    }

    void run(const std::vector<Axis> &axes) {
        mapped_.mapping.axes = axes;
        const size_t loops = mapped_.problem.loops.size();
        mapped_.mapping.temporal.assign(hardware_.levels.size(), std::vector<int64_t>(loops, 1));
        std::vector<int> order(loops);
        for (size_t d = 0; d < loops; d++) {
            order[d] = int(d);
        }
        mapped_.mapping.order.assign(hardware_.levels.size(), order);
        mapped_.mapping.ragged.assign(hardware_.levels.size(), std::vector<int64_t>(loops, 0));
        choose_bypassed(0, mapped_.problem.extents());
    }

    std::set<std::pair<int64_t, int64_t>> costs; ///< energy and cycles of all mappings

    std::optional<ObjectiveValue> best(Objective objective) const {
        std::optional<ObjectiveValue> least;
        for (const auto &[energy, cycles] : costs) {
            const ObjectiveValue value = value_of(objective, energy, cycles);
            least = least && *least < value ? *least : value;
        }
        return least;
    }

private:
    const Hardware &hardware_;
    const Constraints &constraints_;
    MappedLayer mapped_;

    /// For each level below the last one.
    void choose_bypassed(int level, const std::vector<int64_t> &whole) {
        std::vector<TensorSet> &bypassed = mapped_.mapping.bypassed;
        bypassed.resize(hardware_.levels.size(), 0);
        if (level == hardware_.last_level()) {
            TensorSet everywhere = ~TensorSet(0);
            for (int l = 0; l < level; l++) {
                everywhere &= bypassed[l];
            }
            if (everywhere == 0) {
                choose_tiles(level, whole);
            }
            return;
        }
        const std::vector<Tensor> &tensors = mapped_.problem.tensors;
        for (TensorSet set = 0; set < TensorSet(1) << tensors.size(); set++) {
            bool allowed = true;
            for (size_t x = 0; x < tensors.size(); x++) {
                allowed = allowed && !(tensors[x].output && (set >> x & 1) != 0);
            }
            for (const auto &[copy, held] : constraints_.held) {
                allowed =
                    allowed && (copy.first != level || held == ((set >> copy.second & 1) == 0));
            }
            if (allowed) {
                bypassed[level] = set;
                choose_bypassed(level + 1, whole);
            }
        }
    }

    bool is_tried(int64_t extent, int64_t tile, int64_t lanes) const {
        bool tried = constraints_.factors == Factors::All || extent % tile == 0;
        for (int64_t n = 1; n <= extent && constraints_.factors == Factors::Ceil; n++) {
            const int64_t least = (extent + n - 1) / n;
            tried = tried || tile == least || tile == (least + lanes - 1) / lanes * lanes;
        }
        return tried;
    }

    /// Loops of the level and of those inside, for a tile that is cut by them.
    void choose_tiles(int level, const std::vector<int64_t> &tile, size_t loop = 0,
                      std::vector<int64_t> inner = {}) {
        if (level == 0) {
            finish(tile);
            return;
        }
        if (loop == tile.size()) {
            choose_tiles(level - 1, inner);
            return;
        }
        inner.push_back(0);
        for (int64_t extent = 1; extent <= tile[loop]; extent++) {
            if (is_tried(tile[loop], extent, mapped_.mapping.spatial(int(loop)))) {
                mapped_.mapping.temporal[level][loop] = (tile[loop] + extent - 1) / extent;
                mapped_.mapping.ragged[level][loop] = extent;
                inner.back() = extent;
                choose_tiles(level, tile, loop + 1, inner);
            }
        }
    }

    void finish(const std::vector<int64_t> &tile) {
        for (size_t d = 0; d < tile.size(); d++) {
            const int64_t lanes = mapped_.mapping.spatial(int(d));
            if (tile[d] < lanes || (hardware_.array.level > 0 && tile[d] % lanes != 0)) {
                return;
            }
            mapped_.mapping.temporal[0][d] = (tile[d] + lanes - 1) / lanes;
        }
        permute(hardware_.last_level());
    }

    /// Orders of the loops with more than one iteration.
    void permute(int level) {
        if (level == 0) {
            rate();
            return;
        }
        std::vector<int> loops, rest;
        for (size_t d = 0; d < mapped_.problem.loops.size(); d++) {
            (mapped_.mapping.temporal[level][d] > 1 ? loops : rest).push_back(int(d));
        }
        do {
            std::vector<int> order = loops;
            order.insert(order.end(), rest.begin(), rest.end());
            mapped_.mapping.order[level] = order;
            if (level < hardware_.last_level() || sums_stay(loops)) {
                permute(level - 1);
            }
        } while (std::next_permutation(loops.begin(), loops.end()));
    }

    const Tensor &output() const {
        return *std::find_if(mapped_.problem.tensors.begin(), mapped_.problem.tensors.end(),
                             [](const Tensor &t) { return t.output; });
    }

    /// Loops of the output are further out than those of the reduction.
    bool sums_stay(const std::vector<int> &innermost_first) const {
        const LoopSet indexing = mapped_.problem.loops_of(output());
        return std::is_partitioned(innermost_first.begin(), innermost_first.end(),
                                   [&](int d) { return (indexing >> d & 1) == 0; });
    }

    /// Extents of a whole tile of the level.
    std::vector<int64_t> whole_tile(int level) const {
        std::vector<int64_t> extents;
        for (size_t d = 0; d < mapped_.problem.loops.size(); d++) {
            int64_t extent = mapped_.problem.loops[d].extent;
            for (int l = hardware_.last_level(); l > level; l--) {
                extent = mapped_.mapping.ragged[size_t(l)][d];
            }
            extents.push_back(extent);
        }
        return extents;
    }

    bool fits(const HardwareAccesses &counts) const {
        for (int level = 0; level < hardware_.last_level(); level++) {
            const std::vector<int64_t> tile = whole_tile(level);
            int64_t words = 0, room = hardware_.levels[level].words;
            for (size_t x = 0; x < counts.copies.size(); x++) {
                const int64_t elements = Problem::elements(mapped_.problem.tensors[x], tile.data());
                for (const CopyAccesses &copy : counts.copies[x]) {
                    words += copy.level == level ? elements * (copy.fills > 1 ? 2 : 1) : 0;
                }
                if (mapped_.problem.tensors[x].output && level == counts.sums.level) {
                    words += elements * (counts.sums.fills > 1 ? 2 : 1);
                }
            }
            for (size_t d = 0; d < mapped_.problem.loops.size(); d++) {
                room *= level <= hardware_.array.level ? mapped_.mapping.spatial(int(d)) : 1;
            }
            if (words > room) {
                return false;
            }
        }
        return true;
    }

    void rate() {
        if (!fits(hardware_accesses(mapped_))) {
            return;
        }
        const HardwareCost cost = hardware_cost(mapped_, hardware_);
        costs.insert({cost.total_energy, cost.cycles});
    }
};

inline std::vector<std::pair<Objective, Factors>> all_combinations() {
    std::vector<std::pair<Objective, Factors>> all;
    for (const auto &[objective, o] : objectives()) {
        for (const auto &[factors, f] : factor_kinds()) {
            all.push_back({o, f});
        }
    }
    return all;
}

/// The search finds what costs least of all mappings, or that there is none.
inline void check_against_brute_force(const InterstellarModel &model,
                                      const Constraints &constraints, Objective objective) {
    BruteForce brute(model.problem(), model.hardware(), constraints);
    brute.run(*constraints.axes);
    const std::optional<ObjectiveValue> best = brute.best(objective);
    for (const bool prune : {true, false}) {
        SearchOptions options;
        options.prune = prune;
        options.threads = prune ? 2 : 1;
        const HardwareSearchResult found = search_hardware(model, constraints, objective, options);
        REQUIRE(found.mapped.has_value() == best.has_value());
        if (best) {
            CHECK(found.optimal);
            CHECK(found.value == *best);
            const HardwareCost cost = hardware_cost(*found.mapped, model.hardware());
            CHECK(value_of(objective, cost.total_energy, cost.cycles) == found.value);
        } else {
            CHECK_THAT(found.why_none, Catch::Contains("no tiles fit"));
        }
    }
}

} // namespace Orrery::test
