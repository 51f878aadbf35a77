// Written by orrery fuzz
//
// layer convolution_pooling channels=1 gaps=0 height=5 kernel=2 kernels=5 order=0 padding=2 post=5 scalar=0 stride=2 symbolic=1 type=2 width=1 window=2
// split output.0 x xo xi GuardWithIf 2
// split output.0 y yo yi GuardWithIf 5
// split output.0 k ko ki GuardWithIf 5
// reorder output.0 yi ki xi ko yo xo
// vectorize output.0 ko
// in pool pool_in_output output
// compute_at pool_in_output output yo
// reorder_storage pool_in_output k x y
// reorder pool_in_output.0 x k y
// compute_at pool output yo
// store_at pool output xo
// split pool.1 w$x wxo wxi GuardWithIf 2
// split pool.1 w$y wyo wyi GuardWithIf 2
// reorder pool.1 wyi y wyo wxo wxi k x
// in middle middle_in_pool pool
// compute_at middle_in_pool output xo
// split middle_in_pool.0 x xo xi GuardWithIf 2
// unroll middle_in_pool.0 xi
// in sum sum_in_middle middle
// compute_at sum_in_middle output xo
// split sum_in_middle.0 k ko ki GuardWithIf 2
// unroll sum_in_middle.0 ki
// compute_at sum sum_in_middle ko
// split sum.1 r$x rxo rxi GuardWithIf 1
// split sum.1 r$y ryo ryi GuardWithIf 2
// split sum.1 k ko ki GuardWithIf 1
// reorder sum.1 x ko rxo ryi ryo ki y r$z rxi
// unroll sum.1 ko
// unroll sum.1 rxo
// in source source_in_sum sum
// compute_at source_in_sum sum ryi
// buffer pool_in_output Auto 2
// buffer pool Auto 1
// buffer middle_in_pool Auto 2
// buffer sum_in_middle RegisterFile 1
// buffer sum RegisterFile 1
// pe_array sum.1 | ko rxo
// systolic sum.1
// port output 64 4 256
// port input 32 1 2
// port weights 512 16 1
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int16_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Input<int32_t> size_channels{"size_channels", 1, 1, 1};
    Output<Buffer<int16_t, 3>> output{"output"};

    void generate() {
        input.dim(0).set_bounds(0, 2).set_stride(1);
        input.dim(1).set_bounds(0, 10).set_stride(2);
        input.dim(2).set_bounds(0, Expr(size_channels)).set_stride(20);
        weights.dim(0).set_bounds(0, 2).set_stride(1);
        weights.dim(1).set_bounds(0, 2).set_stride(2);
        weights.dim(2).set_bounds(0, Expr(size_channels)).set_stride(4);
        weights.dim(3).set_bounds(0, 5).set_stride((Expr(size_channels) * 4));
        r = RDom({{0, 2}, {0, 2}, {0, Expr(size_channels)}}, "r");
        w = RDom({{0, 2}, {0, 2}}, "w");
        source = BoundaryConditions::constant_exterior(input, cast(Int(16), 1), {{0, Expr(2)}, {0, Expr(10)}, {0, Expr(size_channels)}});
        sum(x, y, k) = Expr(0);
        sum(x, y, k) = (sum(x, y, k) + (cast<int32_t>(source(((x + r.x) - 1), ((y + r.y) - 1), r.z)) * cast<int32_t>(weights(r.x, r.y, r.z, k))));
        middle(x, y, k) = saturating_cast<int16_t>((select((sum(x, y, k) > 0), sum(x, y, k), (sum(x, y, k) / 8)) >> cast<uint32_t>(2)));
        pool(x, y, k) = middle((x * 2), (y * 2), k);
        pool(x, y, k) = max(pool(x, y, k), middle(((x * 2) + w.x), ((y * 2) + w.y), k));
        output(x, y, k) = pool(x, y, k);
        output.bound(x, 0, 1);
        output.dim(0).set_stride(1);
        output.bound(y, 0, 5);
        output.dim(1).set_stride(1);
        output.bound(k, 0, 5);
        output.dim(2).set_stride(5);
    }

    void schedule() {
        output.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        output.split(y, yo, yi, 5, TailStrategy::GuardWithIf);
        output.split(k, ko, ki, 5, TailStrategy::GuardWithIf);
        output.reorder(yi, ki, xi, ko, yo, xo);
        output.vectorize(ko);
        Func pool_in_output = pool.in(output);
        pool_in_output.compute_at(output, yo);
        pool_in_output.reorder_storage(k, x, y);
        pool_in_output.reorder(x, k, y);
        pool.compute_at(output, yo);
        pool.store_at(output, xo);
        pool.update(0).split(w.x, wxo, wxi, 2, TailStrategy::GuardWithIf);
        pool.update(0).split(w.y, wyo, wyi, 2, TailStrategy::GuardWithIf);
        pool.update(0).reorder(wyi, y, wyo, wxo, wxi, k, x);
        Func middle_in_pool = middle.in(pool);
        middle_in_pool.compute_at(output, xo);
        middle_in_pool.split(x, xo, xi, 2, TailStrategy::GuardWithIf);
        middle_in_pool.unroll(xi);
        Func sum_in_middle = sum.in(middle);
        sum_in_middle.compute_at(output, xo);
        sum_in_middle.split(k, ko, ki, 2, TailStrategy::GuardWithIf);
        sum_in_middle.unroll(ki);
        sum.compute_at(sum_in_middle, ko);
        sum.update(0).split(r.x, rxo, rxi, 1, TailStrategy::GuardWithIf);
        sum.update(0).split(r.y, ryo, ryi, 2, TailStrategy::GuardWithIf);
        sum.update(0).split(k, ko, ki, 1, TailStrategy::GuardWithIf);
        sum.update(0).reorder(x, ko, rxo, ryi, ryo, ki, y, r.z, rxi);
        sum.update(0).unroll(ko);
        sum.update(0).unroll(rxo);
        Func source_in_sum = source.in(sum);
        source_in_sum.compute_at(sum, ryi);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.buffer(pool_in_output, Orrery::Memory::Auto).slots(2);
        hw.buffer(pool, Orrery::Memory::Auto).slots(1);
        hw.buffer(middle_in_pool, Orrery::Memory::Auto).slots(2);
        hw.buffer(sum_in_middle, Orrery::Memory::RegisterFile).slots(1);
        hw.buffer(sum, Orrery::Memory::RegisterFile).slots(1);
        hw.pe_array(sum.update(0), {}, {ko, rxo});
        hw.systolic(sum.update(0));
        hw.port(Func(output)).bus_bits(64).outstanding(4).burst_beats(256);
        hw.port(Func(input)).bus_bits(32).outstanding(1).burst_beats(2);
        hw.port(Func(weights)).bus_bits(512).outstanding(16).burst_beats(1);
    }

private:
    Var k{"k"};
    Var ki{"ki"};
    Var ko{"ko"};
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
    RVar wxi{"wxi"};
    RVar wxo{"wxo"};
    RVar wyi{"wyi"};
    RVar wyo{"wyo"};
    RDom r;
    RDom w;
    Func source{"source"};
    Func sum{"sum"};
    Func middle{"middle"};
    Func pool{"pool"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, convolution_pooling)
