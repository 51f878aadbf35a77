// Written by orrery fuzz
//
// layer triangle batches=3 condition=2 count=18 gaps=0 m=5 n=5 order=1 post=4 scalar=0 symbolic=0 type=1
// split output.0 i io ii GuardWithIf 2
// split output.0 batch batcho batchi RoundUp 1
// reorder output.0 batchi batcho ii io
// vectorize output.0 batchi
// vectorize output.0 batcho
// in sum sum_in_output output
// compute_at sum_in_output output io
// split sum_in_output.0 batch batcho batchi GuardWithIf 2
// unroll sum_in_output.0 batchi
// compute_at sum sum_in_output batcho
// rfactor sum.1 sum_partial r$x u
// split sum.1 batch batcho batchi GuardWithIf 2
// reorder sum.1 r$x batchi i batcho
// fuse sum.1 i batcho ibatchof
// compute_at sum_partial sum batchi
// reorder_storage sum_partial u batch i
// split sum_partial.1 r$y ryo ryi GuardWithIf 3
// split sum_partial.1 batch batcho batchi GuardWithIf 3
// reorder sum_partial.1 batchi i ryi ryo u batcho
// unroll sum_partial.1 batchi
// buffer sum RegisterFile 1
// buffer sum_partial Auto 2
// pe_array sum_partial.1 | batchi
// systolic sum_partial.1
// port output 512 4 2
// port input 64 2 16
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<uint8_t, 4>> input{"input"};
    Output<Buffer<int16_t, 2>> output{"output"};

    void generate() {
        input.dim(0).set_bounds(0, 5).set_stride(54);
        input.dim(1).set_bounds(0, 5).set_stride(270);
        input.dim(2).set_bounds(0, 18).set_stride(3);
        input.dim(3).set_bounds(0, 3).set_stride(1);
        r = RDom({{0, 5}, {0, 5}}, "r");
        r.where((((r.x + r.y) % 2) == 0));
        sum(i, batch) = Expr(7);
        sum(i, batch) = (sum(i, batch) + select(((i % 3) == 1), (cast<int32_t>(input(r.x, r.y, i, batch)) * (r.x + 1)), (cast<int32_t>(input(r.x, r.y, i, batch)) - r.y)));
        output(i, batch) = saturating_cast<int16_t>(rounding_mul_shift_right(sum(i, batch), (Expr(5) << cast<uint32_t>(20)), cast<uint32_t>(26)));
        output.bound(i, 0, 18);
        output.dim(0).set_stride(1);
        output.bound(batch, 0, 3);
        output.dim(1).set_stride(18);
    }

    void schedule() {
        output.split(i, io, ii, 2, TailStrategy::GuardWithIf);
        output.split(batch, batcho, batchi, 1, TailStrategy::RoundUp);
        output.reorder(batchi, batcho, ii, io);
        output.vectorize(batchi);
        output.vectorize(batcho);
        Func sum_in_output = sum.in(output);
        sum_in_output.compute_at(output, io);
        sum_in_output.split(batch, batcho, batchi, 2, TailStrategy::GuardWithIf);
        sum_in_output.unroll(batchi);
        sum.compute_at(sum_in_output, batcho);
        Func sum_partial = sum.update(0).rfactor({{r.x, u}});
        sum.update(0).split(batch, batcho, batchi, 2, TailStrategy::GuardWithIf);
        sum.update(0).reorder(r.x, batchi, i, batcho);
        sum.update(0).fuse(i, batcho, ibatchof);
        sum_partial.compute_at(sum, batchi);
        sum_partial.reorder_storage(u, batch, i);
        sum_partial.update(0).split(r.y, ryo, ryi, 3, TailStrategy::GuardWithIf);
        sum_partial.update(0).split(batch, batcho, batchi, 3, TailStrategy::GuardWithIf);
        sum_partial.update(0).reorder(batchi, i, ryi, ryo, u, batcho);
        sum_partial.update(0).unroll(batchi);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.buffer(sum, Orrery::Memory::RegisterFile).slots(1);
        hw.buffer(sum_partial, Orrery::Memory::Auto).slots(2);
        hw.pe_array(sum_partial.update(0), {}, {batchi});
        hw.systolic(sum_partial.update(0));
        hw.port(Func(output)).bus_bits(512).outstanding(4).burst_beats(2);
        hw.port(Func(input)).bus_bits(64).outstanding(2).burst_beats(16);
    }

private:
    Var batch{"batch"};
    Var batchi{"batchi"};
    Var batcho{"batcho"};
    Var i{"i"};
    Var ibatchof{"ibatchof"};
    Var ii{"ii"};
    Var io{"io"};
    Var u{"u"};
    RVar ryi{"ryi"};
    RVar ryo{"ryo"};
    RDom r;
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, triangle)
