#include "apps/common/layout.h"
#include "apps/common/requantise.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;
using layout::Layout;

enum class Kind {
    Max,     ///< of the window; padding does not count
    Average, ///< of the pixels in the window, halves away from zero: TFLite's AVERAGE_POOL_2D
    Scaled   ///< sum of (pixel - input_zero), scaled as ONNX does: onnxruntime's
             ///< QLinearGlobalAveragePool
};

/// Pooling of 8-bit feature maps: maximum and average of windows, or of whole maps.
///
///     output(c, x, y, n) = max or average over i, j of input(c, x stride_x + i - pad_left, y
///     stride_y + j - pad_top, n)
///
/// The lanes are neighbours in memory, channels or pixels of a row, and lie across the columns of
/// the array; the window's columns lie down its rows.
class Pool : public Generator<Pool> {
public:
    GeneratorParam<int> batch{"batch", 1};
    GeneratorParam<int> channels{"channels", 16};
    GeneratorParam<int> width{"width", 8};                 ///< of the input
    GeneratorParam<int> height{"height", 8};               ///< of the input
    GeneratorParam<int> kernel_width{"kernel_width", 2};   ///< 0: the whole map
    GeneratorParam<int> kernel_height{"kernel_height", 2}; ///< 0: the whole map
    GeneratorParam<int> stride_x{"stride_x", 2};
    GeneratorParam<int> stride_y{"stride_y", 2};
    GeneratorParam<int> pad_left{"pad_left", 0};
    GeneratorParam<int> pad_right{"pad_right", 0};
    GeneratorParam<int> pad_top{"pad_top", 0};
    GeneratorParam<int> pad_bottom{"pad_bottom", 0};
    GeneratorParam<Kind> kind{
        "kind",
        Kind::Max,
        {{"max", Kind::Max}, {"average", Kind::Average}, {"scaled", Kind::Scaled}}};
    GeneratorParam<Layout> tensor_layout{"layout", Layout::ChannelsFirst, layout::names()};

    GeneratorParam<int> columns{"columns", 16};    ///< lanes
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<int16_t> input_zero{"input_zero", 0, -128,
                              255}; ///< this and the next three only of kind=scaled
    Input<int32_t> multiplier{"multiplier", 1 << 23};
    Input<int8_t> shift{"shift", 23};
    Input<int16_t> output_zero{"output_zero", 0, -128, 255};
    Input<int16_t> output_min{"output_min", -32768}; ///< the activation
    Input<int16_t> output_max{"output_max", 32767};
    Input<Buffer<void, 4>> input{"input"};    ///< c, x, y, n; int8 or uint8
    Output<Buffer<void, 4>> output{"output"}; ///< c, x, y, n; the same type

    void generate() {
        layout::set(input, {channels, width, height, batch}, order());
        const bool is_max = kind == Kind::Max;
        // What padding contributes: nothing to a maximum, nothing to a sum.
        const Expr neutral =
            is_max ? input.type().min()
                   : cast(input.type(), kind == Kind::Scaled ? Expr(input_zero) : Expr(0));
        padded(c, x, y, n) = BoundaryConditions::constant_exterior(
            input, neutral, {{Expr(), Expr()}, {0, width}, {0, height}, {Expr(), Expr()}})(c, x, y,
                                                                                           n);
        r = RDom(0, window_width(), 0, window_height(), "r");
        const Expr pixel =
            padded(c, x * stride_x + r.x - pad_left, y * stride_y + r.y - pad_top, n);
        if (is_max) {
            sum(c, x, y, n) = input.type().min();
            sum(c, x, y, n) = max(sum(c, x, y, n), pixel);
        } else {
            sum(c, x, y, n) = 0;
            sum(c, x, y, n) +=
                cast<int32_t>(pixel) - (kind == Kind::Scaled ? cast<int32_t>(input_zero) : 0);
        }
        output(c, x, y, n) = saturating_cast(
            output.type(), clamp(pooled(), cast<int32_t>(output_min), cast<int32_t>(output_max)));
        layout::set(output, {channels, out_width(), out_height(), batch}, order());
    }

    void schedule() {
        if (using_autoscheduler()) {
            return;
        }
        const TailStrategy guard = TailStrategy::GuardWithIf;
        const bool by_channel = tensor_layout == Layout::ChannelsFirst;
        Var outer("outer"), inner("inner");
        const Var lane = by_channel ? c : x, other = by_channel ? x : c;
        output.split(lane, outer, inner, columns, guard)
            .reorder(inner, other, outer, y, n)
            .vectorize(inner);
        sum.compute_at(output, outer).update().reorder(r.x, lane, other, y, r.y, n);
        if (out_height() == 1) {
            padded.compute_at(output, outer);
        } else { // a line buffer: each row of the input is read once
            padded.store_at(output, n).compute_at(output, y);
        }
        const int width_of_port = bus_bits / 8;
        padded.vectorize(padded.args()[by_channel ? 0 : 1], width_of_port, guard);
        if (!by_channel) { // vectors of pixels are beats of the port, not parts of two
            padded.align_bounds(padded.args()[1], width_of_port);
        }

        Orrery::Accelerator hw = Orrery::accelerate(output);
        if (window_width() <= 16) {
            hw.pe_array(sum.update(), {r.x}, {lane});
        } else {
            hw.pe_array(sum.update(), {lane});
        }
        for (const Func &buffer : {padded, sum}) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : {Func(input), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    Var c{"c"}, x{"x"}, y{"y"}, n{"n"};
    RDom r;
    Func padded{"padded"}, sum{"sum"};

    int window_width() const { return kernel_width > 0 ? (int)kernel_width : (int)width; }
    int window_height() const { return kernel_height > 0 ? (int)kernel_height : (int)height; }
    int out_width() const {
        return ((int)pad_left + (int)width + (int)pad_right - window_width()) / stride_x + 1;
    }
    int out_height() const {
        return ((int)pad_top + (int)height + (int)pad_bottom - window_height()) / stride_y + 1;
    }
    std::vector<int> order() const {
        return tensor_layout == Layout::ChannelsFirst ? std::vector<int>{0, 1, 2, 3}
                                                      : std::vector<int>{1, 2, 0, 3};
    }

    /// Pixels of the input that a window covers along one dimension.
    static Expr covered(const Var &at, int stride, int pad, int window, int extent) {
        return min(at * stride - pad + window, extent) - max(at * stride - pad, 0);
    }

    Expr pooled() {
        const Expr value = cast<int32_t>(sum(c, x, y, n));
        switch ((Kind)kind) {
        case Kind::Average: {
            const Expr count = covered(x, stride_x, pad_left, window_width(), width) *
                               covered(y, stride_y, pad_top, window_height(), height);
            return select(value > 0, (value + count / 2) / count, -((count / 2 - value) / count));
        }
        case Kind::Scaled:
            return cast<int32_t>(requantise::onnx(value, multiplier, shift)) +
                   cast<int32_t>(output_zero);
        case Kind::Max:
            break;
        }
        return value;
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Pool, pool)
