// The presets: hardware IR in the interpreter and Verilog, against Halide; and the schedules that
// they print.
#include "apps/dataflows/presets.h"
#include "apps/dataflows/schedule.h"
#include "hwgen/hwir/design.h"
#include "hwgen/support/error.h"
#include "tests/dataflows/layer_run.h"
#include "tests/dataflows/preset_layer.h"
#include "tests/dataflows/printed_presets.h"

#include <catch2/catch.hpp>

#include <iostream>

using namespace Orrery;
using namespace dataflows;
using dataflows::Layer;

namespace {

/// Bytes of all buffers of one kind of memory, slots and copies included.
int64_t bytes(const hwir::Design &design, bool registers) {
    int64_t bits = 0;
    for (const hwir::Buffer &b : design.buffers) {
        if ((b.technology == hwir::MemoryTechnology::RegisterFile) == registers) {
            bits += b.bank_count() * b.depth() * b.type.bits * b.slots *
                    int64_t(std::max<size_t>(1, b.read_ports.size()));
        }
    }
    return bits / 8;
}

} // namespace

TEST_CASE("every preset gives the convolution, at the least number of points") {
    const Layer layer = test::preset_layer();
    for (const Preset &preset : presets()) {
        INFO(preset.name);
        const Dataflow dataflow = preset.make(layer);
        CHECK(dataflow.name == preset.name);
        try {
            const Design design = test::compile_layer(layer, dataflow);
            CHECK(test::interpret(design, test::data_of(layer), least_cycles(layer, dataflow)) ==
                  "");
        } catch (const std::exception &error) {
            FAIL_CHECK(error.what());
        } catch (const Halide::Error &error) {
            FAIL_CHECK(error.what());
        }
    }
}

TEST_CASE("the Verilog of every preset gives the convolution, with and without stalls") {
    Layer layer; // small, and ragged for most presets
    layer.channels = 6;
    layer.filters = 9;
    layer.width = 5;
    layer.height = 6;
    layer.kernel_width = layer.kernel_height = 3;
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "dataflow_presets");
    for (const Preset &preset : presets()) {
        runner.add(preset.name, [=](bool scheduled) {
            return test::make_layer(layer, preset.make(layer), scheduled);
        });
    }
    const std::vector<test::Measured> designs = runner.run();
    CHECK(designs.size() == presets().size());
    for (const test::Measured &design : designs) {
        std::cout << fmt::format("{:24} {:6} cycles, least {}\n", design.name,
                                 design.simulated.cycles,
                                 least_cycles(layer, find_preset(design.name)->make(layer)));
    }
}

TEST_CASE("the TPU-like preset is a systolic array, and says so") {
    const Layer layer = test::preset_layer();
    for (const Preset &preset : presets()) {
        INFO(preset.name);
        const bool systolic = std::string(preset.name) == "tpu";
        const Design design = test::compile_layer(layer, preset.make(layer));
        for (const hwir::Process &process : design.hardware().processes) {
            if (process.array) {
                CHECK(process.array->row_links == systolic);
                CHECK(process.array->column_links == systolic);
            }
        }
        std::string printed;
        test::compile_layer(layer,
                            [&](Convolution &c) { printed = schedule(c, preset.make(layer)); });
        CHECK((printed.find("hw.systolic(sum.update());\n") != std::string::npos) == systolic);
    }
}

TEST_CASE("the printed schedule of a preset gives the same design, byte for byte") {
    const Layer layer = test::preset_layer();
    CHECK(test::printed_presets.size() == presets().size());
    for (const Preset &preset : presets()) {
        INFO(preset.name);
        const Design design = test::compile_layer(layer, preset.make(layer));
        const Design printed = test::compile_layer(layer, test::printed_presets.at(preset.name));
        CHECK(printed.files() == design.files());
    }
}

TEST_CASE("the Eyeriss-like preset fits its memories on a layer of 64 channels") {
    Layer layer;
    layer.channels = layer.filters = 64;
    layer.width = layer.height = 14;
    layer.kernel_width = layer.kernel_height = 3;
    const Dataflow dataflow = eyeriss(layer);
    const Design design = test::compile_layer(layer, dataflow);
    CHECK(dataflow.processing_elements() == 12 * 14);
    CHECK(bytes(design.hardware(), true) <= 12 * 14 * 512);
    CHECK(bytes(design.hardware(), false) <= 108 * 1024);
}

TEST_CASE("presets replicate less where the machine has not enough processing elements") {
    Layer layer;
    layer.channels = layer.filters = 64;
    layer.width = layer.height = 28;
    for (int kernel : {1, 3, 5, 7, 11}) {
        layer.kernel_width = layer.kernel_height = kernel;
        for (const Preset &preset : presets()) {
            INFO(preset.name << ", kernel " << kernel);
            CHECK(preset.make(layer).processing_elements() <= most_elements);
        }
    }
    layer.kernel_width = layer.kernel_height = 5; // 10 kernels at most; 3 x 3 of 4 x 4
    CHECK(weight_stationary_fx_fy(layer).processing_elements() == 5 * 3 * 5 * 3);
}
