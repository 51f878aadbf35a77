#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/front_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/resource_search.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/error.h"
#include "tests/unit/optimizer_brute_force.h"

#include <catch2/catch.hpp>

#include <tuple>

using namespace Orrery;
using namespace Orrery::optimizer;
using namespace Orrery::test;
using Catch::Contains;

namespace {

/// Energy, cycles, area.
using Costs = std::tuple<int64_t, int64_t, int64_t>;

/// Hardware of the given capacities, each with an area, some of them equal.
Resources resources_with(const std::vector<std::vector<int64_t>> &capacities,
                         const std::vector<int64_t> &elements = {12}) {
    Resources resources;
    resources.name = "several";
    for (const int64_t count : elements) {
        for (const std::vector<int64_t> &words : capacities) {
            Hardware hardware = hardware_with(words, count);
            hardware.array.area = 100;
            hardware.energy_digits = 2;
            hardware.utilisation = 0;
            for (size_t l = 0; l < words.size(); l++) {
                // Smaller memories cost less.
                hardware.levels[l].read_pj += double(words[l] / 4) / 4;
                hardware.levels[l].write_pj += double(words[l] / 4) / 4;
                hardware.levels[l].area = words[l] / 8 * 8;
            }
            resources.hardware.push_back(hardware);
        }
    }
    return resources;
}

struct Layer {
    LayerShape shape;
    Problem problem;
    Constraints constraints;

    Layer(const char *layer, const char *spatial, const Hardware &hardware)
        : shape(parse_layer(layer)), problem(convolution("layer", shape)) {
        if (*spatial) {
            parse_fix(spatial, problem, hardware, constraints);
        }
    }
};

/// Of all mappings on all hardware.
std::set<Costs> all_costs(const Layer &layer, const Resources &resources) {
    std::set<Costs> all;
    for (const Hardware &hardware : resources.hardware) {
        BruteForce brute(layer.problem, hardware, layer.constraints);
        if (layer.constraints.axes) {
            brute.run(*layer.constraints.axes);
        } else {
            const InterstellarModel model(layer.problem, hardware);
            for (const SpatialChoice &choice :
                 spatial_choices(model, {}, layer.constraints.factors)) {
                brute.run(choice.axes.front());
            }
        }
        for (const auto &[energy, cycles] : brute.costs) {
            all.insert({energy, cycles, hardware_area(hardware).value_or(0)});
        }
    }
    return all;
}

bool beats(const Costs &a, const Costs &b) {
    return a != b && std::get<0>(a) <= std::get<0>(b) && std::get<1>(a) <= std::get<1>(b) &&
           std::get<2>(a) <= std::get<2>(b);
}

std::set<Costs> front_of(const std::set<Costs> &all) {
    std::set<Costs> front;
    for (const Costs &costs : all) {
        if (std::none_of(all.begin(), all.end(),
                         [&](const Costs &other) { return beats(other, costs); })) {
            front.insert(costs);
        }
    }
    return front;
}

struct Case {
    const char *layer, *spatial;
    std::vector<std::vector<int64_t>> capacities;
    std::vector<int64_t> elements = {12};
};

const std::vector<Case> cases = {
    {"K=4 C=4 OX=3", "spatial C=2 K=2", {{4, 20}, {8, 20}, {16, 40}, {1, 1}}},
    {"K=6 C=4 OY=4 FY=3", "spatial C=2 OY=2", {{8, 60}, {8, 63}, {24, 100}}},
    {"N=2 K=4 C=6", "spatial C=3 K=2", {{3, 40}}},
    {"K=4 OX=6 FX=3 stride=2", "spatial FX=3 K=2", {{8, 30}, {16, 30}, {8, 90}}},
    {"K=4 C=4 OX=2", "spatial C=2", {{4, 12, 30}, {8, 12, 30}}},
    {"K=8 C=32 OX=2", "spatial K=2", {{8, 80}, {64, 200}}},
    {"K=4 C=6 OX=4", "", {{4, 20}, {8, 30}, {16, 60}, {1, 70}}, {12, 6, 2}},
    {"K=6 FX=3 OX=4", "", {{4, 12}, {4, 15}, {12, 60}}, {9, 4}},
    {"N=8 K=4 C=4", "", {{3, 24}, {6, 48}}, {16, 4, 1}}};

/// Its points, after a look at each.
std::set<Costs> checked_points(const FrontResult &front, const Resources &resources) {
    CHECK(front.complete);
    CHECK(front.searches >= int64_t(front.points.size()));
    std::set<Costs> found;
    for (const FrontPoint &point : front.points) {
        CHECK(found.insert({point.energy, point.cycles, *point.area}).second);
        const Hardware &hardware = resources.hardware[point.hardware];
        const HardwareCost cost = hardware_cost(point.mapped, hardware);
        CHECK(cost.total_energy == point.energy);
        CHECK(cost.cycles == point.cycles);
        CHECK(hardware_area(hardware) == point.area);
        const MappedLayer read =
            parse_mapping("mapping.json", hardware_mapping_json(point.mapped, hardware, cost, {}));
        CHECK(hardware_cost(read, hardware).total_energy == point.energy);
    }
    return found;
}

/// The hardware with the mapping of least value, the smallest of several.
void check_best(const Layer &layer, const Resources &resources, const std::set<Costs> &all,
                Objective objective, const SearchOptions &options) {
    std::optional<std::pair<ObjectiveValue, int64_t>> best;
    for (const auto &[energy, cycles, area] : all) {
        const std::pair value(value_of(objective, energy, cycles), area);
        best = best && *best < value ? *best : value;
    }
    REQUIRE(best);
    const ResourceSearchResult found =
        search_resources(layer.problem, resources, layer.constraints, objective, options);
    CHECK(found.optimal);
    REQUIRE(found.chosen);
    CHECK(found.best.value == best->first);
    CHECK(found.bound == best->first);
    CHECK(*hardware_area(resources.hardware[*found.chosen]) == best->second);
    CHECK(found.searched + found.excluded + found.unmappable == int64_t(resources.hardware.size()));
}

} // namespace

TEST_CASE("the front and the best hardware are those of brute force", "[optimizer]") {
    size_t most_points = 0;
    for (const Case &c : cases) {
        INFO(c.layer << ", " << c.spatial);
        const Resources resources = resources_with(c.capacities, c.elements);
        const Layer layer(c.layer, c.spatial, resources.hardware[0]);
        const std::set<Costs> all = all_costs(layer, resources);
        std::vector<std::string> texts;
        for (const int threads : {1, 3}) {
            SearchOptions options;
            options.threads = threads;
            const FrontResult front =
                search_front(layer.problem, resources, layer.constraints, options);
            CHECK(checked_points(front, resources) == front_of(all));
            most_points = std::max(most_points, front.points.size());
            texts.push_back(front_json(front, layer.problem, resources) +
                            front_csv(front, resources));
            for (const auto &[name, objective] : objectives()) {
                INFO(name);
                check_best(layer, resources, all, objective, options);
            }
        }
        CHECK(texts[0] == texts[1]);
    }
    CHECK(most_points > 5);
}

TEST_CASE("hardware that maps nothing is counted", "[optimizer]") {
    Resources resources = resources_with({{1, 1}, {8, 40}}, {4, 3});
    const Layer layer("K=4 C=4 OX=3", "spatial C=2 K=2", resources.hardware[0]);
    const auto search = [&] {
        return search_resources(layer.problem, resources, layer.constraints, Objective::Energy, {});
    };
    // Three have too little memory, or too few processing elements, or both.
    CHECK(search().unmappable == 3);
    CHECK(search().chosen == 1);
    FrontResult front = search_front(layer.problem, resources, layer.constraints, {});
    CHECK(front.unmappable == 3);
    CHECK(front.complete);
    resources.hardware.erase(resources.hardware.begin() + 1);
    CHECK(!search().chosen);
    CHECK(search().unmappable == 3);
    CHECK_THAT(search().why_none, Contains("no tiles fit") || Contains("do not fit into the 3"));
    front = search_front(layer.problem, resources, layer.constraints, {});
    CHECK(front.points.empty());
    CHECK(!front.why_none.empty());
    resources.hardware[0].array.area.reset();
    CHECK_THROWS_WITH(search_front(layer.problem, resources, layer.constraints, {}),
                      Contains("array.area_mm2 is missing"));
}

TEST_CASE("bounds exclude hardware without a search of it", "[optimizer]") {
    const Resources resources = resources_with({{8, 40}}, {12, 2});
    // Two processing elements need at least six times the cycles.
    Layer layer("K=6 C=4 OX=4", "", resources.hardware[0]);
    const ResourceSearchResult found =
        search_resources(layer.problem, resources, layer.constraints, Objective::Cycles, {});
    CHECK(found.optimal);
    CHECK(found.chosen == 0);
    CHECK(found.excluded == 1);
}

TEST_CASE("a front that runs out of time says what is proved", "[optimizer]") {
    const Resources resources = resources_with({{64, 8192}, {128, 65536}}, {256});
    const Layer layer("K=64 C=64 OY=14 OX=14 FY=3 FX=3", "", resources.hardware[0]);
    const FrontResult whole = search_front(layer.problem, resources, layer.constraints, {});
    REQUIRE(whole.complete);
    CHECK(whole.points.size() > 1);
    SearchOptions options;
    for (const double seconds : {1e-9, 0.02, 0.05, 0.1}) {
        options.seconds = seconds;
        const FrontResult part = search_front(layer.problem, resources, layer.constraints, options);
        // A beginning of the whole.
        CHECK(part.complete != part.open_area.has_value());
        REQUIRE(part.points.size() <= whole.points.size());
        for (size_t i = 0; i < part.points.size(); i++) {
            CHECK(part.points[i].energy == whole.points[i].energy);
            CHECK(part.points[i].cycles == whole.points[i].cycles);
            CHECK(part.points[i].area == whole.points[i].area);
        }
    }
    options.seconds = 1e-9;
    const ResourceSearchResult part =
        search_resources(layer.problem, resources, layer.constraints, Objective::Energy, options);
    const ResourceSearchResult best =
        search_resources(layer.problem, resources, layer.constraints, Objective::Energy, {});
    CHECK(!part.optimal);
    CHECK(best.optimal);
    CHECK(!(best.best.value < part.bound));
}

TEST_CASE("the hardware of a mapping can be read again", "[optimizer]") {
    Hardware hardware = resources_with({{8, 40}}).hardware[0];
    hardware.array.shape = {3, 4};
    const Hardware again = parse_hardware("again.json", hardware_json(hardware));
    CHECK(hardware_json(again) == hardware_json(hardware));
    CHECK(hardware_area(again) == hardware_area(hardware));
    CHECK(again.levels[0].words == 8);
    CHECK(again.levels[0].write_pj == hardware.levels[0].write_pj);
}

TEST_CASE("a staircase covers what its points equal or beat", "[optimizer]") {
    Staircase points;
    CHECK(!points.covers(5, 5));
    points.add(5, 5);
    points.add(3, 9);
    points.add(8, 1);
    points.add(6, 6); // covered
    CHECK(points.covers(5, 5));
    CHECK(points.covers(7, 5));
    CHECK(!points.covers(7, 4));
    CHECK(points.covers(9, 1));
    CHECK(!points.covers(4, 8));
    points.add(4, 1); // covers two of them
    CHECK(points.covers(4, 1));
    CHECK(points.covers(3, 9));
    CHECK(!points.covers(3, 8));
}
