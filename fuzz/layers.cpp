#include "fuzz/layers.h"

#include "hwgen/support/error.h"

namespace Orrery::fuzz {

namespace {

/// What every kind has: the order of dimensions in memory (0: as in Halide), elements between
/// rows, the type of the data and what is done to its sums.
std::vector<LayerParameter> with_common(std::vector<LayerParameter> parameters) {
    for (const LayerParameter &p :
         {LayerParameter{"order", 0, 9}, {"gaps", 0, 3}, {"type", 0, 3}, {"post", 0, 6}}) {
        parameters.push_back(p);
    }
    return parameters;
}

std::vector<LayerKind> make_kinds() {
    const LayerParameter weight_type{"weight_type", 0, 2}, padding{"padding", 0, 4},
        bias{"bias", 0, 1}, scale{"scale", 0, 1}, width{"width", 1, 7}, height{"height", 1, 7},
        kernel_width{"kernel_width", 1, 3}, kernel_height{"kernel_height", 1, 3},
        stride{"stride", 1, 2}, dilation{"dilation", 1, 2}, channels{"channels", 1, 6};
    return {
        {"convolution",
         with_common({{"batches", 0, 2},
                      channels,
                      {"kernels", 1, 7},
                      width,
                      height,
                      kernel_width,
                      kernel_height,
                      stride,
                      dilation,
                      padding,
                      bias,
                      scale,
                      weight_type}),
         convolution},
        {"depthwise",
         with_common({channels,
                      {"multiplier", 1, 2},
                      width,
                      height,
                      kernel_width,
                      kernel_height,
                      stride,
                      dilation,
                      padding,
                      bias,
                      weight_type}),
         depthwise},
        {"matrix_multiply",
         with_common({{"m", 1, 9}, {"n", 1, 6}, {"k", 1, 9}, bias, {"largest", 0, 1}}),
         matrix_multiply},
        {"pooling",
         with_common({width,
                      height,
                      channels,
                      {"window", 1, 3},
                      {"stride", 1, 3},
                      {"operation", 0, 2},
                      padding}),
         pooling},
        {"pointwise",
         with_common({{"width", 1, 9},
                      {"height", 1, 6},
                      {"channels", 1, 4},
                      {"operation", 0, 4},
                      {"long", 0, 1},
                      {"mirrored", 0, 1}}),
         pointwise},
        {"triangle",
         with_common(
             {{"n", 1, 5}, {"m", 1, 5}, {"count", 1, 40}, {"batches", 1, 3}, {"condition", 0, 2}}),
         triangle},
        {"separable",
         with_common({channels,
                      {"kernels", 1, 5},
                      width,
                      {"height", 1, 5},
                      {"kernel", 1, 3},
                      {"residual", 0, 1},
                      {"twice", 0, 1}}),
         separable},
        {"convolution_pooling",
         with_common({channels,
                      {"kernels", 1, 5},
                      {"width", 1, 5},
                      {"height", 1, 5},
                      {"kernel", 1, 3},
                      {"window", 1, 3},
                      {"stride", 1, 2},
                      padding}),
         convolution_pooling},
        {"stencil",
         with_common(
             {width, {"height", 1, 9}, {"horizontal", 1, 3}, {"vertical", 1, 3}, {"levels", 1, 2}}),
         stencil},
    };
}

} // namespace

const NamedFunc *Pipeline::find(const std::string &name) const {
    for (const NamedFunc &f : funcs) {
        if (f.name == name) {
            return &f;
        }
    }
    return nullptr;
}

const std::vector<LayerKind> &layer_kinds() {
    static const std::vector<LayerKind> kinds = make_kinds();
    return kinds;
}

const LayerKind &kind_of(const Layer &layer) {
    for (const LayerKind &kind : layer_kinds()) {
        if (kind.name == layer.kind) {
            return kind;
        }
    }
    user_error("there is no layer of kind {}", layer.kind);
}

Pipeline build_pipeline(const Layer &layer) {
    const LayerKind &kind = kind_of(layer);
    for (const LayerParameter &p : kind.parameters) {
        const auto found = layer.parameters.find(p.name);
        if (found == layer.parameters.end()) {
            user_error("layer {} needs the parameter {}", layer.kind, p.name);
        }
        if (found->second < p.least || found->second > p.most) {
            user_error("parameter {} of layer {} is {}, but it goes from {} to {}", p.name,
                       layer.kind, found->second, p.least, p.most);
        }
    }
    if (layer.parameters.size() != kind.parameters.size()) {
        user_error("layer {} has other parameters than its kind", layer.kind);
    }
    return kind.build(layer);
}

} // namespace Orrery::fuzz
