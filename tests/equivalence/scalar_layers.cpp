#include "tests/equivalence/scalar_layers.h"

#include "halide-fork/orrery.h"

namespace Orrery::test {

using namespace Halide;

namespace {

/// Scalars in the datapath alone: zero points, a multiplier, a shift, a bias of 64 bits, a switch.
ScalarLayer requantisation(bool scheduled) {
    ImageParam input(Int(8), 2, "input"), weights(Int(8), 2, "weights");
    Param<int8_t> zero("zero", 3);
    Param<uint16_t> multiplier("multiplier", 77);
    Param<int> shift("shift", 9, 0, 15);
    Param<int64_t> bias("bias");
    Param<bool> rectify("rectify", true);
    Param<uint64_t> mask("mask");
    Var k("k"), n("n"), ki("ki");
    RDom r(0, 6, "r");
    Func sum("sum"), output("output");
    sum(k, n) = cast<int32_t>(zero) * 5;
    sum(k, n) += (cast<int32_t>(input(r, n)) - zero) * cast<int32_t>(weights(k, r));
    Expr scaled = (cast<int64_t>(sum(k, n)) * multiplier + bias) >> cast<int64_t>(shift);
    Expr value = cast<uint64_t>(select(rectify, max(scaled, 0), scaled)) & mask;
    output(k, n) = cast<int16_t>(value);
    input.dim(0).set_bounds(0, 6);
    input.dim(1).set_bounds(0, 5);
    weights.dim(0).set_bounds(0, 7);
    weights.dim(1).set_bounds(0, 6);
    output.bound(k, 0, 7).bound(n, 0, 5);
    if (scheduled) {
        sum.compute_at(output, n)
            .update()
            .reorder(k, r, n)
            .split(k, k, ki, 4, TailStrategy::GuardWithIf)
            .unroll(ki);
        weights.in(sum).compute_root();
        Accelerator hw = accelerate(output);
        hw.pe_array(sum.update(), {}, {ki});
    }
    return {output,
            {input, weights},
            {zero.parameter(), multiplier.parameter(), shift.parameter(), bias.parameter(),
             rectify.parameter(), mask.parameter()}};
}

template <typename T>
void set_as(Parameter &parameter, int64_t value) {
    parameter.set_scalar<T>(static_cast<T>(value));
}

} // namespace

const std::vector<ScalarLayerKind> &scalar_layers() {
    static const std::vector<ScalarLayerKind> kinds{{"requantisation", requantisation}};
    return kinds;
}

void set_scalar(Parameter &parameter, int64_t value) {
    const Type type = parameter.type();
    if (type == Bool()) {
        set_as<bool>(parameter, value);
    } else if (type == Int(8)) {
        set_as<int8_t>(parameter, value);
    } else if (type == Int(16)) {
        set_as<int16_t>(parameter, value);
    } else if (type == Int(32)) {
        set_as<int32_t>(parameter, value);
    } else if (type == Int(64)) {
        set_as<int64_t>(parameter, value);
    } else if (type == UInt(8)) {
        set_as<uint8_t>(parameter, value);
    } else if (type == UInt(16)) {
        set_as<uint16_t>(parameter, value);
    } else if (type == UInt(32)) {
        set_as<uint32_t>(parameter, value);
    } else {
        set_as<uint64_t>(parameter, value);
    }
}

} // namespace Orrery::test
