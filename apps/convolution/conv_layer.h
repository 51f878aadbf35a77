#pragma once
#include <Halide.h>
#include <orrery.h>

#include <algorithm>

/// A convolution layer on a C | K array: input channels down the rows, output channels across the
/// columns.
///
///     output(k, x, y) = requantise(bias(k) + sum over c, i, j of
///                                  input(c, stride x + i - pad_left, stride y + j - pad_top)
///                                  weights(c, i, j, k))
///
/// with zeros outside the input. Everything is int8 but the sums (int32) and the requantisation of
/// each channel: a multiplier and a rounding shift to the right, then saturation. Channels are
/// innermost in memory.
namespace conv_layer {

/// Shape of a layer; the defaults of the generator's parameters.
struct Shape {
    int channels, filters; ///< input channels (c), output channels (k)
    int width, height;     ///< of the input
    int kernel_width, kernel_height;
    int pad_left, pad_right, pad_top, pad_bottom;
};

/// Axes of the array along which processing elements are linked to their neighbours.
enum class Links { None, Rows, Columns, Both };

/// `Layer` gives the defaults: `static conv_layer::Shape shape()` and `static bool per_channel()`.
template <typename Layer>
class ConvLayer : public Halide::Generator<Layer> {
    template <typename T>
    using Param = Halide::GeneratorParam<T>;
    template <typename T>
    using Input = typename Halide::Generator<Layer>::template Input<T>;
    template <typename T>
    using Output = typename Halide::Generator<Layer>::template Output<T>;
    template <typename T, int dimensions>
    using Buffer = Halide::Buffer<T, dimensions>;

public:
    Param<int> channels{"channels", Layer::shape().channels};
    Param<int> filters{"filters", Layer::shape().filters};
    Param<int> width{"width", Layer::shape().width};
    Param<int> height{"height", Layer::shape().height};
    Param<int> kernel_width{"kernel_width", Layer::shape().kernel_width};
    Param<int> kernel_height{"kernel_height", Layer::shape().kernel_height};
    Param<int> pad_left{"pad_left", Layer::shape().pad_left};
    Param<int> pad_right{"pad_right", Layer::shape().pad_right};
    Param<int> pad_top{"pad_top", Layer::shape().pad_top};
    Param<int> pad_bottom{"pad_bottom", Layer::shape().pad_bottom};
    Param<int> stride{"stride", 1};

    Param<bool> per_channel{"per_channel", Layer::per_channel()}; ///< requantisation: each channel its own
    Param<int> output_multiplier{"output_multiplier", 181}; ///< of all channels if not per_channel
    Param<int> output_shift{"output_shift", 16};            ///< of all channels if not per_channel

    Param<int> rows{"rows", 16};              ///< of the array
    Param<int> columns{"columns", 16};        ///< of the array
    Param<Links> systolic{"systolic",
                          Links::None,
                          {{"none", Links::None},
                           {"rows", Links::Rows},
                           {"columns", Links::Columns},
                           {"both", Links::Both}}};
    Param<int> bus_bits{"bus_bits", 128};     ///< of every port
    Param<int> tile_height{"tile_height", 0}; ///< rows of the output per tile; 0: all

    Input<Buffer<int8_t, 3>> input{"input"};            ///< c, x, y
    Input<Buffer<int8_t, 4>> weights{"weights"};        ///< c, i, j, k
    Input<Buffer<int32_t, 1>> bias{"bias"};             ///< k
    Input<Buffer<int16_t, 1>> *multiplier = nullptr; ///< k; only if per_channel
    Input<Buffer<uint8_t, 1>> *shift = nullptr;      ///< k; only if per_channel; modulo 32
    Output<Buffer<int8_t, 3>> output{"output"};         ///< k, x, y

    void configure() {
        if (per_channel) {
            multiplier = this->template add_input<Buffer<int16_t, 1>>("multiplier");
            shift = this->template add_input<Buffer<uint8_t, 1>>("shift");
        }
    }

    void generate() {
        using namespace Halide;
        input.dim(0).set_bounds(0, channels);
        input.dim(1).set_bounds(0, width);
        input.dim(2).set_bounds(0, height);

        padded(c, x, y) = BoundaryConditions::constant_exterior(
            input, 0, {{Expr(), Expr()}, {0, width}, {0, height}})(c, x, y);
        r = RDom(0, channels, 0, kernel_width, 0, kernel_height, "r");
        sum(k, x, y) = bias(k);
        sum(k, x, y) +=
            cast<int32_t>(padded(r.x, x * stride + r.y - pad_left, y * stride + r.z - pad_top)) *
            cast<int32_t>(weights(r.x, r.y, r.z, k));
        output(k, x, y) = per_channel ? requantise(sum(k, x, y), (*multiplier)(k), (*shift)(k))
                                      : requantise(sum(k, x, y), (int)output_multiplier, (int)output_shift);
        output.bound(k, 0, filters).bound(x, 0, out_width()).bound(y, 0, out_height());
    }

    void schedule() {
        if (this->using_autoscheduler()) {
            return; // autoscheduler=orrery or mapping=
        }
        using namespace Halide;
        const TailStrategy guard = TailStrategy::GuardWithIf;
        const int tile = tile_height > 0 ? (int)tile_height : out_height();
        Var ko("ko"), ki("ki"), yo("yo"), yi("yi"), kt("kt");
        RVar rco("rco"), rci("rci");

        // One tile of the output is `columns` channels of `tile` rows.
        output.split(k, ko, ki, columns, guard)
            .split(y, yo, yi, tile, guard)
            .reorder(ki, x, yi, ko, yo)
            .vectorize(ki);
        sum.compute_at(output, ko);
        sum.update()
            .split(r.x, rco, rci, rows, guard)
            .split(k, kt, ki, columns, guard)
            .reorder(rci, ki, x, y, r.y, r.z, rco, kt);

        // The sum runs over the input channels outermost. So do the copies of what it reads, a beat of channels at a
        // time: it starts when the first of them are there.
        Var co("co"), ci("ci");
        padded.compute_at(output, yo)
            .split(c, co, ci, elements_per_beat(8), guard)
            .reorder(ci, x, y, co)
            .vectorize(ci);
        Func weight_tile = weights.in(sum);
        const std::vector<Var> of = weight_tile.args(); // c, i, j, k
        weight_tile.compute_at(output, ko)
            .split(of[0], co, ci, elements_per_beat(8), guard)
            .reorder(ci, of[3], of[1], of[2], co)
            .vectorize(ci);
        Func bias_tile = channel_copy(bias.in(sum), ko);
        std::vector<Func> buffers{weight_tile, bias_tile, sum};
        std::vector<Func> tensors{input, weights, bias, output};
        if (per_channel) {
            buffers.push_back(channel_copy(multiplier->in(output), ko));
            buffers.push_back(channel_copy(shift->in(output), ko));
            tensors.push_back(*multiplier);
            tensors.push_back(*shift);
        }

        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(sum.update(), {rci}, {ki});
        if (systolic == Links::Rows || systolic == Links::Both) {
            hw.systolic(sum.update(), Orrery::Axis::Rows);
        }
        if (systolic == Links::Columns || systolic == Links::Both) {
            hw.systolic(sum.update(), Orrery::Axis::Columns);
        }
        hw.buffer(padded).slots(tile < out_height() ? 2 : 1);
        for (const Func &buffer : buffers) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : tensors) {
            // Short bursts: as many under way as hide the latency of the memory.
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    int out_width() const { return positions(width, pad_left, pad_right, kernel_width, stride); }
    int out_height() const { return positions(height, pad_top, pad_bottom, kernel_height, stride); }

    /// Number of positions of a kernel over a padded row.
    static int positions(int extent, int before, int after, int kernel, int step) {
        return (before + extent + after - kernel) / step + 1;
    }

    /// Product in 64 bits, rounded to the nearest (halves upwards) and saturated.
    static Halide::Expr requantise(const Halide::Expr &sum, const Halide::Expr &factor,
                                   const Halide::Expr &bits) {
        using namespace Halide;
        const Expr distance = cast<int64_t>(bits & 31);
        const Expr product = cast<int64_t>(sum) * cast<int64_t>(factor);
        const Expr rounded = (product + ((cast<int64_t>(1) << distance) >> 1)) >> distance;
        return cast<int8_t>(clamp(rounded, -128, 127));
    }

    int elements_per_beat(int element_bits) const { return bus_bits / element_bits; }

    /// Schedules a copy of a tensor in a buffer per tile of output channels, filled in one point: one
    /// lane per column.
    Halide::Func channel_copy(Halide::Func copy, const Halide::Var &level) {
        return copy.compute_at(output, level)
            .vectorize(copy.args()[0], (int)columns,
                       Halide::TailStrategy::GuardWithIf);
    }

    Halide::Var c{"c"}, k{"k"}, x{"x"}, y{"y"};
    Halide::RDom r;
    Halide::Func padded{"padded"}, sum{"sum"};
};

} // namespace conv_layer
