// Written by orrery fuzz
//
// layer stencil gaps=1 height=5 horizontal=2 levels=2 order=0 post=4 scalar=1 symbolic=0 type=3 vertical=2 width=1
// split output.0 x xo xi GuardWithIf 2
// split output.0 y yo yi RoundUp 5
// reorder output.0 yi xi yo xo
// in down2 down2_in_output output
// compute_at down2_in_output output yo
// in across2 across2_in_down2 down2
// compute_at across2_in_down2 down2_in_output y
// split across2_in_down2.0 x xo xi GuardWithIf 8
// unroll across2_in_down2.0 xi
// compute_at across2 across2_in_down2 y
// split across2.0 x xo xi GuardWithIf 2
// split across2.0 y yo yi GuardWithIf 2
// reorder across2.0 yi xi xo yo
// unroll across2.0 yi
// in across across_in_down down
// compute_at across_in_down output yo
// split across_in_down.0 x xo xi GuardWithIf 2
// unroll across_in_down.0 xi
// in source source_in_across across
// compute_at source_in_across across_in_down y
// compute_at source output xo
// split source.0 y yo yi RoundUp 5
// reorder source.0 yo x yi
// unroll source.0 yo
// unroll source.0 x
// in input input_in_source source
// compute_at input_in_source output xo
// split input_in_source.0 _1 _1o _1i GuardWithIf 2
// unroll input_in_source.0 _1i
// buffer down2_in_output Dram
// port down2_in_output 256 2 2
// buffer across2_in_down2 Dram
// port across2_in_down2 256 4 256
// buffer across_in_down RegisterFile 2
// buffer source Auto 1
// pe_array source.0 x | yo
// buffer input_in_source Auto 1
// port output 32 4 1
// port input 32 2 256
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<uint16_t, 2>> input{"input"};
    Input<int32_t> shift{"shift", 3, 0, 15};
    Output<Buffer<int16_t, 2>> output{"output"};

    void generate() {
        input.dim(0).set_bounds(0, 3).set_stride(1);
        input.dim(1).set_bounds(0, 7).set_stride(4);
        source(x, y) = cast<int32_t>(input(x, y));
        across(x, y) = ((source(x, y) + (source((x + 1), y) * 2)) >> cast<uint32_t>(2));
        down(x, y) = (across(x, y) + (across(x, (y + 1)) * 2));
        across2(x, y) = ((down(x, y) + (down((x + 1), y) * 2)) >> cast<uint32_t>(2));
        down2(x, y) = (across2(x, y) + (across2(x, (y + 1)) * 2));
        output(x, y) = saturating_cast<int16_t>(rounding_mul_shift_right((down2(x, y) >> Expr(shift)), (Expr(3) << cast<uint32_t>(20)), cast<uint32_t>(26)));
        output.bound(x, 0, 1);
        output.dim(0).set_stride(1);
        output.bound(y, 0, 5);
        output.dim(1).set_stride(2);
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        output.split(y, yo, yi, 5, TailStrategy::RoundUp);
        output.reorder(yi, xi, yo, xo);
        Func down2_in_output = down2.in(output);
        down2_in_output.compute_at(output, yo);
        Func across2_in_down2 = across2.in(down2);
        across2_in_down2.compute_at(down2_in_output, y);
        across2_in_down2.split(x, xo, xi, 8, TailStrategy::GuardWithIf);
        across2_in_down2.unroll(xi);
        across2.compute_at(across2_in_down2, y);
        across2.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        across2.split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        across2.reorder(yi, xi, xo, yo);
        across2.unroll(yi);
        Func across_in_down = across.in(down);
        across_in_down.compute_at(output, yo);
        across_in_down.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        across_in_down.unroll(xi);
        Func source_in_across = source.in(across);
        source_in_across.compute_at(across_in_down, y);
        source.compute_at(output, xo);
        source.split(y, yo, yi, 5, TailStrategy::RoundUp);
        source.reorder(yo, x, yi);
        source.unroll(yo);
        source.unroll(x);
        Func input_in_source = input.in(source);
        input_in_source.compute_at(output, xo);
        input_in_source.split(_1, _1o, _1i, 2, TailStrategy::GuardWithIf);
        input_in_source.unroll(_1i);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.buffer(down2_in_output, Orrery::Memory::Dram);
        hw.port(Func(down2_in_output)).bus_bits(256).outstanding(2).burst_beats(2);
        hw.buffer(across2_in_down2, Orrery::Memory::Dram);
        hw.port(Func(across2_in_down2)).bus_bits(256).outstanding(4).burst_beats(256);
        hw.buffer(across_in_down, Orrery::Memory::RegisterFile).slots(2);
        hw.buffer(source, Orrery::Memory::Auto).slots(1);
        hw.pe_array(Stage(Func(source)), {x}, {yo});
        hw.buffer(input_in_source, Orrery::Memory::Auto).slots(1);
        hw.port(Func(output)).bus_bits(32).outstanding(4).burst_beats(1);
        hw.port(Func(input)).bus_bits(32).outstanding(2).burst_beats(256);
    }

private:
    Var _1{"_1"};
    Var _1i{"_1i"};
    Var _1o{"_1o"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    Func source{"source"};
    Func across{"across"};
    Func down{"down"};
    Func across2{"across2"};
    Func down2{"down2"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, stencil)
