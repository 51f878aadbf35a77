#include "auto-schedule/layer_pipeline.h"

#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <climits>

namespace Orrery::scheduling {

using Halide::Func;
using Halide::ImageParam;

namespace {

/// The layer, of one group.
ConvolutionLayer layer_of_group(const optimizer::LayerShape &shape) {
    ConvolutionLayer layer;
    layer.batch = int(shape.batch);
    layer.channels = int(shape.channels / shape.groups);
    layer.filters = int(shape.filters / shape.groups);
    layer.width = int(shape.out_width);
    layer.height = int(shape.out_height);
    layer.kernel_width = int(shape.kernel_width);
    layer.kernel_height = int(shape.kernel_height);
    layer.stride = shape.stride;
    layer.dilation = shape.dilation;
    return layer;
}

/// A tensor of the layer: the loops of its dimensions, and their extents.
struct Shape {
    std::vector<std::string> loops;
    std::vector<int64_t> extents;

    void insert_groups(size_t dimension, int64_t groups) {
        loops.insert(loops.begin() + int64_t(dimension), "G");
        extents.insert(extents.begin() + int64_t(dimension), groups);
    }
};

/// Elements, and their places in memory, are counted in 32 bits by the compiler.
void check_size(const char *tensor, const Shape &shape) {
    double elements = 1;
    for (const int64_t extent : shape.extents) {
        elements *= double(extent);
    }
    if (elements * 2 > double(INT_MAX)) {
        user_error("the {} has {:.3g} elements, and a tensor of the hardware at most {}: take a "
                   "part of the layer (a smaller batch), or do without hardware (--candidates 0)",
                   tensor, elements, INT_MAX / 2);
    }
}

/// Strides where `dense` (-1: none) is the only dimension with stride 1.
std::vector<int> strides_around(const Shape &shape, int dense) {
    std::vector<int> strides(shape.extents.size(), 1);
    int64_t stride = dense < 0 ? 2 : std::max<int64_t>(2, shape.extents[size_t(dense)]);
    for (size_t d = 0; d < strides.size(); d++) {
        if (int(d) != dense) {
            strides[d] = int(stride);
            stride *= shape.extents[d];
        }
    }
    return strides;
}

/// Strides of a tensor; empty if the first dimension of several elements is dense, as it is where
/// no strides are given.
std::vector<int> strides_of(const optimizer::Problem &problem, const char *tensor,
                            const Shape &shape) {
    const std::string loop =
        problem.dense_loop(problem.tensors[size_t(problem.find_tensor(tensor))]);
    const auto found = std::find(shape.loops.begin(), shape.loops.end(), loop);
    ORRERY_CHECK(found != shape.loops.end() || loop == "none", "{} of {}", loop, tensor);
    const int dense = loop == "none" ? -1 : int(found - shape.loops.begin());
    const auto first = std::find_if(shape.extents.begin(), shape.extents.end(),
                                    [](int64_t extent) { return extent > 1; });
    const bool single = first == shape.extents.end();
    return single || dense == int(first - shape.extents.begin()) ? std::vector<int>()
                                                                 : strides_around(shape, dense);
}

ImageParam tensor(const char *name, const Halide::Type &type, const Shape &shape,
                  const std::vector<int> &strides) {
    ImageParam parameter(type, int(shape.extents.size()), name);
    for (size_t d = 0; d < shape.extents.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, int(shape.extents[d]));
        if (!strides.empty()) {
            parameter.dim(int(d)).set_stride(strides[d]);
        }
    }
    return parameter;
}

Func algorithm(const ConvolutionLayer &layer, int64_t groups,
               const std::vector<ImageParam> &inputs) {
    return groups == 1
               ? Convolution(layer, inputs[0], inputs[1], inputs[2]).output
               : GroupedConvolution(layer, int(groups), inputs[0], inputs[1], inputs[2]).output;
}

} // namespace

ConvolutionLayer convolution_layer(const optimizer::LayerShape &shape) {
    if (shape.groups != 1) {
        user_error("the layer has {} groups, and this convolution one: take a group "
                   "(K and C divided by the groups)",
                   shape.groups);
    }
    return layer_of_group(shape);
}

LayerPipeline layer_pipeline(const optimizer::LayerShape &s) {
    const int64_t channels = s.channels / s.groups, filters = s.filters / s.groups,
                  width = (s.out_width - 1) * s.stride.x + 1,
                  height = (s.out_height - 1) * s.stride.y + 1;
    Shape input{{"C", "OX", "OY", "N"}, {channels, width, height, s.batch}},
        weights{{"C", "FX", "FY", "K"}, {channels, s.kernel_width, s.kernel_height, filters}},
        bias{{"K"}, {filters}},
        output{{"K", "OX", "OY", "N"}, {filters, s.out_width, s.out_height, s.batch}};
    if (s.groups > 1) {
        input.insert_groups(1, s.groups);
        weights.insert_groups(4, s.groups);
        bias.insert_groups(1, s.groups);
        output.insert_groups(1, s.groups);
    }
    check_size("input", input);
    check_size("weights", weights);
    check_size("output", output);
    const optimizer::Problem problem = optimizer::convolution("layer", s);
    const std::vector<ImageParam> inputs{
        tensor("input", Halide::Int(8), input, strides_of(problem, "input", input)),
        tensor("weights", Halide::Int(8), weights, strides_of(problem, "weights", weights)),
        tensor("bias", Halide::Int(32), bias, {})};
    Func result = algorithm(layer_of_group(s), s.groups, inputs);
    const std::vector<int> strides = strides_of(problem, "output", output);
    for (size_t d = 0; d < strides.size(); d++) {
        result.output_buffer().dim(int(d)).set_stride(strides[d]);
    }
    return {result, inputs};
}

} // namespace Orrery::scheduling
