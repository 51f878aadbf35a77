// Written by orrery fuzz
//
// layer convolution batches=1 bias=1 channels=1 dilation=2 gaps=0 height=7 kernel_height=3 kernel_width=1 kernels=6 order=1 padding=1 post=1 scalar=1 scale=1 stride=1 symbolic=5 type=3 weight_type=0 width=7
// split output.0 x xo xi GuardWithIf 1
// split output.0 y yo yi GuardWithIf 5
// split output.0 k ko ki GuardWithIf 6
// split output.0 n no ni GuardWithIf 2
// reorder output.0 ni ki yi xi ko no xo yo
// vectorize output.0 ki
// compute_at sum output yo
// split sum.1 r$z rzo rzi GuardWithIf 2
// split sum.1 k ko ki GuardWithIf 3
// split sum.1 n no ni GuardWithIf 2
// reorder sum.1 y no ni r$y rzi ki x rzo ko r$x
// fuse sum.1 no ni nonif
// unroll sum.1 r$y
// in source source_in_sum sum
// compute_at source_in_sum sum ki
// split source_in_sum.0 _0 _0o _0i GuardWithIf 4
// vectorize source_in_sum.0 _0i
// in bias bias_in_sum sum
// compute_root bias_in_sum
// in weights weights_in_sum sum
// compute_at weights_in_sum sum x
// split weights_in_sum.0 _0 _0o _0i GuardWithIf 4
// vectorize weights_in_sum.0 _0i
// pe_array output.0 | ki
// buffer sum Auto 2
// pe_array sum.1 | r$y
// buffer source_in_sum Dram
// port source_in_sum 32 4 16
// buffer bias_in_sum Dram
// port bias_in_sum 128 16 256
// buffer weights_in_sum Auto 1
// port output 128 16 16
// port bias 512 1 16
// port input 64 16 2
// port weights 32 2 16
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int32_t, 1>> bias{"bias"};
    Input<Buffer<uint16_t, 4>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Input<int32_t> shift{"shift", 3, 0, 15};
    Input<int32_t> size_kernel_width{"size_kernel_width", 1, 1, 1};
    Output<Buffer<int8_t, 4>> output{"output"};

    void generate() {
        bias.dim(0).set_bounds(0, 6).set_stride(1);
        input.dim(0).set_bounds(0, 7).set_stride(1);
        input.dim(1).set_bounds(0, 7).set_stride(7);
        input.dim(2).set_bounds(0, 1).set_stride(1);
        input.dim(3).set_bounds(0, 1).set_stride(1);
        weights.dim(0).set_bounds(0, Expr(size_kernel_width)).set_stride(3);
        weights.dim(1).set_bounds(0, 3).set_stride(1);
        weights.dim(2).set_bounds(0, 1).set_stride(1);
        weights.dim(3).set_bounds(0, 6).set_stride((Expr(size_kernel_width) * 3));
        r = RDom({{0, Expr(size_kernel_width)}, {0, 3}, {0, 1}}, "r");
        source = BoundaryConditions::constant_exterior(input, cast(UInt(16), 0), {{0, Expr(7)}, {0, Expr(7)}, {0, Expr(1)}, {0, Expr(1)}});
        sum(x, y, k, n) = bias(k);
        sum(x, y, k, n) = (sum(x, y, k, n) + (cast<int32_t>(source((((x * 1) + (r.x * 2)) - (((Expr(size_kernel_width) - 1) * 2) / 2)), (((y * 1) + (r.y * 2)) - (((Expr(3) - Expr(1)) * 2) / 2)), r.z, n)) * cast<int32_t>(weights(r.x, r.y, r.z, k))));
        output(x, y, k, n) = cast<int8_t>(max(min(((sum(x, y, k, n) >> Expr(shift)) >> cast<uint32_t>(4)), Expr(127)), Expr(-128)));
        output.bound(x, 0, 7);
        output.dim(0).set_stride(6);
        output.bound(y, 0, 7);
        output.dim(1).set_stride(42);
        output.bound(k, 0, 6);
        output.dim(2).set_stride(1);
        output.bound(n, 0, 1);
        output.dim(3).set_stride(42);
    }

    void schedule() {
        output.split(x, xo, xi, 1, TailStrategy::GuardWithIf);
        output.split(y, yo, yi, 5, TailStrategy::GuardWithIf);
        output.split(k, ko, ki, 6, TailStrategy::GuardWithIf);
        output.split(n, no, ni, 2, TailStrategy::GuardWithIf);
        output.reorder(ni, ki, yi, xi, ko, no, xo, yo);
        output.vectorize(ki);
        sum.compute_at(output, yo);
        sum.update(0).split(r.z, rzo, rzi, 2, TailStrategy::GuardWithIf);
        sum.update(0).split(k, ko, ki, 3, TailStrategy::GuardWithIf);
        sum.update(0).split(n, no, ni, 2, TailStrategy::GuardWithIf);
        sum.update(0).reorder(y, no, ni, r.y, rzi, ki, x, rzo, ko, r.x);
        sum.update(0).fuse(no, ni, nonif);
        sum.update(0).unroll(r.y);
        Func source_in_sum = source.in(sum);
        source_in_sum.compute_at(sum, ki);
        source_in_sum.split(_0, _0o, _0i, 4, TailStrategy::GuardWithIf);
        source_in_sum.vectorize(_0i);
        Func bias_in_sum = bias.in(sum);
        bias_in_sum.compute_root();
        Func weights_in_sum = weights.in(sum);
        weights_in_sum.compute_at(sum, x);
        weights_in_sum.split(_0, _0o, _0i, 4, TailStrategy::GuardWithIf);
        weights_in_sum.vectorize(_0i);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {}, {ki});
        hw.buffer(sum, Orrery::Memory::Auto).slots(2);
        hw.pe_array(sum.update(0), {}, {r.y});
        hw.buffer(source_in_sum, Orrery::Memory::Dram);
        hw.port(Func(source_in_sum)).bus_bits(32).outstanding(4).burst_beats(16);
        hw.buffer(bias_in_sum, Orrery::Memory::Dram);
        hw.port(Func(bias_in_sum)).bus_bits(128).outstanding(16).burst_beats(256);
        hw.buffer(weights_in_sum, Orrery::Memory::Auto).slots(1);
        hw.port(Func(output)).bus_bits(128).outstanding(16).burst_beats(16);
        hw.port(Func(bias)).bus_bits(512).outstanding(1).burst_beats(16);
        hw.port(Func(input)).bus_bits(64).outstanding(16).burst_beats(2);
        hw.port(Func(weights)).bus_bits(32).outstanding(2).burst_beats(16);
    }

private:
    Var _0{"_0"};
    Var _0i{"_0i"};
    Var _0o{"_0o"};
    Var k{"k"};
    Var ki{"ki"};
    Var ko{"ko"};
    Var n{"n"};
    Var ni{"ni"};
    Var no{"no"};
    Var nonif{"nonif"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    RVar rzi{"rzi"};
    RVar rzo{"rzo"};
    RDom r;
    Func source{"source"};
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, convolution_with_scalars)
