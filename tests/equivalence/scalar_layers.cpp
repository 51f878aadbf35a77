#include "tests/equivalence/scalar_layers.h"

#include "halide-fork/orrery.h"
#include "tests/equivalence/scalar_combinations.h"

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

/// A sum over as many elements as a scalar says, of a tensor of fixed size; a guard on another one.
ScalarLayer partial_sums(bool scheduled) {
    ImageParam input(Int(16), 2, "input");
    Param<int> length("length", 8, 0, 12), rows("rows", 3, 1, 6);
    Param<uint8_t> first("first", 0);
    Var x("x"), y("y");
    RDom r(0, length, "r");
    Func sum("sum"), output("output");
    sum(x, y) = cast<int32_t>(x) - y;
    sum(x, y) += cast<int32_t>(input(x + r, y));
    output(x, y) = select(y < rows && x >= cast<int>(first), sum(x, y), -1);
    input.dim(0).set_bounds(0, 20);
    input.dim(1).set_bounds(0, 6);
    output.bound(x, 0, 9).bound(y, 0, 6);
    if (scheduled) {
        Var xi("xi");
        sum.compute_at(output, y)
            .update()
            .split(x, x, xi, 4, TailStrategy::GuardWithIf)
            .reorder(xi, r, x)
            .unroll(xi);
        input.in(sum).compute_root();
        accelerate(output);
    }
    return {output, {input}, {length.parameter(), rows.parameter(), first.parameter()}};
}

/// A copy of a dense tensor of any size, with a border.
ScalarLayer padded_copy(bool scheduled) {
    ImageParam input(Int(16), 3, "input");
    Param<int> width("width", 5, 1, 9), height("height", 4, 1, 7), channels("channels", 3, 1, 6);
    Var c("c"), x("x"), y("y");
    input.dim(0).set_bounds(0, channels);
    input.dim(1).set_bounds(0, width);
    input.dim(2).set_bounds(0, height);
    Func padded("padded"), copy("copy"), output("output");
    padded(c, x, y) = BoundaryConditions::constant_exterior(input, 7)(c, x, y);
    copy(c, x, y) = padded(c, x - 1, y - 1) * 3;
    output(c, x, y) = copy(c, x, y) + 1;
    output.bound(c, 0, channels).bound(x, 0, width + 2).bound(y, 0, height + 2);
    if (scheduled) {
        copy.compute_root();
        accelerate(output);
    }
    return {output, {input}, {width.parameter(), height.parameter(), channels.parameter()}};
}

/// A matrix product of any size on an array of 4 x 4, in tiles.
ScalarLayer tiled_product(bool systolic, bool scheduled) {
    ImageParam a(Int(8), 2, "a"), b(Int(8), 2, "b");
    Param<int> m("m", 5, 1, 18), n("n", 6, 1, 17), depth("depth", 7, 1, 21);
    Var x("x"), y("y"), xo("xo"), yo("yo"), xi("xi"), xt("xt");
    RVar ro("ro"), ri("ri");
    RDom r(0, depth, "r");
    a.dim(0).set_bounds(0, depth);
    a.dim(1).set_bounds(0, m);
    b.dim(0).set_bounds(0, n);
    b.dim(1).set_bounds(0, depth);
    Func product("product"), output("output");
    product(x, y) = 0;
    product(x, y) += cast<int32_t>(a(r, y)) * cast<int32_t>(b(x, r));
    output(x, y) = product(x, y);
    output.bound(x, 0, n).bound(y, 0, m);
    if (scheduled) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        output.split(x, xo, x, 8, guard).split(y, yo, y, 5, guard).reorder(x, y, xo, yo);
        product.compute_at(output, xo)
            .update()
            .split(x, xt, xi, 4, guard)
            .split(r, ro, ri, 4, guard)
            .reorder(ri, xi, y, ro, xt)
            .unroll(ri)
            .unroll(xi);
        a.in(product).compute_at(output, yo);
        b.in(product).compute_at(output, xo);
        Accelerator hw = accelerate(output);
        hw.pe_array(product.update(), {ri}, {xi});
        if (systolic) {
            hw.systolic(product.update());
        }
        hw.buffer(product).slots(2);
        hw.buffer(b.in(product)).slots(2);
    }
    return {output, {a, b}, {m.parameter(), n.parameter(), depth.parameter()}};
}

ScalarLayer matrix_product(bool scheduled) { return tiled_product(false, scheduled); }
ScalarLayer systolic_product(bool scheduled) { return tiled_product(true, scheduled); }

/// A convolution with padding whose width, height, channels, filters, kernel and stride are
/// scalars.
ScalarLayer any_convolution(bool systolic, bool scheduled) {
    ImageParam input(Int(8), 3, "input"), weights(Int(8), 4, "weights"), bias(Int(32), 1, "bias");
    Param<int> channels("channels", 5, 1, 10), filters("filters", 6, 1, 9);
    Param<int> width("width", 7, 1, 9), height("height", 6, 1, 8);
    Param<int> kernel("kernel", 3, 1, 3), stride("stride", 1, 1, 3), pad("pad", 1, 0, 2);
    Var c("c"), k("k"), x("x"), y("y"), ko("ko"), ki("ki"), yo("yo");
    RVar ro("ro"), ri("ri");
    RDom r(0, kernel, 0, kernel, 0, channels, "r");
    input.dim(0).set_bounds(0, channels);
    input.dim(1).set_bounds(0, width);
    input.dim(2).set_bounds(0, height);
    weights.dim(0).set_bounds(0, filters);
    weights.dim(1).set_bounds(0, channels);
    weights.dim(2).set_bounds(0, kernel);
    weights.dim(3).set_bounds(0, kernel);
    bias.dim(0).set_bounds(0, filters);
    Func padded("padded"), sum("sum"), output("output");
    padded(c, x, y) = BoundaryConditions::constant_exterior(input, 0)(c, x, y);
    sum(k, x, y) = bias(k);
    sum(k, x, y) += cast<int32_t>(padded(r.z, x * stride + r.x - pad, y * stride + r.y - pad)) *
                    cast<int32_t>(weights(k, r.z, r.x, r.y));
    output(k, x, y) = cast<int8_t>(clamp(sum(k, x, y) >> 7, -128, 127));
    output.bound(k, 0, filters)
        .bound(x, 0, (width + 2 * pad - 1) / stride + 1)
        .bound(y, 0, (height + 2 * pad - 1) / stride + 1);
    if (scheduled) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        output.split(k, ko, ki, 4, guard).reorder(ki, x, y, ko);
        sum.compute_at(output, ko)
            .update()
            .split(r.z, ro, ri, 4, guard)
            .reorder(ri, k, x, y, r.x, r.y, ro)
            .unroll(ri)
            .unroll(k);
        padded.compute_root();
        weights.in(sum).compute_at(output, ko);
        bias.in(sum).compute_root();
        Accelerator hw = accelerate(output);
        hw.pe_array(sum.update(), {ri}, {k});
        if (systolic) {
            hw.systolic(sum.update());
        }
        hw.buffer(sum).slots(2);
    }
    return {output,
            {input, weights, bias},
            {channels.parameter(), filters.parameter(), width.parameter(), height.parameter(),
             kernel.parameter(), stride.parameter(), pad.parameter()}};
}

ScalarLayer convolution(bool scheduled) { return any_convolution(false, scheduled); }
ScalarLayer systolic_convolution(bool scheduled) { return any_convolution(true, scheduled); }

template <typename T>
void set_as(Parameter &parameter, int64_t value) {
    parameter.set_scalar<T>(static_cast<T>(value));
}

} // namespace

const std::vector<ScalarLayerKind> &scalar_layers() {
    static const std::vector<ScalarLayerKind> kinds{{"requantisation", requantisation},
                                                    {"partial_sums", partial_sums},
                                                    {"padded_copy", padded_copy},
                                                    {"matrix_product", matrix_product},
                                                    {"convolution", convolution},
                                                    {"systolic_product", systolic_product},
                                                    {"systolic_convolution", systolic_convolution},
                                                    {"line_buffer", line_buffer_with_scalars},
                                                    {"feature_map", feature_map_with_scalars},
                                                    {"partial_sums_in_dram", spilled_with_scalars}};
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
