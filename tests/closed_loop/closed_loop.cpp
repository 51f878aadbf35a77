// Layer and hardware -> mapping.json -> schedule and directives -> hardware -> counters, which must
// be those that are counted from the mapping alone.
#include "apps/dataflows/layer.h"
#include "auto-schedule/exact_search.h"
#include "auto-schedule/layer_pipeline.h"
#include "auto-schedule/mapping.h"
#include "auto-schedule/rating.h"
#include "hwgen/optimizer/access_model.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/support/error.h"
#include "tests/dataflows/layer_run.h"
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

using namespace Orrery;
using namespace Orrery::optimizer;

namespace {

struct Case {
    const char *name, *layer;
    int64_t elements, rf_words, sram_words;
    std::vector<const char *> fixes;
    std::optional<Objective> objective = {}; ///< of the cost model orrery; none: interstellar
    int64_t middle_words = 0;                ///< of a level between RF and SRAM, if there is one
};

/// Layers of networks, scaled down so that they can be simulated; arrays of up to 16 elements.
const std::vector<Case> cases = {
    {"alexnet_conv2", "N=2 K=16 C=6 OY=9 OX=9 FY=5 FX=5", 16, 48, 2048, {}},
    {"alexnet_conv3", "K=24 C=16 OY=13 OX=13 FY=3 FX=3", 16, 64, 4096, {"spatial C=4 K=4"}},
    {"alexnet_fc", "N=4 K=64 C=48", 16, 32, 1024, {}},
    {"vgg_conv2", "K=8 C=8 OY=14 OX=14 FY=3 FX=3", 16, 32, 1024, {}},
    {"googlenet_4c_3x3_reduce", "K=16 C=32 OY=14 OX=14", 16, 32, 2048, {}},
    {"googlenet_5x5", "N=2 K=8 C=4 OY=7 OX=7 FY=5 FX=5", 12, 64, 1024, {"spatial FY=5 C=2"}},
    {"resnet_conv1", "K=8 C=3 OY=12 OX=12 FY=7 FX=7 stride=2", 16, 96, 2048, {}},
    {"resnet_1x1_stride_2", "K=16 C=16 OY=8 OX=8 stride=2", 16, 48, 2048, {"spatial C=4 K=4"}},
    {"mobilenet_pointwise", "K=32 C=16 OY=7 OX=7", 16, 16, 512, {}},
    {"lstm_gate", "N=8 K=32 C=40", 16, 32, 512, {"spatial C=4 K=4"}},
    {"row_stationary",
     "K=8 C=6 OY=5 OX=10 FY=3 FX=3",
     16,
     48,
     1024,
     {"spatial FY=3 OY=5", "RF FX=3"}},
    {"rounded_up", "K=18 C=18 OY=6 OX=6 FY=3 FX=3", 16, 64, 2048, {"spatial C=4 K=4"}},
    {"orrery_energy", "K=24 C=16 OY=13 OX=13 FY=3 FX=3", 16, 64, 4096, {}, Objective::Energy},
    {"orrery_cycles",
     "K=16 C=12 OY=9 OX=7 FY=3 FX=3 stride=2",
     16,
     96,
     2048,
     {},
     Objective::Cycles},
    {"one_column", "K=8 OY=6 FY=3 FX=5", 16, 32, 512, {}, Objective::Energy},
    {"orrery_edp", "N=4 K=48 C=40", 16, 32, 512, {}, Objective::EnergyDelay},
    {"orrery_rounded_up",
     "K=18 C=18 OY=6 OX=6 FY=3 FX=3",
     16,
     64,
     1024,
     {"spatial C=4 K=4"},
     Objective::Energy},
    {"weights_from_sram",
     "K=16 C=12 OY=6 OX=7 FY=3 FX=3",
     16,
     32,
     1024,
     {"RF bypasses weights", "RF holds input"},
     Objective::Energy},
    {"input_from_sram",
     "K=12 C=8 OY=8 OX=6 FY=3 FX=3 stride=2",
     16,
     32,
     1024,
     {"RF bypasses input", "RF holds weights"},
     Objective::Energy},
    {"dram_to_registers",
     "K=16 C=8 OY=7 OX=7 FY=3 FX=3",
     16,
     64,
     1024,
     {"SRAM bypasses input", "SRAM bypasses weights"},
     Objective::Energy},
    {"middle_bypassed",
     "N=2 K=16 C=16 OY=4 OX=4 FX=3",
     16,
     16,
     1024,
     {"L2 bypasses weights", "RF bypasses input", "L2 holds input"},
     Objective::EnergyDelay,
     256},
    {"planes_of_pixels",
     "K=16 C=8 OY=7 OX=14 FY=3 FX=3 input=OX weights=FX output=OX",
     16,
     64,
     2048,
     {},
     Objective::Cycles},
    {"planes_stride_2",
     "N=2 K=8 C=6 OY=5 OX=9 FY=3 FX=5 stride=2 input=OX weights=K output=OX",
     16,
     96,
     2048,
     {},
     Objective::EnergyDelay},
    {"transposed_product",
     "N=24 K=32 C=40 input=N weights=K output=N",
     16,
     32,
     512,
     {"spatial C=4 K=4"},
     Objective::Cycles},
    {"grouped", "K=16 C=8 OY=6 OX=5 FY=3 FX=3 groups=2", 16, 64, 1024, {}, Objective::Cycles},
    {"dilated",
     "K=8 C=6 OY=6 OX=7 FY=3 FX=3 stride_x=2 dilation_x=3 dilation_y=2",
     16,
     64,
     1024,
     {},
     Objective::Cycles},
    {"depthwise", "K=12 C=12 OY=7 OX=6 FY=3 FX=3 groups=12", 12, 64, 1024, {}, Objective::Cycles}};

Hardware hardware_of(const Case &c) {
    Hardware hardware;
    hardware.name = c.name;
    hardware.levels = {{"RF", c.rf_words, 0.12}, {"SRAM", c.sram_words, 3}, {"DRAM", 0, 200}};
    if (c.middle_words > 0) {
        hardware.levels.insert(hardware.levels.begin() + 1, {"L2", c.middle_words, 1});
    }
    hardware.array = {c.elements, 2, 0, 0.035};
    hardware.utilisation = 0.5;
    hardware.replication = true;
    return hardware;
}

/// A mapping, by way of its file, and the cycles that are predicted for it.
struct Optimized {
    MappedLayer mapped;
    int64_t cycles;
};

/// As `orrery optimize` does.
Optimized optimize_hardware(const Case &c, const Problem &problem, const LayerShape &shape,
                            const Constraints &constraints) {
    const Hardware hardware = hardware_of(c);
    scheduling::ExactSearchOptions options;
    options.candidates = 8;
    const scheduling::ExactSearchResult result = scheduling::search_exact(
        problem, {c.name, {hardware}, {}}, constraints, *c.objective,
        [&] { return scheduling::layer_pipeline(shape).output; }, options);
    REQUIRE(result.searched.optimal);
    CHECK(result.refused_text() == "");
    const HardwareCost best = hardware_cost(*result.searched.best.mapped, hardware);
    CHECK(value_of(*c.objective, best.total_energy, best.cycles) == result.searched.best.value);
    const MappedLayer &taken = result.mapping().mapped;
    std::cout << loop_nest(problem, hardware, taken.mapping) << result.proof_text() << "\n";
    const std::string text =
        hardware_mapping_json(taken, hardware, hardware_cost(taken, hardware), result.proof());
    return {parse_mapping("mapping.json", text), nlohmann::json::parse(text).at("exact_cycles")};
}

Optimized optimize(const Case &c) {
    const LayerShape shape = parse_layer(c.layer);
    const InterstellarModel model(convolution(c.name, shape), hardware_of(c));
    Constraints constraints;
    parse_fix("DRAM keeps output", model.problem(), model.hardware(), constraints);
    for (const char *fix : c.fixes) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    if (c.objective) {
        return optimize_hardware(c, model.problem(), shape, constraints);
    }
    const SearchResult result = search(model, constraints, {});
    INFO(c.name << ": " << result.why_none);
    REQUIRE(result.optimal);
    MappedLayer mapped = parse_mapping("mapping.json", mapping_json(model, result));
    CHECK(model.energy(mapped.mapping) == result.energy);
    std::cout << loop_nest(model.problem(), model.hardware(), mapped.mapping);
    return {mapped, scheduling::exact_cycles(scheduling::layer_pipeline(shape).output, mapped)};
}

/// The buffer of the copy next to DRAM has that name; those further in are copies of it.
void check_copies(const test::Measured &design, const std::vector<CopyAccesses> &copies,
                  std::string buffer) {
    for (size_t i = 0; i < copies.size(); i++, buffer += "_in_sum") {
        INFO(buffer);
        const auto &counted = design.simulated.buffers[size_t(design.buffer(buffer))];
        CHECK(int64_t(counted.reads) == copies[i].reads);
        CHECK(int64_t(counted.writes) == copies[i].writes);
    }
}

} // namespace

TEST_CASE("mappings become hardware that does what is counted from them") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "closed_loop");
    std::vector<MappedLayer> mapped;
    std::vector<int64_t> predicted;
    for (const Case &c : cases) {
        const Optimized optimized = optimize(c);
        mapped.push_back(optimized.mapped);
        predicted.push_back(optimized.cycles);
        runner.add(c.name, [m = mapped.back()](bool scheduled) {
            const scheduling::LayerPipeline made = scheduling::layer_pipeline(*layer_of(m.problem));
            if (scheduled) {
                scheduling::apply_mapping(made.output, m);
            }
            return test::Layer{made.output, made.inputs};
        });
    }
    const std::vector<test::Measured> designs = runner.run();
    REQUIRE(designs.size() == cases.size());
    for (size_t i = 0; i < cases.size(); i++) {
        INFO(cases[i].name);
        const test::Measured &design = designs[i];
        const HardwareAccesses counted = hardware_accesses(mapped[i]);
        for (size_t p = 0; p < design.hardware().processes.size(); p++) {
            if (design.hardware().processes[p].array) {
                CHECK(int64_t(design.simulated.processes[p].busy) == counted.points);
                CHECK(int64_t(design.simulated.processes[p].operations) == counted.operations);
            }
        }
        CHECK(counted.operations == mapped[i].problem.operations());
        check_copies(design, counted.copies[0], "padded_in_sum");
        check_copies(design, counted.copies[2], "weights_in_sum");
        check_copies(design, {counted.sums}, "sum");
        const int64_t least = hardware_cost(mapped[i], hardware_of(cases[i])).cycles;
        CHECK(int64_t(design.simulated.cycles) == predicted[i]);
        CHECK(predicted[i] >= least);
        const LayerShape shape = *layer_of(mapped[i].problem);
        const auto &output = design.simulated.ports[size_t(design.tensor("output"))];
        CHECK(int64_t(output.bytes) ==
              shape.batch * shape.filters * shape.out_width * shape.out_height);
        std::cout << fmt::format("{:<26}{:>8} cycles, at least {:>8}, {:>8} points of the array\n",
                                 cases[i].name, design.simulated.cycles, least, counted.points);
    }
}

TEST_CASE("mappings that become no hardware") {
    const Case spills = {"spills", "K=64 C=64 OY=4 OX=4", 16, 16, 128, {}};
    const LayerShape shape = parse_layer(spills.layer);
    const InterstellarModel model(convolution(spills.name, shape), hardware_of(spills));
    Constraints constraints;
    parse_fix("DRAM keeps input", model.problem(), model.hardware(), constraints);
    const SearchResult result = search(model, constraints, {});
    REQUIRE(result.optimal);
    const MappedLayer mapped = parse_mapping("m.json", mapping_json(model, result));
    const Halide::Func output =
        test::make_layer(dataflows::layer_of(*layer_of(mapped.problem))).output;
    CHECK_THROWS_AS(scheduling::apply_mapping(output, mapped), UserError);
    CHECK_THROWS_WITH(scheduling::apply_mapping(output, mapped),
                      Catch::Contains("orrery optimize --fix \"DRAM keeps output\""));
    CHECK_THROWS_WITH(parse_mapping("m.json", "{}"), Catch::Contains("m.json: is no mapping"));
    std::string text = mapping_json(model, result);
    text.replace(text.find("\"K\": 64"), 7, "\"K\": 63");
    CHECK_THROWS_WITH(parse_mapping("m.json", text),
                      Catch::Contains("the factors of K do not give 63"));
}
