#include "auto-schedule/layer_pipeline.h"

#include "auto-schedule/tensors.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"

#include <algorithm>

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

/// The dimension of the tensor whose neighbours are neighbours in memory; -1: none.
int dense_dimension(const optimizer::Problem &problem, const char *tensor, const Shape &shape) {
    const std::string loop =
        problem.dense_loop(problem.tensors[size_t(problem.find_tensor(tensor))]);
    const auto found = std::find(shape.loops.begin(), shape.loops.end(), loop);
    ORRERY_CHECK(found != shape.loops.end() || loop == "none", "{} of {}", loop, tensor);
    return loop == "none" ? -1 : int(found - shape.loops.begin());
}

ImageParam tensor(const optimizer::Problem &problem, const char *name, const Shape &shape) {
    return tensor_in_memory(name, Halide::Int(8), shape.extents,
                            dense_dimension(problem, name, shape));
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
    const optimizer::Problem problem = optimizer::convolution("layer", s);
    const std::vector<ImageParam> inputs{
        tensor(problem, "input", input), tensor(problem, "weights", weights),
        tensor_in_memory("bias", Halide::Int(32), bias.extents, 0)};
    check_size("output", output.extents);
    Func result = algorithm(layer_of_group(s), s.groups, inputs);
    set_strides(result, output.extents, dense_dimension(problem, "output", output));
    return {result, inputs};
}

} // namespace Orrery::scheduling
