// Tiles that a loop runs through backwards, of which the last one is smaller.
#include "halide-fork/hardware.h"
#include "halide-fork/orrery.h"
#include "hwgen/interpreter/interpreter.h"

#include <catch2/catch.hpp>

using namespace Halide;
using namespace Orrery;

namespace {

constexpr int width = 7, height = 6, taps = 2;

/// output(i, j) = sum over t of a(6 - i + 4 j + t), in tiles of two i; the copy of a tile is filled
/// with as many neighbours in a cycle.
Func scheduled(Func a) {
    Var i("i"), j("j"), io("io"), ii("ii");
    RDom r(0, taps, "r");
    Func sum("sum"), output("output");
    sum(i, j) += cast<int32_t>(a(6 - i + 4 * j + r));
    output(i, j) = sum(i, j);
    output.bound(i, 0, width).bound(j, 0, height);
    sum.compute_root();
    sum.update().split(i, io, ii, 2, TailStrategy::GuardWithIf).reorder(ii, r, io, j);
    Func copy = a.in(sum);
    copy.compute_at(sum, io).vectorize(copy.args()[0], 2, TailStrategy::GuardWithIf);
    accelerate(output);
    return output;
}

/// Runs it on a tensor whose element at c is `value(c)`, which is 0 outside of the tensor.
void check(const Func &output, int64_t (*value)(int)) {
    const hwir::Design design = hardware_ir(output, "layer", Pipeline(output).infer_arguments());
    std::vector<interpreter::Tensor> tensors;
    for (const hwir::Tensor &t : design.tensors) {
        tensors.push_back(interpreter::make_tensor(t));
    }
    for (size_t e = 0; e < tensors.front().data.size(); e++) {
        tensors.front().data[e] = value(int(e));
    }
    CHECK(interpreter::run(design, tensors).error == "");
    for (int j = 0; j < height; j++) {
        for (int i = 0; i < width; i++) {
            int64_t expected = 0;
            for (int t = 0; t < taps; t++) {
                expected += value(6 - i + 4 * j + t);
            }
            CHECK(tensors.back().data[size_t(j * width + i)] == expected);
        }
    }
}

} // namespace

TEST_CASE("a tile that runs backwards is copied whole", "[frontend]") {
    ImageParam a(Int(8), 1, "a");
    a.dim(0).set_bounds(0, 28);
    check(scheduled(a), [](int c) { return int64_t(c); });
}

TEST_CASE("a tile that runs backwards can be one of a padded tensor", "[frontend]") {
    ImageParam a(Int(8), 1, "a");
    a.dim(0).set_bounds(0, 20);
    check(scheduled(BoundaryConditions::constant_exterior(a, 0)),
          [](int c) { return int64_t(c < 20 ? c : 0); });
}
