// Layers that multiply and accumulate.
#include "fuzz/layer_builder.h"

namespace Orrery::fuzz {
using namespace Halide;

namespace {

Expr wide(const Expr &e) { return cast<int32_t>(e); }

/// Extent of the input along one axis: what all windows touch, or as much as the output has with
/// padding.
Expr input_extent(const LayerBuilder &b, const Expr &output, const Expr &kernel) {
    return b["padding"] > 0 ? output * b["stride"]
                            : (output - 1) * b["stride"] + (kernel - 1) * b["dilation"] + 1;
}

/// Where a window begins left of its centre.
Expr shift(const LayerBuilder &b, const Expr &kernel) {
    return b["padding"] > 0 ? (kernel - 1) * b["dilation"] / 2 : Expr(0);
}

} // namespace

Pipeline convolution(const Layer &layer) {
    LayerBuilder b(layer);
    const int batches = b["batches"];
    const Expr kw = b.size("kernel_width"), kh = b.size("kernel_height"),
               channels = b.size("channels"), kernels = b.size("kernels");
    Shape result{b.size("width"), b.size("height"), kernels};
    Shape shape{input_extent(b, result[0], kw), input_extent(b, result[1], kh), channels};
    Var x("x"), y("y"), k("k"), n("n");
    std::vector<Var> v{x, y, k};
    if (batches > 0) {
        shape.push_back(batches);
        result.push_back(batches);
        v.push_back(n);
    }
    ImageParam input = b.input("input", b.data_type(), shape);
    ImageParam weights = b.input("weights", b.weight_type(), {kw, kh, channels, kernels});
    ImageParam bias = b.input("bias", Int(32), {kernels});
    ImageParam scale = b.input("scale", Int(8), {kernels});
    Func source = b.padded("source", input, shape), sum = b.func("sum");
    RDom r(0, kw, 0, kh, 0, channels, "r");
    std::vector<Expr> at{x * b["stride"] + r.x * b["dilation"] - shift(b, kw),
                         y * b["stride"] + r.y * b["dilation"] - shift(b, kh), r.z};
    if (batches > 0) {
        at.push_back(n);
    }
    sum(v) = b["bias"] ? Expr(bias(k)) : Expr(0);
    sum(v) += wide(source(at)) * wide(weights(r.x, r.y, r.z, k));
    Func output = b.func("output");
    output(v) = b.requantised(sum(std::vector<Expr>(v.begin(), v.end())),
                              b["scale"] ? wide(scale(k)) : Expr(3));
    return b.finish(output, v, result);
}

Pipeline depthwise(const Layer &layer) {
    LayerBuilder b(layer);
    const int kw = b["kernel_width"], kh = b["kernel_height"];
    const Expr channels = b.size("channels"), results = channels * b["multiplier"],
               width = b.size("width"), height = b.size("height");
    const Shape shape{input_extent(b, width, kw), input_extent(b, height, kh), channels};
    ImageParam input = b.input("input", b.data_type(), shape);
    ImageParam weights = b.input("weights", b.weight_type(), {kw, kh, results});
    ImageParam bias = b.input("bias", Int(32), {results});
    Var x("x"), y("y"), c("c");
    RDom r(0, kw, 0, kh, "r");
    Func source = b.padded("source", input, shape), sum = b.func("sum"), output = b.func("output");
    sum(x, y, c) = b["bias"] ? Expr(bias(c)) : Expr(0);
    const Expr channel = b["multiplier"] > 1 ? c / b["multiplier"] : Expr(c);
    sum(x, y, c) += wide(source(x * b["stride"] + r.x * b["dilation"] - shift(b, kw),
                                y * b["stride"] + r.y * b["dilation"] - shift(b, kh), channel)) *
                    wide(weights(r.x, r.y, c));
    output(x, y, c) = b.requantised(sum(x, y, c), Expr(3));
    return b.finish(output, {x, y, c}, {width, height, results});
}

Pipeline matrix_multiply(const Layer &layer) {
    LayerBuilder b(layer);
    const Expr rows = b.size("n"), columns = b.size("m"), depth = b.size("k");
    ImageParam a = b.input("a", b.data_type(), {depth, rows});
    ImageParam w = b.input("w", Int(8), {columns, depth});
    ImageParam bias = b.input("bias", Int(32), {columns});
    Var m("m"), n("n");
    RDom r(0, depth, "r");
    Func sum = b.func("sum"), output = b.func("output");
    sum(m, n) = b["bias"] ? Expr(bias(m)) : Expr(0);
    const Expr product = wide(a(r, n)) * wide(w(m, r));
    if (b["largest"]) {
        sum(m, n) = max(sum(m, n), product);
    } else {
        sum(m, n) += product;
    }
    output(m, n) = b.requantised(sum(m, n), Expr(5));
    return b.finish(output, {m, n}, {columns, rows});
}

/// A depthwise convolution, requantised, and a convolution of 1x1 on its results.
Pipeline separable(const Layer &layer) {
    LayerBuilder b(layer);
    const int kernel = b["kernel"];
    const Expr channels = b.size("channels"), kernels = b.size("kernels"), width = b.size("width"),
               height = b.size("height");
    ImageParam input =
        b.input("input", b.data_type(), {width + kernel - 1, height + kernel - 1, channels});
    ImageParam depth_weights = b.input("depth_weights", Int(8), {kernel, kernel, channels});
    ImageParam weights = b.input("weights", Int(8), {channels, kernels});
    Var x("x"), y("y"), c("c"), k("k");
    RDom window(0, kernel, 0, kernel, "window"), r(0, channels, "r");
    Func depth = b.func("depth"), middle = b.func("middle"), sum = b.func("sum"),
         output = b.func("output");
    depth(x, y, c) = 0;
    depth(x, y, c) +=
        wide(input(x + window.x, y + window.y, c)) * wide(depth_weights(window.x, window.y, c));
    middle(x, y, c) = cast<uint8_t>(clamp(depth(x, y, c) >> 5, 0, 255));
    sum(x, y, k) = wide(k) * 10;
    sum(x, y, k) += wide(middle(x, y, r)) * wide(weights(r, k));
    if (b["twice"]) {
        sum(x, y, k) += wide(input(x, y, 0)) << 2;
    }
    Expr value = b.requantised(sum(x, y, k), Expr(3));
    if (b["residual"]) {
        value = saturating_cast<int16_t>(wide(value) + input(x, y, 0));
    }
    output(x, y, k) = value;
    return b.finish(output, {x, y, k}, {width, height, kernels});
}

/// A convolution and the maximum over windows of its results.
Pipeline convolution_pooling(const Layer &layer) {
    LayerBuilder b(layer);
    const int kernel = b["kernel"], window = b["window"], left = b["padding"] > 0 ? kernel / 2 : 0;
    const Shape result{b.size("width"), b.size("height"), b.size("kernels")};
    const Expr channels = b.size("channels"), width = (result[0] - 1) * b["stride"] + window,
               height = (result[1] - 1) * b["stride"] + window;
    const int more = b["padding"] > 0 ? 0 : kernel - 1;
    const Shape shape{width + more, height + more, channels};
    ImageParam input = b.input("input", b.data_type(), shape);
    ImageParam weights = b.input("weights", Int(8), {kernel, kernel, channels, result[2]});
    Var x("x"), y("y"), k("k");
    RDom r(0, kernel, 0, kernel, 0, channels, "r"), w(0, window, 0, window, "w");
    Func source = b.padded("source", input, shape), sum = b.func("sum"), middle = b.func("middle"),
         pool = b.func("pool"), output = b.func("output");
    sum(x, y, k) = 0;
    sum(x, y, k) +=
        wide(source(x + r.x - left, y + r.y - left, r.z)) * wide(weights(r.x, r.y, r.z, k));
    middle(x, y, k) = b.requantised(sum(x, y, k), Expr(3));
    pool(x, y, k) = middle(x * b["stride"], y * b["stride"], k);
    pool(x, y, k) = max(pool(x, y, k), middle(x * b["stride"] + w.x, y * b["stride"] + w.y, k));
    output(x, y, k) = pool(x, y, k);
    return b.finish(output, {x, y, k}, result);
}

} // namespace Orrery::fuzz
