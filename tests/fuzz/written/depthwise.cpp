// Written by orrery fuzz
//
// layer depthwise bias=1 channels=1 dilation=1 gaps=0 height=1 kernel_height=1 kernel_width=3 multiplier=1 order=0 padding=0 post=6 scalar=0 stride=2 symbolic=0 type=1 weight_type=1 width=4
// split output.0 x xo xi RoundUp 4
// split output.0 y yo yi GuardWithIf 2
// split output.0 c co ci GuardWithIf 2
// reorder output.0 ci yi xi yo xo co
// unroll output.0 ci
// in sum sum_in_output output
// compute_at sum_in_output output co
// compute_at sum sum_in_output c
// split sum.1 y yo yi GuardWithIf 2
// split sum.1 c co ci GuardWithIf 2
// reorder sum.1 x r$y r$x yi yo ci co
// in source source_in_sum sum
// compute_at source_in_sum sum co
// store_at source_in_sum sum_in_output c
// split source_in_sum.0 x0 x0o x0i GuardWithIf 4
// vectorize source_in_sum.0 x0i
// in input input_in_source source
// compute_at input_in_source source_in_sum x2
// split input_in_source.0 _2 _2o _2i GuardWithIf 2
// unroll input_in_source.0 _2i
// in weights weights_in_sum sum
// compute_root weights_in_sum
// pe_array output.0 ci |
// buffer sum_in_output Dram
// port sum_in_output 256 4 16
// buffer sum Auto 1
// buffer source_in_sum Auto 1
// buffer input_in_source Auto 1
// buffer weights_in_sum Auto 2
// port output 512 2 2
// port bias 64 4 256
// port input 512 4 2
// port weights 256 4 1
//
#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

class FuzzCase : public Generator<FuzzCase> {
public:
    Input<Buffer<int32_t, 1>> bias{"bias"};
    Input<Buffer<uint8_t, 3>> input{"input"};
    Input<Buffer<uint8_t, 3>> weights{"weights"};
    Output<Buffer<uint16_t, 3>> output{"output"};

    void generate() {
        bias.dim(0).set_bounds(0, 1).set_stride(1);
        input.dim(0).set_bounds(0, 9).set_stride(1);
        input.dim(1).set_bounds(0, 1).set_stride(9);
        input.dim(2).set_bounds(0, 1).set_stride(9);
        weights.dim(0).set_bounds(0, 3).set_stride(1);
        weights.dim(1).set_bounds(0, 1).set_stride(3);
        weights.dim(2).set_bounds(0, 1).set_stride(3);
        r = RDom({{0, 3}, {0, 1}}, "r");
        source(x0, x1, x2) = input(x0, x1, x2);
        sum(x, y, c) = bias(c);
        sum(x, y, c) = (sum(x, y, c) + (cast<int32_t>(source((((x * 2) + (r.x * 1)) - 0), (((y * 2) + (r.y * 1)) - 0), c)) * cast<int32_t>(weights(r.x, r.y, c))));
        output(x, y, c) = cast<uint16_t>((abs(sum(x, y, c)) % cast<uint32_t>(1000)));
        output.bound(x, 0, 4);
        output.dim(0).set_stride(1);
        output.bound(y, 0, 1);
        output.dim(1).set_stride(4);
        output.bound(c, 0, 1);
        output.dim(2).set_stride(4);
    }

    void schedule() {
        output.split(x, xo, xi, 4, TailStrategy::RoundUp);
        output.split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        output.split(c, co, ci, 2, TailStrategy::GuardWithIf);
        output.reorder(ci, yi, xi, yo, xo, co);
        output.unroll(ci);
        Func sum_in_output = sum.in(output);
        sum_in_output.compute_at(output, co);
        sum.compute_at(sum_in_output, c);
        sum.update(0).split(y, yo, yi, 2, TailStrategy::GuardWithIf);
        sum.update(0).split(c, co, ci, 2, TailStrategy::GuardWithIf);
        sum.update(0).reorder(x, r.y, r.x, yi, yo, ci, co);
        Func source_in_sum = source.in(sum);
        source_in_sum.compute_at(sum, co);
        source_in_sum.store_at(sum_in_output, c);
        source_in_sum.split(x0, x0o, x0i, 4, TailStrategy::GuardWithIf);
        source_in_sum.vectorize(x0i);
        Func input_in_source = input.in(source);
        input_in_source.compute_at(source_in_sum, x2);
        input_in_source.split(_2, _2o, _2i, 2, TailStrategy::GuardWithIf);
        input_in_source.unroll(_2i);
        Func weights_in_sum = weights.in(sum);
        weights_in_sum.compute_root();
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(Stage(Func(output)), {ci}, {});
        hw.buffer(sum_in_output, Orrery::Memory::Dram);
        hw.port(Func(sum_in_output)).bus_bits(256).outstanding(4).burst_beats(16);
        hw.buffer(sum, Orrery::Memory::Auto).slots(1);
        hw.buffer(source_in_sum, Orrery::Memory::Auto).slots(1);
        hw.buffer(input_in_source, Orrery::Memory::Auto).slots(1);
        hw.buffer(weights_in_sum, Orrery::Memory::Auto).slots(2);
        hw.port(Func(output)).bus_bits(512).outstanding(2).burst_beats(2);
        hw.port(Func(bias)).bus_bits(64).outstanding(4).burst_beats(256);
        hw.port(Func(input)).bus_bits(512).outstanding(4).burst_beats(2);
        hw.port(Func(weights)).bus_bits(256).outstanding(4).burst_beats(1);
    }

private:
    Var _2{"_2"};
    Var _2i{"_2i"};
    Var _2o{"_2o"};
    Var c{"c"};
    Var ci{"ci"};
    Var co{"co"};
    Var x{"x"};
    Var x0{"x0"};
    Var x0i{"x0i"};
    Var x0o{"x0o"};
    Var x1{"x1"};
    Var x2{"x2"};
    Var xi{"xi"};
    Var xo{"xo"};
    Var y{"y"};
    Var yi{"yi"};
    Var yo{"yo"};
    RDom r;
    Func source{"source"};
    Func sum{"sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(FuzzCase, depthwise)
