// Written by orrery fuzz
//
// layer convolution batches=2 bias=1 channels=2 dilation=2 gaps=0 height=1 kernel_height=1 kernel_width=2 kernels=7 order=1 padding=4 post=4 scalar=0 scale=0 stride=2 symbolic=0 type=0 weight_type=2 width=1
// split output.0 x xo xi GuardWithIf 2
// split output.0 y yo yi GuardWithIf 2
// split output.0 k ko ki GuardWithIf 4
// split output.0 n no ni RoundUp 2
// reorder output.0 xi ni ki yi ko xo no yo
// fuse output.0 ko xo koxof
// unroll output.0 xi
// compute_at sum output yo
// split sum.1 r$x rxo rxi GuardWithIf 2
// split sum.1 r$y ryo ryi GuardWithIf 2
// split sum.1 x xo xi GuardWithIf 2
// reorder sum.1 xo y k rxo r$z ryi ryo n xi rxi
// unroll sum.1 xo
// in source source_in_sum sum
// compute_at source_in_sum sum n
// store_at source_in_sum sum rxi
// reorder_storage source_in_sum _3 _2 _0 _1
// reorder source_in_sum.0 _0 _3 _2 _1
// in bias bias_in_sum sum
// in bias_in_sum bias_in_sum_again sum
// compute_at bias_in_sum_again output yo
// split bias_in_sum_again.0 _0 _0o _0i GuardWithIf 4
// vectorize bias_in_sum_again.0 _0i
// compute_at bias_in_sum output yo
// split bias_in_sum.0 _0 _0o _0i GuardWithIf 3
// unroll bias_in_sum.0 _0i
// in weights weights_in_sum sum
// compute_root weights_in_sum
// pe_array output.0 xi |
// systolic output.0
// buffer sum RegisterFile 1
// buffer bias_in_sum_again Auto 2
// buffer bias_in_sum Auto 2
// port output 512 16 16
// port bias 32 16 256
// port input 256 16 1
// port weights 512 1 256
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int32_t, 1>> bias{"bias"};
    Input<Buffer<int8_t, 4>> input{"input"};
    Input<Buffer<int16_t, 4>> weights{"weights"};
    Output<Buffer<int16_t, 4>> output{"output"};

    void generate() {
        bias.dim(0).set_bounds(0, 7).set_stride(1);
        input.dim(0).set_bounds(0, 2).set_stride(4);
        input.dim(1).set_bounds(0, 2).set_stride(8);
        input.dim(2).set_bounds(0, 2).set_stride(2);
        input.dim(3).set_bounds(0, 2).set_stride(1);
        weights.dim(0).set_bounds(0, 2).set_stride(2);
        weights.dim(1).set_bounds(0, 1).set_stride(2);
        weights.dim(2).set_bounds(0, 2).set_stride(1);
        weights.dim(3).set_bounds(0, 7).set_stride(4);
        r = RDom({{0, 2}, {0, 1}, {0, 2}}, "r");
        source = BoundaryConditions::constant_exterior(input, cast(Int(8), 3), {{0, Expr(2)}, {0, Expr(2)}, {0, Expr(2)}, {0, Expr(2)}});
        sum(x, y, k, n) = bias(k);
        sum(x, y, k, n) = (sum(x, y, k, n) + (cast<int32_t>(source((((x * 2) + (r.x * 2)) - (((Expr(2) - Expr(1)) * 2) / 2)), (((y * 2) + (r.y * 2)) - (((Expr(1) - Expr(1)) * 2) / 2)), r.z, n)) * cast<int32_t>(weights(r.x, r.y, r.z, k))));
        output(x, y, k, n) = saturating_cast<int16_t>(rounding_mul_shift_right(sum(x, y, k, n), (Expr(3) << cast<uint32_t>(20)), cast<uint32_t>(26)));
        output.bound(x, 0, 1);
        output.dim(0).set_stride(7);
        output.bound(y, 0, 1);
        output.dim(1).set_stride(14);
        output.bound(k, 0, 7);
        output.dim(2).set_stride(1);
        output.bound(n, 0, 2);
        output.dim(3).set_stride(7);
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        output.split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        output.split(k, ko, ki, 4, TailStrategy::GuardWithIf);
        output.split(n, no, ni, 2, TailStrategy::RoundUp);
        output.reorder(xi, ni, ki, yi, ko, xo, no, yo);
        output.fuse(ko, xo, koxof);
        output.unroll(xi);
        sum.compute_at(output, yo);
        sum.update(0).split(r.x, rxo, rxi, 2, TailStrategy::GuardWithIf);
        sum.update(0).split(r.y, ryo, ryi, 2, TailStrategy::GuardWithIf);
        sum.update(0).split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        sum.update(0).reorder(xo, y, k, rxo, r.z, ryi, ryo, n, xi, rxi);
        sum.update(0).unroll(xo);
        Func source_in_sum = source.in(sum);
        source_in_sum.compute_at(sum, n);
        source_in_sum.store_at(sum, rxi);
        source_in_sum.reorder_storage(_3, _2, _0, _1);
        source_in_sum.reorder(_0, _3, _2, _1);
        Func bias_in_sum = bias.in(sum);
        Func bias_in_sum_again = bias_in_sum.in(sum);
        bias_in_sum_again.compute_at(output, yo);
        bias_in_sum_again.split(_0, _0o, _0i, 4, TailStrategy::GuardWithIf);
        bias_in_sum_again.vectorize(_0i);
        bias_in_sum.compute_at(output, yo);
        bias_in_sum.split(_0, _0o, _0i, 3, TailStrategy::GuardWithIf);
        bias_in_sum.unroll(_0i);
        Func weights_in_sum = weights.in(sum);
        weights_in_sum.compute_root();
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {xi}, {});
        hw.systolic(Stage(Func(output)));
        hw.buffer(sum, Orrery::Memory::RegisterFile).slots(1);
        hw.buffer(bias_in_sum_again, Orrery::Memory::Auto).slots(2);
        hw.buffer(bias_in_sum, Orrery::Memory::Auto).slots(2);
        hw.port(Func(output)).bus_bits(512).outstanding(16).burst_beats(16);
        hw.port(Func(bias)).bus_bits(32).outstanding(16).burst_beats(256);
        hw.port(Func(input)).bus_bits(256).outstanding(16).burst_beats(1);
        hw.port(Func(weights)).bus_bits(512).outstanding(1).burst_beats(256);
    }

private:
    Var _0{"_0"};
    Var _0i{"_0i"};
    Var _0o{"_0o"};
    Var _1{"_1"};
    Var _2{"_2"};
    Var _3{"_3"};
    Var k{"k"};
    Var ki{"ki"};
    Var ko{"ko"};
    Var koxof{"koxof"};
    Var n{"n"};
    Var ni{"ni"};
    Var no{"no"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    RVar rxi{"rxi"};
    RVar rxo{"rxo"};
    RVar ryi{"ryi"};
    RVar ryo{"ryo"};
    RDom r;
    Func source{"source"};
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, systolic_convolution)
