// Written by orrery fuzz
//
// layer pooling channels=2 gaps=0 height=1 operation=1 order=0 padding=3 post=3 scalar=0 stride=3 symbolic=2 type=1 width=1 window=3
// split output.0 x xo xi GuardWithIf 2
// split output.0 y yo yi GuardWithIf 2
// split output.0 c co ci GuardWithIf 2
// reorder output.0 xi yi ci yo xo co
// unroll output.0 xi
// compute_at pool output co
// reorder_storage pool x y c
// rfactor pool.1 pool_partial r$x u
// reorder pool.1 y x c r$x
// compute_at pool_partial pool c
// split pool_partial.1 x xo xi GuardWithIf 2
// split pool_partial.1 c co ci GuardWithIf 2
// reorder pool_partial.1 xo y u xi ci co r$y
// vectorize pool_partial.1 xo
// unroll pool_partial.1 u
// in source source_in_pool_partial pool_partial
// in source_in_pool_partial source_in_pool_partial_again pool_partial
// compute_root source_in_pool_partial_again
// reorder source_in_pool_partial_again.0 _0 _2 _1
// compute_at source_in_pool_partial source_in_pool_partial_again _2
// pe_array output.0 | xi
// systolic output.0
// buffer pool RegisterFile 2
// buffer pool_partial Auto 1
// pe_array pool_partial.1 | xo u
// buffer source_in_pool_partial_again Dram
// port source_in_pool_partial_again 256 16 256
// buffer source_in_pool_partial Auto 1
// port output 256 4 16
// port input 512 16 2
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<uint8_t, 3>> input{"input"};
    Input<int32_t> size_height{"size_height", 1, 1, 1};
    Output<Buffer<uint8_t, 3>> output{"output"};

    void generate() {
        input.dim(0).set_bounds(0, 3).set_stride(1);
        input.dim(1).set_bounds(0, (Expr(size_height) * 3)).set_stride(3);
        input.dim(2).set_bounds(0, 2).set_stride((Expr(size_height) * 9));
        r = RDom({{0, 3}, {0, 3}}, "r");
        source = BoundaryConditions::constant_exterior(input, cast(UInt(8), 2), {{0, Expr(3)}, {0, (Expr(size_height) * 3)}, {0, Expr(2)}});
        pool(x, y, c) = cast<uint8_t>(255);
        pool(x, y, c) = min(pool(x, y, c), source((((x * 3) + r.x) - 1), (((y * 3) + r.y) - 1), c));
        output(x, y, c) = pool(x, y, c);
        output.bound(x, 0, 1);
        output.dim(0).set_stride(1);
        output.bound(y, 0, Expr(size_height));
        output.dim(1).set_stride(1);
        output.bound(c, 0, 2);
        output.dim(2).set_stride(Expr(size_height));
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        output.split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        output.split(c, co, ci, 2, TailStrategy::GuardWithIf);
        output.reorder(xi, yi, ci, yo, xo, co);
        output.unroll(xi);
        pool.compute_at(output, co);
        pool.reorder_storage(x, y, c);
        Func pool_partial = pool.update(0).rfactor({{r.x, u}});
        pool.update(0).reorder(y, x, c, r.x);
        pool_partial.compute_at(pool, c);
        pool_partial.update(0).split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        pool_partial.update(0).split(c, co, ci, 2, TailStrategy::GuardWithIf);
        pool_partial.update(0).reorder(xo, y, u, xi, ci, co, r.y);
        pool_partial.update(0).vectorize(xo);
        pool_partial.update(0).unroll(u);
        Func source_in_pool_partial = source.in(pool_partial);
        Func source_in_pool_partial_again = source_in_pool_partial.in(pool_partial);
        source_in_pool_partial_again.compute_root();
        source_in_pool_partial_again.reorder(_0, _2, _1);
        source_in_pool_partial.compute_at(source_in_pool_partial_again, _2);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {}, {xi});
        hw.systolic(Stage(Func(output)));
        hw.buffer(pool, Orrery::Memory::RegisterFile).slots(2);
        hw.buffer(pool_partial, Orrery::Memory::Auto).slots(1);
        hw.pe_array(pool_partial.update(0), {}, {xo, u});
        hw.buffer(source_in_pool_partial_again, Orrery::Memory::Dram);
        hw.port(Func(source_in_pool_partial_again)).bus_bits(256).outstanding(16).burst_beats(256);
        hw.buffer(source_in_pool_partial, Orrery::Memory::Auto).slots(1);
        hw.port(Func(output)).bus_bits(256).outstanding(4).burst_beats(16);
        hw.port(Func(input)).bus_bits(512).outstanding(16).burst_beats(2);
    }

private:
    Var _0{"_0"};
    Var _1{"_1"};
    Var _2{"_2"};
    Var c{"c"};
    Var ci{"ci"};
    Var co{"co"};
    Var u{"u"};
    Var x{"x"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    RDom r;
    Func source{"source"};
    Func pool{"pool"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, pooling)
