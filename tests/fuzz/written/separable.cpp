// Written by orrery fuzz
//
// layer separable channels=1 gaps=0 height=4 kernel=3 kernels=3 order=5 post=0 residual=0 scalar=0 symbolic=0 twice=0 type=3 width=1
// split output.0 x xo xi GuardWithIf 2
// split output.0 k ko ki RoundUp 1
// reorder output.0 y xi ki xo ko
// unroll output.0 y
// in sum sum_in_output output
// compute_at sum_in_output output ki
// reorder sum_in_output.0 k y x
// compute_at sum output xo
// rfactor sum.1 sum_partial r$x u
// reorder sum.1 y x k r$x
// unroll sum.1 y
// compute_root sum_partial
// reorder_storage sum_partial y k u x
// split sum_partial.1 u uo ui GuardWithIf 2
// split sum_partial.1 x xo xi GuardWithIf 2
// reorder sum_partial.1 ui y xi k uo xo
// unroll sum_partial.1 y
// in middle middle_in_sum_partial sum_partial
// compute_at middle_in_sum_partial sum_partial xi
// split middle_in_sum_partial.0 x xo xi GuardWithIf 3
// vectorize middle_in_sum_partial.0 xi
// in depth depth_in_middle middle
// compute_root depth_in_middle
// compute_at depth depth_in_middle c
// reorder depth.0 y c x
// vectorize depth.0 c
// split depth.1 window$y windowyo windowyi GuardWithIf 3
// split depth.1 x xo xi GuardWithIf 2
// reorder depth.1 windowyi xo y c windowyo window$x xi
// vectorize depth.1 xo
// unroll depth.1 y
// in depth_weights depth_weights_in_depth depth
// compute_at depth_weights_in_depth depth_in_middle c
// in input input_in_depth depth
// compute_at input_in_depth depth window$x
// in weights weights_in_sum_partial sum_partial
// in weights_in_sum_partial weights_in_sum_partial_again sum_partial
// compute_at weights_in_sum_partial_again sum_partial ui
// compute_at weights_in_sum_partial sum_partial xi
// buffer sum Auto 1
// pe_array sum.1 y |
// systolic sum.1
// buffer sum_partial RegisterFile 1
// buffer depth Auto 1
// pe_array depth.1 y | xo
// buffer input_in_depth Auto 1
// buffer weights_in_sum_partial_again RegisterFile 1
// buffer weights_in_sum_partial Dram
// port weights_in_sum_partial 256 4 2
// port output 64 16 1
// port depth_weights 256 1 256
// port input 32 16 16
// port weights 64 4 16
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int8_t, 3>> depth_weights{"depth_weights"};
    Input<Buffer<uint16_t, 3>> input{"input"};
    Input<Buffer<int8_t, 2>> weights{"weights"};
    Output<Buffer<int32_t, 3>> output{"output"};

    void generate() {
        depth_weights.dim(0).set_bounds(0, 3).set_stride(3);
        depth_weights.dim(1).set_bounds(0, 3).set_stride(1);
        depth_weights.dim(2).set_bounds(0, 1).set_stride(3);
        input.dim(0).set_bounds(0, 3).set_stride(6);
        input.dim(1).set_bounds(0, 6).set_stride(1);
        input.dim(2).set_bounds(0, 1).set_stride(1);
        weights.dim(0).set_bounds(0, 1).set_stride(3);
        weights.dim(1).set_bounds(0, 3).set_stride(1);
        r = RDom({{0, 1}}, "r");
        window = RDom({{0, 3}, {0, 3}}, "window");
        depth(x, y, c) = Expr(0);
        depth(x, y, c) = (depth(x, y, c) + (cast<int32_t>(input((x + window.x), (y + window.y), c)) * cast<int32_t>(depth_weights(window.x, window.y, c))));
        middle(x, y, c) = cast<uint8_t>(max(min((depth(x, y, c) >> cast<uint32_t>(5)), Expr(255)), Expr(0)));
        sum(x, y, k) = (k * 10);
        sum(x, y, k) = (sum(x, y, k) + (cast<int32_t>(middle(x, y, r.x)) * cast<int32_t>(weights(r.x, k))));
        output(x, y, k) = sum(x, y, k);
        output.bound(x, 0, 1);
        output.dim(0).set_stride(12);
        output.bound(y, 0, 4);
        output.dim(1).set_stride(1);
        output.bound(k, 0, 3);
        output.dim(2).set_stride(4);
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        output.split(k, ko, ki, 1, TailStrategy::RoundUp);
        output.reorder(y, xi, ki, xo, ko);
        output.unroll(y);
        Func sum_in_output = sum.in(output);
        sum_in_output.compute_at(output, ki);
        sum_in_output.reorder(k, y, x);
        sum.compute_at(output, xo);
        Func sum_partial = sum.update(0).rfactor({{r.x, u}});
        sum.update(0).reorder(y, x, k, r.x);
        sum.update(0).unroll(y);
        sum_partial.compute_root();
        sum_partial.reorder_storage(y, k, u, x);
        sum_partial.update(0).split(u, uo, ui, 2, TailStrategy::GuardWithIf);
        sum_partial.update(0).split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        sum_partial.update(0).reorder(ui, y, xi, k, uo, xo);
        sum_partial.update(0).unroll(y);
        Func middle_in_sum_partial = middle.in(sum_partial);
        middle_in_sum_partial.compute_at(sum_partial, xi);
        middle_in_sum_partial.split(x, xo, xi, 3, TailStrategy::GuardWithIf);
        middle_in_sum_partial.vectorize(xi);
        Func depth_in_middle = depth.in(middle);
        depth_in_middle.compute_root();
        depth.compute_at(depth_in_middle, c);
        depth.reorder(y, c, x);
        depth.vectorize(c);
        depth.update(0).split(window.y, windowyo, windowyi, 3, TailStrategy::GuardWithIf);
        depth.update(0).split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        depth.update(0).reorder(windowyi, xo, y, c, windowyo, window.x, xi);
        depth.update(0).vectorize(xo);
        depth.update(0).unroll(y);
        Func depth_weights_in_depth = depth_weights.in(depth);
        depth_weights_in_depth.compute_at(depth_in_middle, c);
        Func input_in_depth = input.in(depth);
        input_in_depth.compute_at(depth, window.x);
        Func weights_in_sum_partial = weights.in(sum_partial);
        Func weights_in_sum_partial_again = weights_in_sum_partial.in(sum_partial);
        weights_in_sum_partial_again.compute_at(sum_partial, ui);
        weights_in_sum_partial.compute_at(sum_partial, xi);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.buffer(sum, Orrery::Memory::Auto).slots(1);
        hw.pe_array(sum.update(0), {y}, {});
        hw.systolic(sum.update(0));
        hw.buffer(sum_partial, Orrery::Memory::RegisterFile).slots(1);
        hw.buffer(depth, Orrery::Memory::Auto).slots(1);
        hw.pe_array(depth.update(0), {y}, {xo});
        hw.buffer(input_in_depth, Orrery::Memory::Auto).slots(1);
        hw.buffer(weights_in_sum_partial_again, Orrery::Memory::RegisterFile).slots(1);
        hw.buffer(weights_in_sum_partial, Orrery::Memory::Dram);
        hw.port(Func(weights_in_sum_partial)).bus_bits(256).outstanding(4).burst_beats(2);
        hw.port(Func(output)).bus_bits(64).outstanding(16).burst_beats(1);
        hw.port(Func(depth_weights)).bus_bits(256).outstanding(1).burst_beats(256);
        hw.port(Func(input)).bus_bits(32).outstanding(16).burst_beats(16);
        hw.port(Func(weights)).bus_bits(64).outstanding(4).burst_beats(16);
    }

private:
    Var c{"c"};
    Var k{"k"};
    Var ki{"ki"};
    Var ko{"ko"};
    Var u{"u"};
    Var ui{"ui"};
    Var uo{"uo"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    RVar windowyi{"windowyi"};
    RVar windowyo{"windowyo"};
    RDom r;
    RDom window;
    Func depth{"depth"};
    Func middle{"middle"};
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, separable)
