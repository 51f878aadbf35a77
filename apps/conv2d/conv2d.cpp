#include "apps/common/layout.h"
#include "apps/common/requantise.h"

#include "hwgen/support/error.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;
using layout::Layout;

/// Which loops lie down the rows and across the columns of the array.
enum class Array {
    ChannelsFilters, ///< C | K
    WindowFilters,   ///< all of FX C | K: few input channels
    KernelFilters,   ///< all of FX | K: fewer processing elements
    KernelGroups,    ///< all of FX | G: depthwise
    PlaneGroups      ///< all of FX FY | G: depthwise, more processing elements
};

/// Every convolution of two dimensions with 8-bit operands: strided, dilated, padded, grouped,
/// depthwise, pointwise.
///
///     sum(k, g, x, y, n)    = bias(k, g) + sum over c, i, j of
///                             (input(c, g, x stride_x + i dilation_x - pad_left, ...) -
///                             input_zero) (weights(c, i, j, k, g) - weights_zero)
///     output(k, g, x, y, n) = clamp(scaled(sum) + output_zero)
///
/// with the input's zero point outside of the input. A transposed convolution adds each input
/// pixel, times the kernel, to a window of the output. Seen from the output, pixel x gets every
/// stride-th column of the kernel, from (x + pad_left) % stride_x on: the array makes those
/// products only. Channel c of group g is channel g * channels + c of the layer: the tensors lie in
/// memory as those of any framework do.
class Conv2d : public Generator<Conv2d> {
public:
    GeneratorParam<int> batch{"batch", 1};
    GeneratorParam<int> groups{"groups", 1};
    GeneratorParam<int> channels{"channels", 16}; ///< of the input, per group
    GeneratorParam<int> filters{"filters", 16};   ///< of the output, per group
    GeneratorParam<int> width{"width", 8};        ///< of the input
    GeneratorParam<int> height{"height", 8};      ///< of the input
    GeneratorParam<int> kernel_width{"kernel_width", 3};
    GeneratorParam<int> kernel_height{"kernel_height", 3};
    GeneratorParam<int> stride_x{"stride_x", 1};
    GeneratorParam<int> stride_y{"stride_y", 1};
    GeneratorParam<int> dilation_x{"dilation_x", 1};
    GeneratorParam<int> dilation_y{"dilation_y", 1};
    GeneratorParam<int> pad_left{"pad_left", 1};
    GeneratorParam<int> pad_right{"pad_right", 1};
    GeneratorParam<int> pad_top{"pad_top", 1};
    GeneratorParam<int> pad_bottom{"pad_bottom", 1};
    GeneratorParam<int> output_channels{
        "output_channels", 0}; ///< of the tensor that the output is a part of; 0: it is all
    GeneratorParam<bool> transposed{
        "transposed", false}; ///< strides and padding are those of the forward convolution
    GeneratorParam<int> extra_width{"extra_width",
                                    0}; ///< columns and rows that a transposed convolution appends
    GeneratorParam<int> extra_height{"extra_height", 0};
    GeneratorParam<requantise::Rule> rule{"rule", requantise::Rule::TFLite,
                                          requantise::rule_names()};
    GeneratorParam<Layout> tensor_layout{"layout", Layout::ChannelsFirst, layout::names()};

    GeneratorParam<Array> array{"array",
                                Array::ChannelsFilters,
                                {{"c_k", Array::ChannelsFilters},
                                 {"window_k", Array::WindowFilters},
                                 {"fx_k", Array::KernelFilters},
                                 {"fx_g", Array::KernelGroups},
                                 {"fxfy_g", Array::PlaneGroups}}};
    GeneratorParam<int> rows{"rows", 16};       ///< of the array, where the loops do not say it
    GeneratorParam<int> columns{"columns", 16}; ///< of the array
    GeneratorParam<int> output_lanes{
        "output_lanes", 0}; ///< sums that are requantised per cycle; 0: a row of the array
    GeneratorParam<int> bus_bits{"bus_bits", 128};     ///< of every port
    GeneratorParam<int> tile_height{"tile_height", 0}; ///< rows of the output per tile; 0: all

    Input<int16_t> input_zero{"input_zero", 0, -128, 255};
    Input<int16_t> weights_zero{"weights_zero", 0, -128, 255};
    Input<Buffer<void, 5>> input{"input"};     ///< c, g, x, y, n; int8 or uint8
    Input<Buffer<void, 5>> weights{"weights"}; ///< c, i, j, k, g; int8 or uint8
    Input<Buffer<int32_t, 2>> bias{"bias"};    ///< k, g
    Input<Buffer<int32_t, 2>> multiplier{
        "multiplier"}; ///< k, g; these two and the next three only with requantisation
    Input<Buffer<int8_t, 2>> shift{"shift"}; ///< k, g
    Input<int16_t> output_zero{"output_zero", 0};
    Input<int16_t> output_min{"output_min",
                              -32768}; ///< the activation; beside it, the output saturates
    Input<int16_t> output_max{"output_max", 32767};
    Output<Buffer<void, 5>> output{
        "output"}; ///< k, g, x, y, n; int8 or uint8; int32 without requantisation

    void generate() {
        if (transposed && (dilation_x != 1 || dilation_y != 1)) {
            Orrery::user_error(
                "conv2d: transposed=true has no dilation; give dilation_x=1 dilation_y=1");
        }
        layout::set(input, {channels, groups, width, height, batch}, layout::order(tensor_layout));
        layout::set(weights, {channels, kernel_width, kernel_height, filters, groups},
                    weight_order());

        const Expr zero = cast(input.type(), input_zero);
        padded(c, g, x, y, n) = BoundaryConditions::constant_exterior(
            input, zero,
            {{Expr(), Expr()}, {Expr(), Expr()}, {0, width}, {0, height}, {Expr(), Expr()}})(
            c, g, x, y, n);
        const Tap tap_x = tap(x, stride_x, dilation_x, pad_left, kernel_width);
        const Tap tap_y = tap(y, stride_y, dilation_y, pad_top, kernel_height);
        r = RDom(0, channels, 0, tap_x.count, 0, tap_y.count, "r");
        const Expr pixel = padded(r.x, g, tap_x.from(r.y), tap_y.from(r.z), n);
        kernel = transposed ? transposed_kernel() : Func(weights);
        const Expr weight = kernel(r.x, tap_x.column(r.y), tap_y.column(r.z), k, g);
        sum(k, g, x, y, n) = bias(k, g);
        sum(k, g, x, y, n) += (cast<int32_t>(pixel) - cast<int32_t>(input_zero)) *
                              (cast<int32_t>(weight) - cast<int32_t>(weights_zero));
        output(k, g, x, y, n) = saturating_cast(output.type(), requantised());
        layout::set_part(output, {filters, groups, out_width(), out_height(), batch}, tensor_layout,
                         output_channels > 0 ? (int)output_channels : (int)groups * (int)filters);
    }

    void schedule() {
        if (using_autoscheduler()) {
            return; // autoscheduler=orrery or mapping=
        }
        if (array == Array::KernelGroups || array == Array::PlaneGroups) {
            schedule_groups();
        } else {
            schedule_filters();
        }
    }

private:
    Var c{"c"}, k{"k"}, g{"g"}, x{"x"}, y{"y"}, n{"n"};
    Var yo{"yo"}, yi{"yi"}, outer{"outer"}, inner{"inner"};
    RDom r;
    Func padded{"padded"}, kernel, sum{"sum"};
    static constexpr TailStrategy guard = TailStrategy::GuardWithIf;

    /// The products along one dimension of an output pixel: input coordinate and kernel coordinate
    /// of the n-th.
    struct Tap {
        int count;
        std::function<Expr(Expr)> from, column;
    };
    Tap tap(const Var &at, int stride, int dilation, int pad, int extent) const {
        if (!transposed) {
            return {extent, [=](const Expr &i) { return at * stride + i * dilation - pad; },
                    [](const Expr &i) { return i; }};
        }
        return {(extent + stride - 1) / stride,
                [=](const Expr &i) { return (at + pad) / stride - i; },
                [=](const Expr &i) { return (at + pad) % stride + i * stride; }};
    }

    /// The weights; where the stride does not divide the kernel
    /// of a transposed convolution, nothing behind them.
    Func transposed_kernel() {
        return BoundaryConditions::constant_exterior(weights, cast(weights.type(), weights_zero),
                                                     {{Expr(), Expr()},
                                                      {0, kernel_width},
                                                      {0, kernel_height},
                                                      {Expr(), Expr()},
                                                      {Expr(), Expr()}});
    }

    int positions(int extent, int before, int after, int kernel, int step, int spread,
                  int extra) const {
        return transposed ? (extent - 1) * step + kernel - before - after + extra
                          : (before + extent + after - ((kernel - 1) * spread + 1)) / step + 1;
    }
    int out_width() const {
        return positions(width, pad_left, pad_right, kernel_width, stride_x, dilation_x,
                         extra_width);
    }
    int out_height() const {
        return positions(height, pad_top, pad_bottom, kernel_height, stride_y, dilation_y,
                         extra_height);
    }
    int tile() const {
        return tile_height > 0 ? std::min((int)tile_height, out_height()) : out_height();
    }

    /// Fastest dimension first: each filter's channels together; each channel's kernel; or, where
    /// groups are lanes, the groups.
    std::vector<int> weight_order() const {
        if (tensor_layout == Layout::PlanesFirst) {
            return {1, 2, 0, 3, 4};
        }
        return array == Array::KernelGroups || array == Array::PlaneGroups
                   ? std::vector<int>{3, 4, 0, 1, 2}
                   : std::vector<int>{0, 1, 2, 3, 4};
    }

    Expr requantised() {
        if (rule == requantise::Rule::None) {
            return sum(k, g, x, y, n);
        }
        const Expr scaled =
            requantise::scale(rule, sum(k, g, x, y, n), multiplier(k, g), shift(k, g));
        return clamp(scaled + cast(scaled.type(), output_zero), cast(scaled.type(), output_min),
                     cast(scaled.type(), output_max));
    }

    /// Filters across: a tile is `columns` filters of one group on `tile_height` rows.
    void schedule_filters() {
        output.split(y, yo, yi, tile(), guard).split(k, outer, inner, columns, guard);
        if (tensor_layout == Layout::ChannelsFirst) {
            output.reorder(inner, x, yi, outer, g, yo, n).vectorize(inner, lanes(columns), guard);
        } else {
            output.reorder(x, yi, inner, outer, g, yo, n)
                .vectorize(x, lanes(std::min((int)columns, out_width())), guard);
        }
        sum.compute_at(output, outer);

        RVar ro("ro"), ri("ri");
        Stage update = sum.update();
        std::vector<VarOrRVar> down{ri};
        if (array == Array::ChannelsFilters) {
            update.split(r.x, ro, ri, rows, guard).reorder(ri, k, g, x, y, r.y, r.z, ro, n);
        } else if (array == Array::KernelFilters) {
            down = {r.y};
            update.reorder(r.y, k, g, x, y, r.z, r.x, n);
        } else {
            down = {r.x, r.y};
            update.reorder(r.x, r.y, k, x, y, r.z, g, n);
        }
        padded.compute_at(output, g);
        Func weight_tile = kernel_copy();
        weight_tile.compute_at(output, outer);
        if (fills_by_blocks()) {
            const std::vector<Var> p = padded.args(), w = weight_tile.args();
            fill_by_blocks(padded, p[0], {p[2], p[3]});
            fill_by_blocks(weight_tile, w[0], {w[3], w[1], w[2]});
        } else {
            fill_input(false);
            fill(weight_tile, weight_order());
        }
        accelerate(update, down, {k}, weight_tile, outer, 0, columns);
    }

    /// Groups across: a tile is `columns` groups on `tile_height` rows.
    void schedule_groups() {
        output.split(y, yo, yi, tile(), guard).split(g, outer, inner, columns, guard);
        if (tensor_layout == Layout::ChannelsFirst && filters == 1) {
            output.reorder(k, inner, x, yi, outer, yo, n).vectorize(inner, lanes(columns), guard);
        } else {
            output.reorder(x, yi, k, inner, outer, yo, n);
        }
        sum.compute_at(output, outer);

        Stage update = sum.update();
        std::vector<VarOrRVar> down{r.y};
        if (array == Array::KernelGroups) {
            update.reorder(r.y, g, x, y, r.z, r.x, k, n);
        } else {
            down.push_back(r.z);
            update.reorder(r.y, r.z, g, x, y, r.x, k, n);
        }
        padded.compute_at(output, outer);
        fill_input(channels == 1);
        Func weight_tile = kernel_copy();
        weight_tile.compute_at(output, outer);
        std::vector<int> order = weight_order();
        if (filters == 1 && tensor_layout == Layout::ChannelsFirst) {
            std::swap(order[0], order[1]); // neighbours are those of the groups
        }
        fill(weight_tile, order);
        accelerate(update, down, {g}, weight_tile, outer, 1, columns);
    }

    Func kernel_copy() { return transposed ? kernel : weights.in(sum); }

    int lanes(int most) const { return output_lanes > 0 ? (int)output_lanes : most; }

    /// A copy takes a beat of neighbours in memory per cycle, in the order in which they lie there.
    void fill(Func copy, const std::vector<int> &order) {
        std::vector<VarOrRVar> loops;
        for (const int dimension : order) {
            loops.push_back(copy.args()[size_t(dimension)]);
        }
        copy.reorder(loops).vectorize(copy.args()[size_t(order[0])], bus_bits / 8, guard);
    }

    void fill_input(bool groups_are_neighbours) {
        std::vector<int> order = layout::order(tensor_layout);
        if (tensor_layout == Layout::ChannelsFirst && groups_are_neighbours) {
            std::swap(order[0], order[1]);
        }
        fill(padded, order);
        if (tensor_layout == Layout::PlanesFirst && width % (bus_bits / 8) == 0) {
            // Vectors of pixels are beats of the port, not parts of two.
            padded.align_bounds(padded.args()[2], bus_bits / 8);
        }
    }

    /// Where the sum runs over the input channels outermost, copies that do so as well let it start
    /// when the first of them are there. Each beat is then a burst: not where channels would
    /// straddle two beats.
    bool fills_by_blocks() const {
        return array != Array::WindowFilters && tensor_layout == Layout::ChannelsFirst &&
               !transposed && channels % (bus_bits / 8) == 0;
    }

    /// A beat of channels of everything along `inside`, then the next channels.
    void fill_by_blocks(Func copy, const Var &along, const std::vector<Var> &inside) {
        std::vector<VarOrRVar> order{inner};
        order.insert(order.end(), inside.begin(), inside.end());
        order.push_back(outer);
        copy.split(along, outer, inner, bus_bits / 8, guard).reorder(order).vectorize(inner);
    }

    void accelerate(Stage update, const std::vector<VarOrRVar> &down,
                    const std::vector<VarOrRVar> &across, Func weight_tile, const Var &level,
                    int lane_dimension, int lane_count) {
        std::vector<Func> buffers{padded, weight_tile, sum}, channel_copies{bias.in(sum)};
        std::vector<Func> tensors{input, weights, bias, output};
        if (rule != requantise::Rule::None) {
            channel_copies.push_back(multiplier.in(output));
            channel_copies.push_back(shift.in(output));
            tensors.push_back(multiplier);
            tensors.push_back(shift);
        }
        for (Func copy : channel_copies) {
            copy.compute_at(output, level);
            if (lane_dimension == 0 || filters == 1) {
                copy.vectorize(copy.args()[lane_dimension], lane_count, guard);
            }
            buffers.push_back(copy);
        }
        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(update, down, across);
        for (const Func &buffer : buffers) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : tensors) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Conv2d, conv2d)
