#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/interstellar.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/mapping_json.h"
#include "hwgen/optimizer/workloads.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::optimizer;

namespace {

enum { FX, FY, OX, OY, K, C, N, G };

Hardware three_levels(int64_t rf_words, int64_t sram_words) {
    Hardware hardware;
    hardware.name = "test";
    hardware.levels = {{"RF", rf_words, 1}, {"SRAM", sram_words, 10}, {"DRAM", 0, 100}};
    hardware.array = {4, 2, 0, 0.5};
    return hardware;
}

Mapping blank(const Problem &problem, int levels) {
    Mapping mapping;
    mapping.temporal.assign(size_t(levels), std::vector<int64_t>(problem.loops.size(), 1));
    mapping.order.assign(size_t(levels), {FX, FY, OX, OY, K, C, N});
    return mapping;
}

} // namespace

TEST_CASE("elements that iterations reach", "[optimizer]") {
    const Problem problem = convolution("layer", parse_layer("OX=4 FX=3 stride=4"));
    const Tensor &input = problem.tensors[0];
    REQUIRE(input.name == "input");
    std::vector<int64_t> counts(problem.loops.size(), 1);
    counts[problem.find_loop("OX")] = 2;
    counts[problem.find_loop("FX")] = 3;
    CHECK(Problem::distinct_elements(input, counts) == 6); // 0 1 2 4 5 6
    CHECK(Problem::elements(input, counts.data()) == 7);
}

TEST_CASE("Energy of a matrix product, by hand") {
    // K = 8 outputs of C = 12 inputs for N = 6 vectors; 2 x 2 elements unroll K and C.
    const Problem problem = convolution("gemm", parse_layer("N=6 K=8 C=12"));
    const InterstellarModel model(problem, three_levels(64, 512));
    Mapping mapping = blank(problem, 3);
    mapping.axes = {{{C, 2}}, {{K, 2}}};
    mapping.temporal[0][C] = 3; // each element has 3 inputs
    mapping.temporal[1][K] = 4; // of 4 outputs,
    mapping.temporal[1][N] = 3; // 3 vectors in turn
    mapping.temporal[2][C] = 2;
    mapping.temporal[2][N] = 2;
    mapping.order[1] = {N, K};
    mapping.order[2] = {C, N};
    const auto result = model.evaluate(mapping);
    const int input = 0, output = 1, weights = 2;
    // Register files: each multiplication reads both operands, and reads and writes the sum.
    CHECK(result.accesses[0] == std::vector<int64_t>{8, 12, 6});
    CHECK(result.energy[0][input] == 8 * 72 * 10);
    CHECK(result.energy[0][output] == (2 * 12 - 1) * 48 * 10);
    CHECK(result.energy[0][weights] == 6 * 96 * 10);
    // SRAM: N is innermost, so that weights stay over the 3 vectors there; they come again for each
    // of the 2 groups of vectors in DRAM. Inputs are read for each of the 4 outputs, sums for each
    // C of DRAM.
    CHECK(result.accesses[1] == std::vector<int64_t>{4, 2, 2});
    // DRAM: C is innermost, so that outputs stay; weights come for each of the 2 groups of vectors.
    CHECK(result.accesses[2] == std::vector<int64_t>{1, 1, 2});
    CHECK(result.energy[2][output] == 1 * 48 * 1000);
    // Hops: inputs to 2 columns, sums over 2 rows; a weight belongs to one element.
    CHECK(result.hops == std::vector<int64_t>{4 * 72 * 2 * 5, 2 * 48 * 2 * 5, 2 * 96 * 1 * 5});
    int64_t total = result.hop_energy();
    for (int level = 0; level < 3; level++) {
        total += result.level_energy(level);
    }
    CHECK(result.total == total);
    CHECK(model.energy(mapping) == total);
    CHECK(model.unit().text(1234) == "123.4");
    CHECK(model.unit().text(1230) == "123");
}

TEST_CASE("Replicated loops hop over the groups") {
    const Problem problem = convolution("layer", parse_layer("K=2 C=2 OX=2 FX=2"));
    const InterstellarModel model(problem, three_levels(64, 512));
    Mapping mapping = blank(problem, 3);
    mapping.axes = {{{C, 2}, {K, 2}}};
    mapping.temporal[0][OX] = 2;
    mapping.temporal[0][FX] = 2;
    const auto result = model.evaluate(mapping);
    CHECK(result.accesses[1] == std::vector<int64_t>{1, 1, 1});
    // Input (3 x 2 elements): C does not repeat it; K does, 2 groups that are 2 elements apart.
    CHECK(result.hops[0] == 6 * (1 + 2 * 2) * 5);
    // Output (4): summed over the 2 near C. Weights (8): each in one element.
    CHECK(result.hops[1] == 4 * 2 * 5);
    CHECK(result.hops[2] == 8 * 1 * 5);
}

TEST_CASE("Windows: halo in sizes, strides divide accesses") {
    const Problem problem = convolution("layer", parse_layer("K=4 OX=5 OY=5 FX=3 FY=3 stride=2"));
    const InterstellarModel model(problem, three_levels(4096, 65536));
    CHECK(model.tensors()[0].elements == 11 * 11);
    CHECK(model.innermost_accesses(0) == 3 * 3 * 4 / 4);
    Mapping mapping = blank(problem, 3);
    mapping.axes = {};
    mapping.temporal[0] = {3, 3, 5, 5, 1, 1, 1};
    mapping.temporal[1][K] = 4;
    // The defect of the optimizer: one access each, divided by 4, is none.
    CHECK(model.evaluate(mapping).accesses[2][0] == 0);
    const std::vector<int64_t> tile{3, 1, 2, 1, 1, 1, 1};
    CHECK(model.words(tile.data()) == 5 + 2 + 3);
}

TEST_CASE("Three orders are enough for a convolution") {
    const InterstellarModel model(convolution("layer", parse_layer("K=4 C=4 OX=4 FX=3")),
                                  three_levels(64, 512));
    REQUIRE(model.orders().size() == 3);
    std::vector<LoopSet> kept;
    for (const auto &order : model.orders()) {
        for (size_t x = 0; x < 3; x++) {
            if (order.stationary[x] == model.tensors()[x].irrelevant) {
                kept.push_back(order.stationary[x]);
            }
        }
        CHECK(order.loops.size() == 7);
    }
    CHECK(kept.size() == 3);
}

TEST_CASE("Rules: buffers at least half full, factors, number of elements") {
    const Problem problem = convolution("gemm", parse_layer("N=6 K=8 C=12"));
    Mapping mapping = blank(problem, 3);
    mapping.axes = {{{C, 2}}, {{K, 2}}};
    mapping.temporal[0] = {1, 1, 1, 1, 1, 3, 1};
    mapping.temporal[1] = {1, 1, 1, 1, 4, 1, 3};
    mapping.temporal[2] = {1, 1, 1, 1, 1, 2, 2};
    // In an element 3 + 1 + 3 words, in SRAM 18 + 24 + 48.
    CHECK(InterstellarModel(problem, three_levels(7, 90)).broken_rule(mapping) == "");
    CHECK(InterstellarModel(problem, three_levels(14, 180)).broken_rule(mapping) == "");
    CHECK(InterstellarModel(problem, three_levels(6, 90)).broken_rule(mapping) ==
          "7 words do not fill RF (6) to at least 50 %");
    CHECK(InterstellarModel(problem, three_levels(15, 90)).broken_rule(mapping) ==
          "7 words do not fill RF (15) to at least 50 %");
    CHECK(InterstellarModel(problem, three_levels(7, 181)).broken_rule(mapping) ==
          "90 words do not fill SRAM (181) to at least 50 %");
    Hardware small = three_levels(7, 90);
    small.array.elements = 3;
    CHECK(InterstellarModel(problem, small).broken_rule(mapping) ==
          "4 iterations do not fit into 3 processing elements");
    mapping.temporal[2][N] = 1;
    CHECK(InterstellarModel(problem, three_levels(7, 90)).broken_rule(mapping) ==
          "the factors of N do not give 6");
}

TEST_CASE("Mistakes in a mapping.json") {
    const auto mapping = [](const std::string &array, const std::string &factor) {
        return R"({"name": "gemm", "layer": {"K": 8, "C": 4}, "array_level": "RF", "array": [)" +
               array + R"(], "levels": [{"name": "RF", "loops": []},
            {"name": "DRAM", "loops": [{"loop": "K", "factor": )" +
               factor + "}]}]}";
    };
    const std::string rows = R"([{"loop": "C", "factor": 4}])";
    const std::string both = rows + R"(, [{"loop": "K", "factor": 2}])";
    CHECK_NOTHROW(parse_mapping("m.json", mapping(both, "4")));
    for (const char *factor : {"4.0", "4.5", "0", "-4", "\"4\"", "null"}) {
        CHECK_THROWS_WITH(parse_mapping("m.json", mapping(both, factor)),
                          "m.json: factor " + std::string(factor) + " of K is not possible");
    }
    CHECK_THROWS_WITH(parse_mapping("m.json", mapping(both + ", " + rows, "4")),
                      "m.json: the array has the loop C twice");
}

TEST_CASE("A layer that the table of workloads does not have") {
    // The name comes from an option or from a file: the message names neither.
    CHECK_THROWS_WITH(find_workload("alexnet/conv9"),
                      Catch::StartsWith("alexnet/conv9: it is not in the table of workloads") &&
                          Catch::Contains("layers of this network are conv1 conv2"));
    CHECK_THROWS_WITH(find_workload("alexnot/conv1"), Catch::Contains("networks are alexnet"));
}

TEST_CASE("The energy of a hop is of the cost model interstellar alone") {
    const auto small = [](const std::string &more) {
        return parse_hardware("small.json", R"({"name": "small", "least_fill": 0, "levels": [
            {"name": "RF", "bytes": 512, "pj_per_access": 0.96},
            {"name": "SRAM", "bytes": 131072, "pj_per_access": 20},
            {"name": "DRAM", "pj_per_access": 200}], "array": {"elements": 4)" +
                                                more);
    };
    const Problem problem = convolution("two", parse_layer("K=2 C=2"));
    const auto orrery = [&](const Hardware &hardware) {
        return search_hardware(InterstellarModel(problem, hardware), {}, Objective::Energy, {});
    };
    const Hardware without = small("}}"), with = small(R"(, "pj_per_hop": 0.035}})");
    CHECK_FALSE(without.array.pj_per_hop);
    CHECK(with.array.pj_per_hop == 0.035);
    for (const Hardware &hardware : {without, with}) {
        const Hardware again = parse_hardware("again.json", hardware_json(hardware));
        CHECK(again.array.pj_per_hop == hardware.array.pj_per_hop);
        CHECK(hardware_json(again) == hardware_json(hardware));
    }
    CHECK(orrery(without).optimal);
    CHECK(orrery(without).value == orrery(with).value);
    CHECK(search(InterstellarModel(problem, with), {}, {}).optimal);
    const auto interstellar = [&] { search(InterstellarModel(problem, without), {}, {}); };
    CHECK_THROWS_AS(interstellar(), UserError);
    CHECK_THROWS_WITH(interstellar(), Catch::StartsWith("small: array.pj_per_hop is missing"));
    // A technology that knows hops gives it.
    CHECK(small(R"(}, "technology": "interstellar-28nm"})").array.pj_per_hop);
}

TEST_CASE("Texts that describe problems, hardware and constraints") {
    const std::string json = R"({"name": "small", "levels": [
        {"name": "RF", "bytes": 512, "pj_per_access": 0.96}, {"name": "SRAM", "bytes": 131072, "pj_per_access": 20},
        {"name": "DRAM", "pj_per_access": 200}],
        "array": {"elements": 250, "pj_per_hop": 0.035}, "utilisation": 0.75, "replication": true})";
    const Hardware hardware = parse_hardware("small.json", json);
    CHECK(hardware.levels[0].words == 256);
    CHECK(hardware.array.width(0) == 15);
    const Problem problem = convolution("layer", parse_layer("K=8 C=12 groups=4"));
    CHECK(problem.loops[K].extent == 2);
    CHECK(problem.loops[G].extent == 4);
    Constraints constraints;
    parse_fix("spatial C=3+K=2 G=4", problem, hardware, constraints);
    parse_fix("SRAM OX=1", problem, hardware, constraints);
    REQUIRE(constraints.axes->size() == 2);
    CHECK(constraints.axes->at(0).at(1).loop == K);
    CHECK(constraints.given(1, OX) == 1);
    CHECK(constraints.given(0, OX) == 0);

    const auto fails = [](const auto &call, const std::string &message) {
        CHECK_THROWS_WITH(call(), Catch::Contains(message));
        CHECK_THROWS_AS(call(), UserError);
    };
    fails([] { parse_layer("K=8 Q=3"); }, "unknown name Q");
    fails([] { parse_layer("K=8 K=3"); }, "K is given twice");
    fails([] { parse_layer("K=0"); }, "no positive integer");
    fails([] { parse_layer("K"); }, "expected NAME=NUMBER");
    fails([] { convolution("x", parse_layer("K=8 C=3 groups=4")); }, "4 groups do not divide");
    fails([] { parse_layer("input=C input=OX"); }, "input=OX: expected one loop, or none");
    fails([] { parse_layer("weights="); }, "weights=: expected one loop, or none");
    fails([] { convolution("x", parse_layer("K=8 input=K")); },
          "layer x: input=K: no loop K indexes the input");
    fails([] { convolution("x", parse_layer("K=8 output=Q")); }, "no loop Q indexes the output");
    fails([] { convolution("x", parse_layer("K=8 output=G")); }, "no loop G indexes the output");
    fails([&] { parse_fix("spatial Q=3", problem, hardware, constraints); }, "is given twice");
    Constraints other;
    fails([&] { parse_fix("spatial Q=3", problem, hardware, other); },
          "no loop Q; its loops are FX FY OX OY K C N G");
    fails([&] { parse_fix("L2 K=3", problem, hardware, other); }, "RF, SRAM, DRAM");
    fails([&] { parse_fix("RF K=9999", problem, hardware, other); }, "iterations, less than 9999");
    fails([] { parse_hardware("a.json", "{"); }, "a.json: ");
    fails([] { parse_hardware("a.json", "{\"levels\": []}"); },
          "a.json: levels: expected a list of 2");
    fails([] { parse_hardware("a.json", "{\"size\": 1}"); }, "a.json: size: unknown field");
    fails(
        [&] {
            parse_hardware("a.json", json.substr(0, json.rfind(',')) + ", \"replication\": 1}");
        },
        "a.json: replication: expected true or false");
}
