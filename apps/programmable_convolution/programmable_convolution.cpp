#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// Convolutions of any shape up to a bound on one accelerator: the shape is set in registers, layer
/// by layer. Input channels go down the rows of the array, output channels across its columns (C |
/// K).
///
///     output(k, x, y) = saturate((bias(k) + sum over c, i, j of
///                                 input(c, stride x + i - pad, stride y + j - pad) weights(k, c,
///                                 i, j))
///                                >> shift)
///
/// with zeros outside the input, int8 tensors and int32 sums. Channels are innermost in memory.
class ProgrammableConvolution : public Generator<ProgrammableConvolution> {
public:
    GeneratorParam<int> rows{"rows", 8};       ///< of the array
    GeneratorParam<int> columns{"columns", 8}; ///< of the array
    GeneratorParam<int> bus_bits{"bus_bits", 64};

    Input<int> channels{"channels", 16, 1, 64};
    Input<int> filters{"filters", 16, 1, 64};
    Input<int> width{"width", 8, 1, 16};
    Input<int> height{"height", 8, 1, 16};
    Input<int> kernel{"kernel", 3, 1, 5};
    Input<int> stride{"stride", 1, 1, 2};
    Input<int> pad{"pad", 1, 0, 2};
    Input<uint8_t> shift{"shift", 9, 0, 31};

    Input<Buffer<int8_t, 3>> input{"input"};     ///< c, x, y
    Input<Buffer<int8_t, 4>> weights{"weights"}; ///< k, c, i, j
    Input<Buffer<int32_t, 1>> bias{"bias"};      ///< k
    Output<Buffer<int8_t, 3>> output{"output"};  ///< k, x, y

    void generate() {
        input.dim(0).set_bounds(0, channels);
        input.dim(1).set_bounds(0, width);
        input.dim(2).set_bounds(0, height);
        weights.dim(0).set_bounds(0, filters);
        weights.dim(1).set_bounds(0, channels);
        weights.dim(2).set_bounds(0, kernel);
        weights.dim(3).set_bounds(0, kernel);
        bias.dim(0).set_bounds(0, filters);

        padded(c, x, y) = BoundaryConditions::constant_exterior(input, 0)(c, x, y);
        r = RDom(0, channels, 0, kernel, 0, kernel, "r");
        sum(k, x, y) = bias(k);
        sum(k, x, y) += cast<int32_t>(padded(r.x, x * stride + r.y - pad, y * stride + r.z - pad)) *
                        cast<int32_t>(weights(k, r.x, r.y, r.z));
        output(k, x, y) = cast<int8_t>(clamp(sum(k, x, y) >> cast<int32_t>(shift), -128, 127));
        output.bound(k, 0, filters).bound(x, 0, out_extent(width)).bound(y, 0, out_extent(height));
    }

    void schedule() {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Var ko("ko"), ki("ki");
        RVar co("co"), ci("ci");
        output.split(k, ko, ki, columns, guard).reorder(ki, x, y, ko).vectorize(ki);
        sum.compute_at(output, ko);
        sum.update()
            .split(r.x, co, ci, rows, guard)
            .reorder(ci, k, x, y, r.y, r.z, co)
            .unroll(ci)
            .unroll(k);
        Func weight_tile = weights.in(sum);
        padded.compute_root().vectorize(c, bus_bits / 8, guard);
        weight_tile.compute_at(output, ko).vectorize(weight_tile.args()[0], columns, guard);
        bias.in(sum).compute_at(output, ko);

        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(sum.update(), {ci}, {k});
        hw.buffer(sum).slots(2);
        hw.buffer(weights.in(sum)).slots(2);
        hw.buffer(bias.in(sum)).slots(2);
        for (const Func &tensor : std::vector<Func>{input, weights, bias, output}) {
            hw.port(tensor).bus_bits(bus_bits);
        }
    }

private:
    Var c{"c"}, k{"k"}, x{"x"}, y{"y"};
    RDom r;
    Func padded{"padded"}, sum{"sum"};

    Expr out_extent(const Expr &extent) { return (extent + 2 * pad - kernel) / stride + 1; }
};

} // namespace

HALIDE_REGISTER_GENERATOR(ProgrammableConvolution, programmable_convolution)
