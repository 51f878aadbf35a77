#include "fuzz/layers.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::fuzz {

namespace {

/// What every kind has: the order of dimensions in memory (0: as in Halide), elements between
/// rows, the type of the data, what is done to its sums, which of the sizes is a scalar (0: none),
/// and a scalar in what is done to the sums (0: none, 1: a shift, 2: a multiplier).
LayerKind kind(const char *name, std::vector<LayerParameter> parameters,
               const std::vector<const char *> &sizes, Pipeline (*build)(const Layer &)) {
    for (const LayerParameter &p : {LayerParameter{"order", 0, 9},
                                    {"gaps", 0, 3},
                                    {"type", 0, 3},
                                    {"post", 0, 6},
                                    {"symbolic", 0, int(sizes.size())},
                                    {"scalar", 0, 2}}) {
        parameters.push_back(p);
    }
    return {name, std::move(parameters), sizes, build};
}

std::vector<LayerKind> make_kinds() {
    const LayerParameter weight_type{"weight_type", 0, 2}, padding{"padding", 0, 4},
        bias{"bias", 0, 1}, scale{"scale", 0, 1}, width{"width", 1, 7}, height{"height", 1, 7},
        kernel_width{"kernel_width", 1, 3}, kernel_height{"kernel_height", 1, 3},
        stride{"stride", 1, 2}, dilation{"dilation", 1, 2}, channels{"channels", 1, 6};
    return {
        kind("convolution",
             {{"batches", 0, 2},
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
              weight_type},
             {"kernels", "channels", "width", "height", "kernel_width"}, convolution),
        kind("depthwise",
             {channels,
              {"multiplier", 1, 2},
              width,
              height,
              kernel_width,
              kernel_height,
              stride,
              dilation,
              padding,
              bias,
              weight_type},
             {"channels", "width", "height"}, depthwise),
        kind("matrix_multiply", {{"m", 1, 9}, {"n", 1, 6}, {"k", 1, 9}, bias, {"largest", 0, 1}},
             {"m", "n", "k"}, matrix_multiply),
        kind("pooling",
             {width,
              height,
              channels,
              {"window", 1, 3},
              {"stride", 1, 3},
              {"operation", 0, 2},
              padding},
             {"width", "height", "channels"}, pooling),
        kind("pointwise",
             {{"width", 1, 9},
              {"height", 1, 6},
              {"channels", 1, 4},
              {"operation", 0, 4},
              {"long", 0, 1},
              {"mirrored", 0, 1}},
             {"width", "height", "channels"}, pointwise),
        kind("triangle",
             {{"n", 1, 5}, {"m", 1, 5}, {"count", 1, 40}, {"batches", 1, 3}, {"condition", 0, 2}},
             {"count", "batches", "m"}, triangle),
        kind("separable",
             {channels,
              {"kernels", 1, 5},
              width,
              {"height", 1, 5},
              {"kernel", 1, 3},
              {"residual", 0, 1},
              {"twice", 0, 1}},
             {"channels", "kernels", "width", "height"}, separable),
        kind("convolution_pooling",
             {channels,
              {"kernels", 1, 5},
              {"width", 1, 5},
              {"height", 1, 5},
              {"kernel", 1, 3},
              {"window", 1, 3},
              {"stride", 1, 2},
              padding},
             {"channels", "kernels", "width", "height"}, convolution_pooling),
        kind("stencil",
             {width, {"height", 1, 9}, {"horizontal", 1, 3}, {"vertical", 1, 3}, {"levels", 1, 2}},
             {"width", "height"}, stencil),
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

ScalarValues Pipeline::greatest() const {
    ScalarValues values;
    for (const Halide::Parameter &scalar : scalars) {
        values[scalar.name()] = value_of(scalar.max_value(), {});
    }
    return values;
}

bool Pipeline::has_sizes() const { return std::any_of(scalars.begin(), scalars.end(), is_size); }

bool is_size(const Halide::Parameter &scalar) { return scalar.name().rfind("size_", 0) == 0; }

int64_t value_of(const Halide::Expr &e, const ScalarValues &scalars) {
    std::map<std::string, Halide::Expr> numbers;
    for (const auto &[name, value] : scalars) {
        numbers[name] = int(value);
    }
    const auto value = Halide::Internal::as_const_int(
        Halide::Internal::simplify(Halide::Internal::substitute(numbers, e)));
    ORRERY_CHECK(value, "a size of a layer is no number");
    return *value;
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
