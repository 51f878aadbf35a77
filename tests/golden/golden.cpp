// Golden outputs: the hardware IR and the Verilog of a few small designs, byte for byte.
// ORRERY_UPDATE_GOLDEN=1 writes them anew.
#include <Halide.h>
#include <catch2/catch.hpp>
#include <orrery.h>

#include "hwgen/templates/templates.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using namespace Halide;
namespace fs = std::filesystem;

std::string read(const fs::path &file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The files that depend on the design alone: templates have tests of their own. design.hwir.json has what design.hwir has.
bool is_golden(const std::string &path) {
    const bool verilog = fs::path(path).extension() == ".v";
    return path != "rtl/filelist.f" && path != "design.hwir.json" &&
           !(verilog && Orrery::templates::is_template(fs::path(path).stem().string()));
}

void check_golden(const std::string &name, const Func &output) {
    Orrery::CompileOptions options;
    options.name = name;
    const Orrery::Design design = Orrery::compile(output, {}, options);
    const fs::path folder = fs::path(ORRERY_SOURCE_DIR) / "tests" / "golden" / name;
    const bool update = std::getenv("ORRERY_UPDATE_GOLDEN") != nullptr;
    if (update) {
        fs::remove_all(folder);
        fs::create_directories(folder / "rtl");
    }
    for (const auto &[path, text] : design.files()) {
        if (!is_golden(path)) {
            continue;
        }
        if (update) {
            std::ofstream(folder / path, std::ios::binary) << text;
        }
        INFO("file " << name << "/" << path << " (ORRERY_UPDATE_GOLDEN=1 accepts the new text)");
        CHECK(text == read(folder / path));
    }
}

/// out(k, x, y) of a small convolution with zero padding and requantisation.
struct Convolution {
    Var c{"c"}, k{"k"}, x{"x"}, y{"y"}, ko{"ko"}, ki{"ki"}, kt{"kt"}, yo{"yo"}, yi{"yi"};
    RVar rco{"rco"}, rci{"rci"};
    ImageParam input{Int(8), 3, "input"}, weights{Int(8), 4, "weights"}, bias{Int(32), 1, "bias"};
    Func padded{"padded"}, sum{"sum"}, output{"output"};
    RDom r;

    Convolution(int channels, int filters, int size) : r(0, channels, 0, 3, 0, 3, "r") {
        padded(c, x, y) = BoundaryConditions::constant_exterior(
            input, cast<int8_t>(0), {{Expr(), Expr()}, {0, size}, {0, size}})(c, x, y);
        sum(k, x, y) = bias(k);
        sum(k, x, y) += cast<int32_t>(padded(r.x, x + r.y - 1, y + r.z - 1)) * cast<int32_t>(weights(r.x, r.y, r.z, k));
        output(k, x, y) = cast<int8_t>(clamp(rounding_shift_right(sum(k, x, y), 7), -128, 127));
        output.bound(k, 0, filters).bound(x, 0, size).bound(y, 0, size);
    }
};

} // namespace

namespace {

/// Accelerator of a convolution on a 4 x 4 array, C | K. The layer is ragged on both axes.
void check_convolution(const std::string &name, bool systolic) {
    Convolution conv(10, 6, 5);
    conv.output.split(conv.k, conv.ko, conv.ki, 4, TailStrategy::GuardWithIf)
        .reorder(conv.ki, conv.x, conv.y, conv.ko)
        .vectorize(conv.ki);
    conv.sum.compute_at(conv.output, conv.ko);
    conv.sum.update()
        .split(conv.r.x, conv.rco, conv.rci, 4, TailStrategy::GuardWithIf)
        .split(conv.k, conv.kt, conv.ki, 4, TailStrategy::GuardWithIf)
        .reorder(conv.rci, conv.ki, conv.x, conv.y, conv.r.y, conv.r.z, conv.rco, conv.kt);
    conv.padded.compute_root().vectorize(conv.c, 4, TailStrategy::GuardWithIf);
    Func weights = conv.weights.in(conv.sum), bias = conv.bias.in(conv.sum);
    weights.compute_at(conv.output, conv.ko).vectorize(weights.args()[0], 4, TailStrategy::GuardWithIf);
    bias.compute_at(conv.output, conv.ko);
    Orrery::Accelerator hw = Orrery::accelerate(conv.output);
    hw.pe_array(conv.sum.update(), {conv.rci}, {conv.ki});
    hw.buffer(weights).slots(2);
    hw.buffer(conv.sum).slots(2);
    hw.port(conv.input).bus_bits(32);
    if (systolic) {
        hw.systolic(conv.sum.update());
    }
    check_golden(name, conv.output);
}

} // namespace

TEST_CASE("convolution on a 4x4 array", "[golden]") { check_convolution("convolution_4x4", false); }

TEST_CASE("convolution on a systolic 4x4 array", "[golden]") {
    check_convolution("systolic_4x4", true);
}

TEST_CASE("matrix multiply on one processing element", "[golden]") {
    Var i{"i"}, j{"j"};
    RDom r(0, 7, "r");
    ImageParam a(Int(16), 2, "a"), b(UInt(8), 2, "b");
    Func product("product"), output("result");
    product(i, j) += cast<int32_t>(a(r, j)) * cast<int32_t>(b(i, r));
    output(i, j) = product(i, j);
    output.bound(i, 0, 5).bound(j, 0, 3);
    product.compute_at(output, j);
    a.in(product).compute_at(output, j);
    b.in(product).compute_root();
    Orrery::Accelerator hw = Orrery::accelerate(output);
    hw.port(output).bus_bits(64);
    check_golden("matrix_multiply_1x1", output);
}
