#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "tests/unit/optimizer_brute_force.h"

#include <catch2/catch.hpp>

#include <set>

using namespace Orrery;
using namespace Orrery::optimizer;
using namespace Orrery::test;
using Catch::Contains;

namespace {

struct Case {
    const char *layer, *spatial;
    std::vector<int64_t> words;
    int array_level = 0;
    std::vector<const char *> fixes = {};
    Factors most = Factors::Ceil; ///< brute force of all tiles takes long
};

} // namespace

TEST_CASE("the cheapest hardware is that of brute force", "[optimizer]") {
    const std::vector<Case> cases = {
        {"K=4 C=4 OX=3", "spatial C=2 K=2", {4, 20}},
        {"K=6 C=4 OY=4 FY=3", "spatial C=2 OY=2", {8, 60}},
        {"N=2 K=4 C=6", "spatial C=3 K=2", {3, 40}},
        {"K=3 C=6 OX=5", "spatial C=4 K=2", {6, 40}},
        {"K=4 OX=6 FX=3 stride=2", "spatial FX=3 K=2", {8, 30}},
        {"K=4 C=4 OX=4", "spatial C=2 K=2", {30}},
        {"K=4 C=2 OX=6 stride=3", "spatial K=2", {4, 8}}, // strides that leave gaps
        {"K=2 OY=4 OX=4 stride=3", "spatial K=2", {3, 9}},
        {"K=2 C=4 OX=4 FX=2 stride=4", "spatial K=2", {4, 12}},
        {"K=4 C=4 OX=2", "spatial C=2 K=2", {3, 6, 30}, 1},
        {"K=4 C=4 OX=2", "spatial C=2", {4, 12, 30}},
        {"K=4 C=4 OX=4", "spatial C=2 K=2", {1, 4}},
        {"K=6 C=4 OX=4 groups=2", "spatial C=2 K=3", {6, 40}},
        {"K=4 OX=6 FX=3 stride=2 input=OX weights=FX output=OX", "spatial FX=3 K=2", {8, 30}},
        {"K=4 C=2 OX=6 FX=2 input=OX weights=K output=OX", "spatial K=2", {4, 40}},
        {"N=6 K=4 C=4 input=N weights=K output=N", "spatial C=2 K=2", {4, 20}},
        {"K=4 C=4 OX=3 input=none weights=none output=none", "spatial C=2 K=2", {4, 20}},
        {"K=6 C=6 OX=4 groups=6", "spatial G=3 OX=2", {6, 40}},
        {"K=5 C=17 OX=2", "spatial C=1 K=5", {17, 60}}, // what no width divides
        {"K=2 OX=15 FX=3 input=OX output=OX", "spatial FX=3 K=2", {24, 60}},
        {"K=4 C=4 OX=3", "spatial C=2 K=2", {4, 20}, 0, {"L1 bypasses weights", "L0 holds input"}},
        {"K=4 OX=4 FX=3",
         "spatial K=2",
         {4, 12, 40},
         0,
         {"L0 bypasses input", "L1 bypasses input"}},
        {"K=7 C=5", "spatial C=2 K=2", {4, 24}, 0, {}, Factors::All},
        {"C=10 OX=3", "spatial C=2", {3, 14}, 0, {}, Factors::All}, // 6 + 4, not 5 + 5
        {"K=3 OX=7 FX=3 stride=2", "spatial K=2", {6, 30}, 0, {}, Factors::All},
        {"K=2 OX=7 stride=3", "spatial K=2", {4, 10}, 0, {}, Factors::All},
        {"K=5 C=7", "spatial C=3", {4, 9, 24}, 0, {}, Factors::All},
        {"K=7 C=3", "spatial K=3", {4, 9, 24}, 1, {}, Factors::All},
        {"K=4 OX=6 FX=3 dilation=2", "spatial FX=3 K=2", {8, 30}},
        {"K=2 C=2 OX=5 FX=3 stride=3 dilation=2", "spatial K=2", {4, 40}}, // gaps of both
        {"OY=4 OX=5 FY=2 FX=2 stride_x=2 dilation_y=3", "spatial OX=2", {4, 30}},
        {"K=34 C=3", "", {40, 140}, 0, {}, Factors::Ceil}, // partial chunks of fills and drains
        {"K=6 C=34", "spatial C=4", {30, 140}, 0, {}, Factors::Ceil}};
    for (const Case &c : cases) {
        for (const auto &[objective, factors] : all_combinations()) {
            if (factors > c.most) {
                continue;
            }
            INFO(c.layer << ", " << c.spatial << ", objective " << int(objective) << ", factors "
                         << int(factors));
            const InterstellarModel model(convolution("layer", parse_layer(c.layer)),
                                          hardware_with(c.words, 12, c.array_level));
            Constraints constraints;
            constraints.factors = factors;
            if (*c.spatial) {
                parse_fix(c.spatial, model.problem(), model.hardware(), constraints);
            } else {
                constraints.axes = std::vector<Axis>();
            }
            for (const char *fix : c.fixes) {
                parse_fix(fix, model.problem(), model.hardware(), constraints);
            }
            check_against_brute_force(model, constraints, objective);
        }
    }
}

TEST_CASE("fills and drains are wide along the dense dimension of each tensor", "[optimizer]") {
    const auto unusual = [](const char *layer) {
        std::string text;
        for (const auto &[tensor, loop] : unusual_dense_loops(parse_layer(layer))) {
            text += tensor + "=" + loop + " ";
        }
        return text;
    };
    CHECK(unusual("K=8 C=4 OX=6 FX=3 input=C weights=C output=K") == "");
    CHECK(unusual("K=8 C=4 OX=6 FX=3 input=FX weights=FX output=none") ==
          "input=OX weights=FX output=none ");
    CHECK(unusual("K=12 C=12 OX=6 FX=3 groups=12 input=G weights=FX output=G") == "");
    CHECK(unusual("K=8 OX=6 input=OX weights=K output=K") == "");

    // Columns of the input are neighbours. In tiles of 4 and 3 of 7 positions with a stride of 2
    // and 3 columns of the kernel there are 9 and 7 columns: one chunk of 9 and one of 7 in each of
    // 2 channels, and one drain of 4 and one of 3 in each of 5 filters. The kernel is filled along
    // its 3 columns.
    MappedLayer mapped;
    LayerShape shape = parse_layer("K=5 C=2 OX=7 FX=3 stride=2 input=OX weights=FX output=OX");
    mapped.problem = convolution("columns", shape);
    mapped.levels = {"L0", "DRAM"};
    const int OX = mapped.problem.find_loop("OX");
    mapped.mapping.temporal.assign(2, std::vector<int64_t>(mapped.problem.loops.size(), 1));
    for (size_t d = 0; d < mapped.problem.loops.size(); d++) {
        mapped.mapping.temporal[0][d] = mapped.problem.loops[d].extent;
    }
    mapped.mapping.temporal[0][size_t(OX)] = 4;
    mapped.mapping.temporal[1][size_t(OX)] = 2;
    mapped.mapping.ragged.assign(2, std::vector<int64_t>(mapped.problem.loops.size(), 0));
    mapped.mapping.ragged[1][size_t(OX)] = 4;
    mapped.mapping.order.assign(2, {0, 1, 2, 3, 4, 5, 6});
    HardwareAccesses counts = hardware_accesses(mapped);
    CHECK(counts.copies[0][0].writes == (9 + 7) * 2);
    CHECK(counts.copies[0][0].cycles == 2 * 2);
    CHECK(counts.copies[2][0].cycles == 2 * 5);
    CHECK(counts.drain_cycles == 2 * 5);
    CHECK(counts.sums.reads == 7 * 3 * 2 * 5 + 8 * 5);

    // The same with channels innermost.
    shape.dense = {};
    mapped.problem = convolution("channels", shape);
    counts = hardware_accesses(mapped);
    CHECK(counts.copies[0][0].cycles == 9 + 7);
    CHECK(counts.copies[2][0].cycles == 3 * 5);
    CHECK(counts.drain_cycles == 7 * 2); // 5 filters are 3 and 2

    // 19 columns are two chunks of 10 and 9 in each channel; 9 results of a filter are three of 3.
    shape = parse_layer("K=5 C=2 OX=9 FX=3 stride=2 input=OX weights=FX output=OX");
    mapped.problem = convolution("columns", shape);
    MappedLayer whole = mapped;
    whole.mapping.temporal[0][size_t(OX)] = 9;
    whole.mapping.temporal[1][size_t(OX)] = 1;
    whole.mapping.ragged.clear();
    counts = hardware_accesses(whole);
    CHECK(fill_width(whole, whole.problem.tensors[0], 0) == 10);
    CHECK(counts.copies[0][0].cycles == 2 * 2);
    CHECK(drain_width(whole) == 3);
    CHECK(counts.drain_cycles == 3 * 5);

    // And with neighbours nowhere.
    shape = parse_layer("K=5 C=2 OX=7 FX=3 stride=2");
    shape.dense = {"none", "none", "none"};
    mapped.problem = convolution("nothing", shape);
    counts = hardware_accesses(mapped);
    CHECK(counts.copies[0][0].cycles == (9 + 7) * 2);
    CHECK(counts.copies[2][0].cycles == 3 * 2 * 5);
    CHECK(counts.drain_cycles == 7 * 5);
}

TEST_CASE("mapping.json says which loops are dense, where they are not the usual ones",
          "[optimizer]") {
    for (const char *layer : {"K=4 C=4 OX=4 FX=2", "K=4 C=4 OX=4 FX=2 input=OX output=none"}) {
        const LayerShape shape = parse_layer(layer);
        const InterstellarModel model(convolution("layer", shape), hardware_with({8, 60}, 4));
        const HardwareSearchResult found = search_hardware(model, {}, Objective::Cycles, {});
        REQUIRE(found.mapped);
        const HardwareCost cost = hardware_cost(*found.mapped, model.hardware());
        const std::string text = hardware_mapping_json(*found.mapped, model.hardware(), cost, {});
        const bool usual = shape.dense.input.empty();
        CHECK((text.find("\"input\": \"OX\"") == std::string::npos) == usual);
        CHECK((text.find("\"output\": \"none\"") == std::string::npos) == usual);
        CHECK(text.find("\"weights\": \"") == std::string::npos);
        const MappedLayer read = parse_mapping("m.json", text);
        for (size_t x = 0; x < read.problem.tensors.size(); x++) {
            CHECK(read.problem.tensors[x].dense == model.problem().tensors[x].dense);
        }
        CHECK(hardware_cost(read, model.hardware()).cycles == cost.cycles);
        if (!usual) {
            std::string changed = text;
            changed.replace(changed.find("\"input\": \"OX\""), 13, "\"input\": \"K\"");
            CHECK_THROWS_WITH(parse_mapping("m.json", changed),
                              Contains("no loop K indexes the input"));
        }
    }
}

TEST_CASE("a search that runs out of time says what is proved", "[optimizer]") {
    const LayerShape shape = parse_layer("N=16 K=48 C=32 OY=13 OX=13 FY=3 FX=3");
    const InterstellarModel model(convolution("layer", shape), hardware_with({64, 65536}, 256));
    SearchOptions options;
    const HardwareSearchResult whole = search_hardware(model, {}, Objective::Energy, options);
    REQUIRE(whole.optimal);
    options.seconds = 1e-9;
    const HardwareSearchResult part = search_hardware(model, {}, Objective::Energy, options);
    CHECK(!part.optimal);
    if (part.mapped) {
        CHECK(!(whole.value < part.bound));
        CHECK(!(part.value < whole.value));
    }
}

TEST_CASE("the best mappings are kept, and no two with the same nest", "[optimizer]") {
    const LayerShape shape = parse_layer("K=8 C=6 OY=4 FY=3");
    const InterstellarModel model(convolution("layer", shape), hardware_with({8, 60}, 12));
    Constraints constraints;
    parse_fix("spatial C=2 K=2", model.problem(), model.hardware(), constraints);
    SearchOptions options;
    options.keep = 1000000;
    const HardwareSearchResult all =
        search_hardware(model, constraints, Objective::Energy, options);
    REQUIRE(all.best.size() > 40);
    const auto text = [&](const MappedLayer &mapped) {
        return hardware_mapping_json(mapped, model.hardware(),
                                     hardware_cost(mapped, model.hardware()), {});
    };
    std::set<std::string> texts;
    std::optional<ObjectiveValue> last;
    for (const MappedLayer &mapped : all.best) {
        CHECK(texts.insert(text(mapped)).second);
        const HardwareCost cost = hardware_cost(mapped, model.hardware());
        const ObjectiveValue value = value_of(Objective::Energy, cost.total_energy, cost.cycles);
        CHECK((!last || !(value < *last)));
        last = value;
    }
    for (const int keep : {1, 2, 7, 30}) {
        options.keep = keep;
        options.threads = 3;
        const HardwareSearchResult some =
            search_hardware(model, constraints, Objective::Energy, options);
        REQUIRE(some.best.size() == size_t(keep));
        for (size_t i = 0; i < some.best.size(); i++) {
            INFO(keep << " kept, mapping " << i);
            CHECK(text(some.best[i]) == text(all.best[i]));
        }
        CHECK(text(*some.mapped) == text(all.best[0]));
    }
}

TEST_CASE("objectives are exact numbers", "[optimizer]") {
    CHECK(objectives().at("edp") == Objective::EnergyDelay);
    // The products differ in the last of 124 bits.
    const int64_t energy = (int64_t(1) << 62) + 1, cycles = (int64_t(1) << 62) - 1;
    const ObjectiveValue more = value_of(Objective::EnergyDelay, energy - 1, cycles + 1);
    const ObjectiveValue less = value_of(Objective::EnergyDelay, energy, cycles);
    CHECK(less < more);
    CHECK(!(more < less));
    CHECK(more.first - less.first == 1);
    CHECK(value_of(Objective::Cycles, 3, 5).first == 5);
}

TEST_CASE("energies that do not fit into 63 bits are refused before the search", "[optimizer]") {
    const LayerShape shape = parse_layer("N=2000 K=1000 C=1000");
    Hardware hardware = hardware_with({64, 65536}, 256);
    hardware.levels[0] = {"L0", 64, 0.000001};
    hardware.levels[1] = {"L1", 65536, 200};
    const InterstellarModel model(convolution("layer", shape), hardware);
    CHECK_THROWS_WITH(search_hardware(model, {}, Objective::Energy, {}),
                      Contains("do not fit into 63 bits") && Contains("fewer digits"));
}

TEST_CASE("the hardware keeps sums in place", "[optimizer]") {
    const LayerShape shape = parse_layer("K=4 C=4 OX=4");
    const InterstellarModel model(convolution("layer", shape), hardware_with({8, 40}, 4));
    Constraints constraints;
    parse_fix("DRAM keeps weights", model.problem(), model.hardware(), constraints);
    CHECK_THROWS_WITH(search_hardware(model, constraints, Objective::Energy, {}),
                      Contains("DRAM keeps the output"));
}

TEST_CASE("operands that bypass levels", "[optimizer]") {
    // An image of one pixel: each weight is used once. A copy of it in the register files costs a
    // write and a read of 0.5 instead of a read of 1 from the level outside, and a read there.
    const LayerShape shape = parse_layer("K=8 C=8");
    const InterstellarModel model(convolution("layer", shape), hardware_with({8, 200}, 4));
    Constraints constraints;
    for (const char *text : {"spatial C=2 K=2", "L1 holds input", "L1 holds weights"}) {
        parse_fix(text, model.problem(), model.hardware(), constraints);
    }
    const HardwareSearchResult found = search_hardware(model, constraints, Objective::Energy, {});
    REQUIRE(found.mapped);
    CHECK(found.mapped->mapping.bypassed == std::vector<TensorSet>{4, 0, 0});
    CHECK_THAT(loop_nest(model.problem(), model.hardware(), found.mapped->mapping),
               Contains("L0 bypasses weights\n"));
    const HardwareCost cost = hardware_cost(*found.mapped, model.hardware());
    CHECK(cost.reads[0][2] + cost.writes[0][2] == 0);
    CHECK(cost.reads[1][2] == 64);

    // By way of the file, too.
    const std::string text =
        hardware_mapping_json(*found.mapped, model.hardware(), cost, {"energy", found.optimal, {}});
    CHECK_THAT(text, Contains("\"bypass\""));
    const MappedLayer read = parse_mapping("m.json", text);
    CHECK(read.mapping.bypassed == found.mapped->mapping.bypassed);
    CHECK(hardware_cost(read, model.hardware()).total_energy == cost.total_energy);
    const auto with = [&](const std::string &old, const std::string &replacement) {
        std::string changed = text;
        changed.replace(changed.find(old), old.size(), replacement);
        return changed;
    };
    CHECK_THROWS_WITH(parse_mapping("m.json", with("\"weights\"\n", "\"output\"\n")),
                      Contains("level L0: bypass output: expected the name of an operand"));
    CHECK_THROWS_WITH(parse_mapping("m.json", with("\"name\": \"L1\",",
                                                   "\"name\": \"L1\", \"bypass\": [\"weights\"],")),
                      Contains("m.json: bypass: an operand needs"));
    CHECK_THROWS_WITH(
        parse_mapping("m.json", with("\"name\": \"DRAM\",",
                                     "\"name\": \"DRAM\", \"bypass\": [\"weights\"],")),
        Contains("m.json: bypass: an operand needs"));

    const auto fix = [&](const char *text) {
        parse_fix(text, model.problem(), model.hardware(), constraints);
    };
    CHECK_THROWS_WITH(fix("DRAM bypasses input"), Contains("the last level holds all tensors"));
    CHECK_THROWS_WITH(fix("L1 holds output"), Contains("sums have their place at the level L1"));
    CHECK_THROWS_WITH(fix("L0 bypasses bias"), Contains("the tensors are input output weights"));
    fix("L0 bypasses input");
    CHECK_THROWS_WITH(fix("L0 holds input"), Contains("the contrary"));
    CHECK_THROWS_WITH(search(model, constraints, {}), Contains("cost model interstellar"));
    constraints.held[{1, 0}] = false;
    CHECK_THROWS_WITH(search_hardware(model, constraints, Objective::Energy, {}),
                      Contains("all levels bypass input"));
}
