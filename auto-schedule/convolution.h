#pragma once
#include "hwgen/optimizer/layer_shape.h"

#include <Halide.h>

#include <cstdint>

/// A convolution layer over a batch of images: the algorithm of the dataflows of apps/dataflows,
/// and of the layers of `orrery optimize`.
///
///     output(k, x, y, b) = requantise(bias(k) + sum over c, fx, fy of
///         padded(c, stride.x x + dilation.x fx - pad_x, stride.y y + dilation.y fy - pad_y, b) *
///         weights(c, fx, fy, k))
///
/// int8 with sums of int32; channels are innermost in memory; zeros around the image.
namespace Orrery::scheduling {

struct ConvolutionLayer {
    int batch = 1, channels = 1, filters = 1;
    int width = 1, height = 1; ///< of the output
    int kernel_width = 1, kernel_height = 1;
    optimizer::PerAxis stride = {}, dilation = {};

    /// Zeros in front of the image: the middle tap, or the one before, starts in its corner.
    int pad_x() const { return (kernel_width - 1) / 2 * int(dilation.x); }
    int pad_y() const { return (kernel_height - 1) / 2 * int(dilation.y); }
    int input_width() const { return (width - 1) * int(stride.x) + 1; }
    int input_height() const { return (height - 1) * int(stride.y) + 1; }
    int64_t multiplications() const {
        return int64_t(batch) * channels * filters * width * height * kernel_width * kernel_height;
    }
};

/// The Funcs of the algorithm and the names of its loops, for schedules.
struct Convolution {
    Convolution(const ConvolutionLayer &layer, const Halide::Func &input,
                const Halide::Func &weights, const Halide::Func &bias);

    Halide::Func input, weights, bias;
    Halide::Func padded{"padded"}, sum{"sum"}, output{"output"};
    Halide::Var c{"c"}, k{"k"}, x{"x"}, y{"y"}, b{"b"};
    Halide::RDom r; ///< r.x: input channel, r.y: kernel column, r.z: kernel row
};

/// The same with groups, which are a dimension beside the channels: g behind c in the input, behind
/// k in weights, bias and output. In memory, that is the layout of all channels.
struct GroupedConvolution {
    /// Channels and filters of the layer are those of a group.
    GroupedConvolution(const ConvolutionLayer &layer, int groups, const Halide::Func &input,
                       const Halide::Func &weights, const Halide::Func &bias);

    Halide::Func padded{"padded"}, sum{"sum"}, output{"output"};
    Halide::Var c{"c"}, k{"k"}, g{"g"}, x{"x"}, y{"y"}, b{"b"};
    Halide::RDom r;
};

} // namespace Orrery::scheduling
