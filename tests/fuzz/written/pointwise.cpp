// Written by orrery fuzz
//
// layer pointwise channels=1 gaps=0 height=3 long=0 mirrored=1 operation=4 order=0 post=1 scalar=2 symbolic=0 type=3 width=2
// split output.0 x xo xi RoundUp 2
// split output.0 y yo yi ShiftInwards 3
// split output.0 c co ci GuardWithIf 2
// reorder output.0 yi co ci yo xi xo
// unroll output.0 yi
// unroll output.0 co
// vectorize output.0 yo
// in middle middle_in_output output
// compute_at middle_in_output output xi
// reorder_storage middle_in_output x y c
// split middle_in_output.0 x xo xi GuardWithIf 2
// unroll middle_in_output.0 xi
// compute_at middle middle_in_output c
// split middle.0 x xo xi GuardWithIf 2
// split middle.0 y yo yi GuardWithIf 2
// reorder middle.0 xo xi c yo yi
// unroll middle.0 yo
// in first first_in_middle middle
// compute_at first_in_middle output xi
// reorder first_in_middle.0 _2 _1 _0
// in second second_in_middle middle
// compute_at second_in_middle output xi
// reorder second_in_middle.0 _2 _1 _0
// pe_array output.0 yi co yo |
// systolic output.0
// buffer middle_in_output Auto 1
// buffer second_in_middle RegisterFile 2
// port output 64 2 16
// port first 256 1 2
// port second 64 4 2
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<uint16_t, 3>> first{"first"};
    Input<Buffer<uint16_t, 3>> second{"second"};
    Input<int8_t> multiplier{"multiplier", 5, -128, 127};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        first.dim(0).set_bounds(0, 4).set_stride(1);
        first.dim(1).set_bounds(0, 4).set_stride(4);
        first.dim(2).set_bounds(0, 1).set_stride(16);
        second.dim(0).set_bounds(0, 4).set_stride(1);
        second.dim(1).set_bounds(0, 4).set_stride(4);
        second.dim(2).set_bounds(0, 1).set_stride(16);
        middle(x, y, c) = (cast<int32_t>(first(x, y, c)) / (((cast<int32_t>(second(x, y, c)) % 7) + c) + 1));
        output(x, y, c) = cast<int8_t>(max(min((((middle(((Expr(2) - Expr(1)) - x), y, c) >> cast<uint32_t>(8)) * cast<int32_t>(Expr(multiplier))) >> cast<uint32_t>(4)), Expr(127)), Expr(-128)));
        output.bound(x, 0, 2);
        output.dim(0).set_stride(1);
        output.bound(y, 0, 3);
        output.dim(1).set_stride(2);
        output.bound(c, 0, 1);
        output.dim(2).set_stride(6);
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::RoundUp);
        output.split(y, yo, yi, 3, TailStrategy::ShiftInwards);
        output.split(c, co, ci, 2, TailStrategy::GuardWithIf);
        output.reorder(yi, co, ci, yo, xi, xo);
        output.unroll(yi);
        output.unroll(co);
        output.vectorize(yo);
        Func middle_in_output = middle.in(output);
        middle_in_output.compute_at(output, xi);
        middle_in_output.reorder_storage(x, y, c);
        middle_in_output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        middle_in_output.unroll(xi);
        middle.compute_at(middle_in_output, c);
        middle.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        middle.split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        middle.reorder(xo, xi, c, yo, yi);
        middle.unroll(yo);
        Func first_in_middle = first.in(middle);
        first_in_middle.compute_at(output, xi);
        first_in_middle.reorder(_2, _1, _0);
        Func second_in_middle = second.in(middle);
        second_in_middle.compute_at(output, xi);
        second_in_middle.reorder(_2, _1, _0);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {yi, co, yo}, {});
        hw.systolic(Stage(Func(output)));
        hw.buffer(middle_in_output, Orrery::Memory::Auto).slots(1);
        hw.buffer(second_in_middle, Orrery::Memory::RegisterFile).slots(2);
        hw.port(Func(output)).bus_bits(64).outstanding(2).burst_beats(16);
        hw.port(Func(first)).bus_bits(256).outstanding(1).burst_beats(2);
        hw.port(Func(second)).bus_bits(64).outstanding(4).burst_beats(2);
    }

private:
    Var _0{"_0"};
    Var _1{"_1"};
    Var _2{"_2"};
    Var c{"c"};
    Var ci{"ci"};
    Var co{"co"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    Func middle{"middle"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, pointwise)
