#include <Halide.h>
#include <orrery.h>

using namespace Halide;

class Scale : public Generator<Scale> {
public:
    GeneratorParam<int> factor{"factor", 1};
    GeneratorParam<int> width{"width", 16};
    Input<Buffer<int8_t, 1>> input{"input"};
    Output<Buffer<int16_t, 1>> output{"output"};
    Var x{"x"};

    void generate() {
        output(x) = cast<int16_t>(input(x)) * (int16_t)factor;
        output.bound(x, 0, width);
    }

    void schedule() {
        Var xo("xo"), xi("xi");
        output.split(x, xo, xi, 4, TailStrategy::GuardWithIf);
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(output, {xi});
        hw.port(input).bus_bits(32);
        hw.port(output).bus_bits(64);
    }
};

HALIDE_REGISTER_GENERATOR(Scale, scale)
