// The generators of apps/ at small ragged shapes: their Verilog, with and without memory stalls,
// against Halide and against plain loops.
#include "tests/apps/conv2d.h"
#include "tests/apps/gemm.h"
#include "tests/apps/networks.h"
#include "tests/apps/pool.h"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace Orrery;

static const fs::path directory = fs::path(ORRERY_DESIGN_DIR) / "apps";

TEST_CASE("convolutions, quantised as TFLite and ONNX define it") {
    test::AppRunner runner(directory / "conv2d");
    const std::string size = "rows=4 columns=4 bus_bits=64 ",
                      signs = "input.type=int8 weights.type=int8 output.type=int8 ",
                      naturals = "input.type=uint8 weights.type=uint8 output.type=uint8 ",
                      no_pad = "pad_left=0 pad_right=0 pad_top=0 pad_bottom=0 ";
    unsigned seed = 1;
    auto add = [&](const std::string &name, const std::string &parameters) {
        runner.add(test::conv2d_case(name, size + parameters, seed++));
    };
    add("strided", signs + "channels=6 filters=10 width=9 height=7 stride_x=2 stride_y=3 "
                           "pad_left=0 pad_right=2 tile_height=2");
    add("dilated", naturals + "channels=5 filters=6 width=10 height=9 dilation_x=2 dilation_y=3 "
                              "pad_top=3 pad_bottom=2 batch=2");
    add("blocks", signs + "groups=2 channels=16 filters=10 width=7 height=6 stride_x=2 "
                          "tile_height=2"); // of channels that fill a beat
    add("grouped", signs + "rule=onnx groups=2 channels=3 filters=5 width=6 height=5");
    add("pointwise", naturals + no_pad +
                         "rule=onnx channels=9 filters=7 width=5 height=3 kernel_width=1 "
                         "kernel_height=1 layout=nchw");
    add("first_layer", signs + "rule=tflite_single channels=3 filters=6 width=9 height=9 "
                               "stride_x=2 stride_y=2 array=window_k");
    add("integer", "input.type=uint8 weights.type=int8 output.type=int32 rule=none channels=4 "
                   "filters=4 width=6 height=6 "
                   "kernel_width=2 kernel_height=4 pad_right=0 pad_bottom=2 layout=nchw");
    add("depthwise", signs + "groups=10 channels=1 filters=1 width=7 height=6 array=fx_g");
    add("depthwise_onnx", naturals + "rule=onnx groups=6 channels=1 filters=1 width=8 height=5 "
                                     "stride_x=2 stride_y=2 array=fx_g layout=nchw");
    add("depth_multiplier",
        signs + "groups=5 channels=1 filters=2 width=6 height=5 array=fxfy_g tile_height=2");
    add("transposed", signs + "transposed=true channels=5 filters=6 width=4 height=3 stride_x=2 "
                              "stride_y=3 pad_left=1 pad_right=0 pad_top=2 extra_width=1");
    add("transposed_wide", "input.type=uint8 weights.type=uint8 output.type=int32 " + no_pad +
                               "rule=none transposed=true channels=3 filters=4 width=4 height=3 "
                               "stride_x=3 stride_y=2 kernel_width=2 kernel_height=4 layout=nchw");
    add("kernel_rows", naturals + "channels=3 filters=6 width=9 height=6 array=fx_k pad_left=0");
    runner.run();
}

TEST_CASE("matrix products of all operands") {
    test::AppRunner runner(directory / "gemm");
    const std::string size =
        "rows=4 columns=4 bus_bits=64 tile_height=3 depth=13 width=10 height=7 ";
    unsigned seed = 21;
    auto add = [&](const std::string &name, const std::string &parameters) {
        runner.add(test::gemm_case(name, size + parameters, seed++));
    };
    add("gemm_tflite", "a.type=int8 b.type=int8 output.type=int8 a_transposed=true");
    add("gemm_onnx",
        "a.type=uint8 b.type=uint8 output.type=uint8 rule=onnx has_bias=false b_transposed=false");
    add("gemm_onnx_signed", "a.type=int8 b.type=int8 output.type=int8 rule=onnx has_bias=false "
                            "height=1 a_transposed=true b_transposed=false");
    add("gemm_integer", "a.type=uint8 b.type=int8 output.type=int32 rule=none has_bias=false");
    add("gemm_int16",
        "a.type=int16 b.type=int16 output.type=int64 sum_type=int64 rule=none has_bias=false");
    add("gemm_16x8", "a.type=int16 b.type=int8 output.type=int16 sum_type=int64 rule=tflite_16x8");
    add("gemm_packed", "a.type=int8 b.type=int8 output.type=int8 b_packed=true");
    add("gemm_packed_natural",
        "a.type=uint8 b.type=uint8 output.type=int32 b_packed=true rule=none depth=12");
    runner.run();
}

TEST_CASE("pooling, and sums of two scales") {
    test::AppRunner runner(directory / "pool");
    const std::string size = "columns=4 bus_bits=64 ", signs = "input.type=int8 output.type=int8 ",
                      naturals = "input.type=uint8 output.type=uint8 ",
                      border = "kernel_width=3 kernel_height=3 pad_left=1 pad_top=1 ";
    runner.add(
        test::pool_case("max", size + signs + border + "pad_right=1 channels=6 width=9 height=7"));
    runner.add(
        test::pool_case("max_planes", size + naturals + border +
                                          "channels=3 width=19 height=6 batch=2 layout=nchw"));
    runner.add(test::pool_case(
        "average", size + signs + border + "pad_bottom=1 kind=average channels=6 width=8 height=7",
        {{"output_min", -60}, {"output_max", 50}}));
    runner.add(test::pool_case(
        "global_average",
        size + naturals +
            "kind=average kernel_width=0 kernel_height=0 channels=7 width=5 height=3"));
    runner.add(test::pool_case(
        "global_scaled",
        size + naturals +
            "kind=scaled kernel_width=0 kernel_height=0 channels=10 width=5 height=4 layout=nchw",
        {{"input_zero", 91}, {"output_zero", 40}}));
    runner.add(test::pool_case(
        "global_scaled_signed",
        size + signs + "kind=scaled kernel_width=0 kernel_height=0 channels=10 width=7 height=3",
        {{"input_zero", -17}, {"output_zero", 4}}));
    const std::map<std::string, int64_t> scales{{"a_zero", -5},
                                                {"a_multiplier", 1073741824},
                                                {"a_shift", 0},
                                                {"b_zero", 17},
                                                {"b_multiplier", 1788843264},
                                                {"b_shift", -1},
                                                {"output_multiplier", 1402132352},
                                                {"output_shift", -19},
                                                {"output_zero", -3},
                                                {"output_min", -128},
                                                {"output_max", 100}};
    runner.add(test::residual_add_case(
        "residual_add", "a.type=int8 b.type=int8 output.type=int8 size=203 lanes=4 bus_bits=32",
        scales));
    runner.run();
}

TEST_CASE("concatenation by address: two layers write parts of one tensor") {
    test::AppRunner runner(directory / "concatenate");
    const std::string size =
        "rows=4 columns=4 bus_bits=64 input.type=int8 weights.type=int8 output.type=int8 "
        "channels=3 width=5 height=4 batch=2 output_channels=11 ";
    runner.add(test::conv2d_case("first", size + "filters=5", 41));
    runner.add(test::conv2d_case(
        "second_planes", size + "filters=6 layout=nchw kernel_width=1 pad_left=0 pad_right=0", 42));
    runner.run();
}

TEST_CASE("recurrent cells, perceptrons and attention, all of it on the chip") {
    test::AppRunner runner(directory / "networks");
    const std::string size = "rows=4 columns=4 bus_bits=64 ";
    runner.add(test::recurrent_case("lstm", size + "inputs=5 units=6 batch=3", 4));
    runner.add(test::recurrent_case("gru", size + "cell=gru inputs=7 units=6 batch=2", 5));
    runner.add(test::rhn_case("rhn", size + "inputs=5 units=6 depth=3 batch=2", 4));
    runner.add(test::mlp_case("mlp", "rows=4 columns=4,3,2 bus_bits=64 batch=5", {13, 10, 7, 3}));
    runner.add(test::attention_case("attention", size + "heads=2 length=10 features=6 tile=4"));
    runner.run();
}
