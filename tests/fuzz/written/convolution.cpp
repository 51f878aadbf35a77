// Written by orrery fuzz
//
// layer convolution batches=2 bias=0 channels=5 dilation=1 gaps=2 height=6 kernel_height=2 kernel_width=2 kernels=3 order=0 padding=4 post=5 scalar=0 scale=1 stride=2 symbolic=2 type=2 weight_type=2 width=7
// split output.0 x xo xi ShiftInwards 3
// split output.0 y yo yi GuardWithIf 1
// split output.0 k ko ki GuardWithIf 3
// split output.0 n no ni ShiftInwards 2
// reorder output.0 ni xi ki yi yo ko no xo
// vectorize output.0 ki
// vectorize output.0 yo
// unroll output.0 ko
// compute_at sum output xi
// split sum.1 r$x rxo rxi GuardWithIf 2
// rfactor sum.1 sum_partial rxo u
// split sum.1 x xo xi GuardWithIf 3
// split sum.1 y yo yi GuardWithIf 4
// reorder sum.1 xo rxo k yi n xi yo
// unroll sum.1 yi
// compute_at sum_partial sum rxo
// split sum_partial.1 rxi rxio rxii GuardWithIf 2
// split sum_partial.1 u uo ui GuardWithIf 1
// reorder sum_partial.1 uo r$y n x k r$z ui y rxii rxio
// in source source_in_sum_partial sum_partial
// compute_root source_in_sum_partial
// reorder_storage source_in_sum_partial _2 _3 _0 _1
// in weights weights_in_sum_partial sum_partial
// compute_at weights_in_sum_partial sum_partial ui
// reorder weights_in_sum_partial.0 _3 _0 _1 _2
// pe_array output.0 yo ko | ki
// systolic output.0 Rows
// pe_array sum.1 yi |
// systolic sum.1
// buffer sum_partial Auto 2
// buffer source_in_sum_partial Auto 1
// port output 64 4 256
// port input 64 2 16
// port weights 32 1 256
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int16_t, 4>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Input<int32_t> size_channels{"size_channels", 5, 1, 5};
    Output<Buffer<int16_t, 4>> output{"output"};

    void generate() {
        input.dim(0).set_bounds(0, 14).set_stride(1);
        input.dim(1).set_bounds(0, 12).set_stride(16);
        input.dim(2).set_bounds(0, Expr(size_channels)).set_stride(194);
        input.dim(3).set_bounds(0, 2).set_stride(((Expr(size_channels) * 194) + 2));
        weights.dim(0).set_bounds(0, 2).set_stride(1);
        weights.dim(1).set_bounds(0, 2).set_stride(4);
        weights.dim(2).set_bounds(0, Expr(size_channels)).set_stride(10);
        weights.dim(3).set_bounds(0, 3).set_stride(((Expr(size_channels) * 10) + 2));
        r = RDom({{0, 2}, {0, 2}, {0, Expr(size_channels)}}, "r");
        source = BoundaryConditions::constant_exterior(input, cast(Int(16), 3), {{0, Expr(14)}, {0, Expr(12)}, {0, Expr(size_channels)}, {0, Expr(2)}});
        sum(x, y, k, n) = Expr(0);
        sum(x, y, k, n) = (sum(x, y, k, n) + (cast<int32_t>(source((((x * 2) + (r.x * 1)) - (((Expr(2) - Expr(1)) * 1) / 2)), (((y * 2) + (r.y * 1)) - (((Expr(2) - Expr(1)) * 1) / 2)), r.z, n)) * cast<int32_t>(weights(r.x, r.y, r.z, k))));
        output(x, y, k, n) = saturating_cast<int16_t>((select((sum(x, y, k, n) > 0), sum(x, y, k, n), (sum(x, y, k, n) / 8)) >> cast<uint32_t>(2)));
        output.bound(x, 0, 7);
        output.dim(0).set_stride(1);
        output.bound(y, 0, 6);
        output.dim(1).set_stride(9);
        output.bound(k, 0, 3);
        output.dim(2).set_stride(56);
        output.bound(n, 0, 2);
        output.dim(3).set_stride(170);
    }

    void schedule() {
        output.split(x, xo, xi, 3, TailStrategy::ShiftInwards);
        output.split(y, yo, yi, 1, TailStrategy::GuardWithIf);
        output.split(k, ko, ki, 3, TailStrategy::GuardWithIf);
        output.split(n, no, ni, 2, TailStrategy::ShiftInwards);
        output.reorder(ni, xi, ki, yi, yo, ko, no, xo);
        output.vectorize(ki);
        output.vectorize(yo);
        output.unroll(ko);
        sum.compute_at(output, xi);
        sum.update(0).split(r.x, rxo, rxi, 2, TailStrategy::GuardWithIf);
        Func sum_partial = sum.update(0).rfactor({{rxo, u}});
        sum.update(0).split(x, xo, xi, 3, TailStrategy::GuardWithIf);
        sum.update(0).split(y, yo, yi, 4, TailStrategy::GuardWithIf);
        sum.update(0).reorder(xo, rxo, k, yi, n, xi, yo);
        sum.update(0).unroll(yi);
        sum_partial.compute_at(sum, rxo);
        sum_partial.update(0).split(rxi, rxio, rxii, 2, TailStrategy::GuardWithIf);
        sum_partial.update(0).split(u, uo, ui, 1, TailStrategy::GuardWithIf);
        sum_partial.update(0).reorder(uo, r.y, n, x, k, r.z, ui, y, rxii, rxio);
        Func source_in_sum_partial = source.in(sum_partial);
        source_in_sum_partial.compute_root();
        source_in_sum_partial.reorder_storage(_2, _3, _0, _1);
        Func weights_in_sum_partial = weights.in(sum_partial);
        weights_in_sum_partial.compute_at(sum_partial, ui);
        weights_in_sum_partial.reorder(_3, _0, _1, _2);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {yo, ko}, {ki});
        hw.systolic(Stage(Func(output)), Orrery::Axis::Rows);
        hw.pe_array(sum.update(0), {yi}, {});
        hw.systolic(sum.update(0));
        hw.buffer(sum_partial, Orrery::Memory::Auto).slots(2);
        hw.buffer(source_in_sum_partial, Orrery::Memory::Auto).slots(1);
        hw.port(Func(output)).bus_bits(64).outstanding(4).burst_beats(256);
        hw.port(Func(input)).bus_bits(64).outstanding(2).burst_beats(16);
        hw.port(Func(weights)).bus_bits(32).outstanding(1).burst_beats(256);
    }

private:
    Var _0{"_0"};
    Var _1{"_1"};
    Var _2{"_2"};
    Var _3{"_3"};
    Var k{"k"};
    Var ki{"ki"};
    Var ko{"ko"};
    Var n{"n"};
    Var ni{"ni"};
    Var no{"no"};
    Var u{"u"};
    Var ui{"ui"};
    Var uo{"uo"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    RVar rxi{"rxi"};
    RVar rxii{"rxii"};
    RVar rxio{"rxio"};
    RVar rxo{"rxo"};
    RDom r;
    Func source{"source"};
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, convolution)
