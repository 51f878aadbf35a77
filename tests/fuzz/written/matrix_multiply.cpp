// Written by orrery fuzz
//
// layer matrix_multiply bias=1 gaps=2 k=3 largest=0 m=6 n=6 order=0 post=5 scalar=0 symbolic=0 type=2
// split output.0 m mo mi GuardWithIf 6
// split output.0 n no ni GuardWithIf 4
// reorder output.0 mi ni no mo
// in sum sum_in_output output
// compute_at sum_in_output output no
// store_at sum_in_output output mo
// reorder_storage sum_in_output m n
// reorder sum_in_output.0 m n
// compute_at sum output mo
// reorder_storage sum m n
// split sum.1 r$x rxo rxi GuardWithIf 1
// split sum.1 n no ni RoundUp 6
// reorder sum.1 ni no m rxo rxi
// in bias bias_in_sum sum
// compute_at bias_in_sum output mo
// split bias_in_sum.0 _0 _0o _0i GuardWithIf 4
// vectorize bias_in_sum.0 _0i
// in w w_in_sum sum
// compute_at w_in_sum sum m
// store_at w_in_sum sum rxi
// split w_in_sum.0 _1 _1o _1i GuardWithIf 2
// vectorize w_in_sum.0 _1i
// buffer sum Auto 1
// buffer bias_in_sum Auto 1
// port output 64 4 256
// port a 512 1 256
// port bias 512 1 1
// port w 128 4 16
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int16_t, 2>> a{"a"};
    Input<Buffer<int32_t, 1>> bias{"bias"};
    Input<Buffer<int8_t, 2>> w{"w"};
    Output<Buffer<int16_t, 2>> output{"output"};

    void generate() {
        a.dim(0).set_bounds(0, 3).set_stride(1);
        a.dim(1).set_bounds(0, 6).set_stride(5);
        bias.dim(0).set_bounds(0, 6).set_stride(1);
        w.dim(0).set_bounds(0, 6).set_stride(1);
        w.dim(1).set_bounds(0, 3).set_stride(8);
        r = RDom({{0, 3}}, "r");
        sum(m, n) = bias(m);
        sum(m, n) = (sum(m, n) + (cast<int32_t>(a(r.x, n)) * cast<int32_t>(w(m, r.x))));
        output(m, n) = saturating_cast<int16_t>((select((sum(m, n) > 0), sum(m, n), (sum(m, n) / 8)) >> cast<uint32_t>(2)));
        output.bound(m, 0, 6);
        output.dim(0).set_stride(1);
        output.bound(n, 0, 6);
        output.dim(1).set_stride(8);
    }

    void schedule() {
        output.split(m, mo, mi, 6, TailStrategy::GuardWithIf);
        output.split(n, no, ni, 4, TailStrategy::GuardWithIf);
        output.reorder(mi, ni, no, mo);
        Func sum_in_output = sum.in(output);
        sum_in_output.compute_at(output, no);
        sum_in_output.store_at(output, mo);
        sum_in_output.reorder_storage(m, n);
        sum_in_output.reorder(m, n);
        sum.compute_at(output, mo);
        sum.reorder_storage(m, n);
        sum.update(0).split(r.x, rxo, rxi, 1, TailStrategy::GuardWithIf);
        sum.update(0).split(n, no, ni, 6, TailStrategy::RoundUp);
        sum.update(0).reorder(ni, no, m, rxo, rxi);
        Func bias_in_sum = bias.in(sum);
        bias_in_sum.compute_at(output, mo);
        bias_in_sum.split(_0, _0o, _0i, 4, TailStrategy::GuardWithIf);
        bias_in_sum.vectorize(_0i);
        Func w_in_sum = w.in(sum);
        w_in_sum.compute_at(sum, m);
        w_in_sum.store_at(sum, rxi);
        w_in_sum.split(_1, _1o, _1i, 2, TailStrategy::GuardWithIf);
        w_in_sum.vectorize(_1i);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.buffer(sum, Orrery::Memory::Auto).slots(1);
        hw.buffer(bias_in_sum, Orrery::Memory::Auto).slots(1);
        hw.port(Func(output)).bus_bits(64).outstanding(4).burst_beats(256);
        hw.port(Func(a)).bus_bits(512).outstanding(1).burst_beats(256);
        hw.port(Func(bias)).bus_bits(512).outstanding(1).burst_beats(1);
        hw.port(Func(w)).bus_bits(128).outstanding(4).burst_beats(16);
    }

private:
    Var _0{"_0"};
    Var _0i{"_0i"};
    Var _0o{"_0o"};
    Var _1{"_1"};
    Var _1i{"_1i"};
    Var _1o{"_1o"};
    Var m{"m"};
    Var mi{"mi"};
    Var mo{"mo"};
    Var n{"n"};
    Var ni{"ni"};
    Var no{"no"};
    RVar rxi{"rxi"};
    RVar rxo{"rxo"};
    RDom r;
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, matrix_multiply)
