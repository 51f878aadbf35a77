#include "tests/auto_schedule/pipelines.h"

namespace Orrery::test {

using namespace Halide;

namespace {

/// Dense in memory, dimension 0 first.
ImageParam tensor(const char *name, Type type, const std::vector<int> &extents) {
    ImageParam parameter(type, int(extents.size()), name);
    int stride = 1;
    for (size_t d = 0; d < extents.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, extents[d]).set_stride(stride);
        stride *= extents[d];
    }
    return parameter;
}

void bound(Func &output, const std::vector<int> &extents) {
    for (size_t d = 0; d < extents.size(); d++) {
        output.bound(output.args()[d], 0, extents[d]);
    }
}

Expr wide(const Expr &e) { return cast<int32_t>(e); }

Expr narrow(const Expr &sum) { return saturating_cast<int8_t>(rounding_shift_right(sum, 6)); }

const Var c("c"), k("k"), g("g"), x("x"), y("y"), n("n");

/// Padding, bias, scales of each channel, ReLU; channels are innermost.
Layer convolution_nhwc() {
    ImageParam input = tensor("input", Int(8), {8, 6, 5, 2});
    ImageParam weights = tensor("weights", Int(8), {8, 3, 3, 12});
    ImageParam bias = tensor("bias", Int(32), {12}), scale = tensor("scale", Int(16), {12});
    RDom r(0, 8, 0, 3, 0, 3, "r");
    Func padded = BoundaryConditions::constant_exterior(input, 0);
    Func sum("sum"), scaled("scaled"), output("output");
    sum(k, x, y, n) = bias(k);
    sum(k, x, y, n) +=
        wide(padded(r.x, x + r.y - 1, y + r.z - 1, n)) * wide(weights(r.x, r.y, r.z, k));
    scaled(k, x, y, n) = rounding_shift_right(sum(k, x, y, n), 4) * wide(scale(k));
    output(k, x, y, n) =
        saturating_cast<int8_t>(max(rounding_shift_right(scaled(k, x, y, n), 8), 0));
    bound(output, {12, 6, 5, 2});
    return {output, {input, weights, bias, scale}};
}

/// Planes of pixels in memory, a zero point, another tensor added, the product in another order.
Layer convolution_nchw() {
    ImageParam input = tensor("input", UInt(8), {11, 9, 4}),
               shortcut = tensor("shortcut", Int(8), {5, 4, 8});
    ImageParam weights = tensor("weights", Int(8), {3, 3, 4, 8}),
               bias = tensor("bias", Int(32), {8});
    RDom r(0, 3, 0, 3, 0, 4, "r");
    Func sum("sum"), output("output");
    sum(x, y, k) = bias(k);
    sum(x, y, k) +=
        wide(weights(r.x, r.y, r.z, k)) * (wide(input(x * 2 + r.x, y * 2 + r.y, r.z)) - 128);
    output(x, y, k) = saturating_cast<int8_t>(wide(narrow(sum(x, y, k))) + wide(shortcut(x, y, k)));
    bound(output, {5, 4, 8});
    return {output, {input, weights, bias, shortcut}};
}

/// One filter for each channel.
Layer depthwise() {
    ImageParam input = tensor("input", Int(8), {12, 8, 7}),
               weights = tensor("weights", Int(8), {12, 3, 3});
    RDom r(0, 3, 0, 3, "r");
    Func sum("sum"), output("output");
    sum(c, x, y) += wide(input(c, x + r.x, y + r.y)) * wide(weights(c, r.x, r.y));
    output(c, x, y) = narrow(sum(c, x, y));
    bound(output, {12, 6, 5});
    return {output, {input, weights}};
}

/// Channel c of group g is channel 4 g + c of the input.
Layer grouped() {
    ImageParam input = tensor("input", Int(8), {12, 6, 5});
    ImageParam weights = tensor("weights", Int(8), {4, 3, 3, 4, 3});
    RDom r(0, 4, 0, 3, 0, 3, "r");
    Func group("group"), sum("sum"), output("output");
    group(c, g, x, y) = input(g * 4 + c, x, y);
    sum(k, g, x, y) += wide(group(r.x, g, x + r.y, y + r.z)) * wide(weights(r.x, r.y, r.z, k, g));
    output(k, g, x, y) = narrow(sum(k, g, x, y));
    bound(output, {4, 3, 4, 3});
    return {output, {input, weights}};
}

/// A matrix product of each of a batch, the second factor transposed in memory.
Layer matrix_batch() {
    ImageParam a = tensor("a", Int(16), {12, 10, 3}), b = tensor("b", Int(16), {8, 12, 3});
    RDom r(0, 12, "r");
    Func product("product"), output("output");
    product(k, n, g) += wide(a(r, n, g)) * wide(b(k, r, g));
    output(k, n, g) = product(k, n, g);
    bound(output, {8, 10, 3});
    return {output, {a, b}};
}

/// A gate of an LSTM: weights times the input and the state before, one after the other in one
/// tensor.
Layer lstm_gate() {
    ImageParam weights = tensor("weights", Int(8), {24, 16}),
               before = tensor("before", Int(8), {24, 4});
    ImageParam bias = tensor("bias", Int(32), {16});
    RDom r(0, 24, "r");
    Func gate("gate"), output("output");
    gate(k, n) = bias(k);
    gate(k, n) += cast<int32_t>(widening_mul(weights(r, k), before(r, n)));
    output(k, n) = clamp(cast<int16_t>(gate(k, n) >> 6), -127, 127);
    bound(output, {16, 4});
    return {output, {weights, before, bias}};
}

Layer convolution_1d() {
    ImageParam input = tensor("input", Int(8), {8, 21}),
               weights = tensor("weights", Int(8), {8, 3, 8});
    RDom r(0, 8, 0, 3, "r");
    Func sum("sum"), output("output");
    sum(k, x) += wide(input(r.x, x * 2 + r.y)) * wide(weights(r.x, r.y, k));
    output(k, x) = narrow(sum(k, x));
    bound(output, {8, 10});
    return {output, {input, weights}};
}

/// Of an image, for a batch.
Layer fully_connected() {
    ImageParam input = tensor("input", Int(8), {6, 4, 3, 4}),
               weights = tensor("weights", Int(8), {6, 4, 3, 10});
    RDom r(0, 6, 0, 4, 0, 3, "r");
    Func sum("sum"), output("output");
    sum(k, n) += wide(weights(r.x, r.y, r.z, k)) * wide(input(r.x, r.y, r.z, n));
    output(k, n) = narrow(sum(k, n));
    bound(output, {10, 4});
    return {output, {input, weights}};
}

/// Planes of pixels with zeros around them.
Layer convolution_nchw_padded() {
    ImageParam input = tensor("input", Int(8), {12, 6, 4}),
               weights = tensor("weights", Int(8), {3, 3, 4, 8});
    RDom r(0, 3, 0, 3, 0, 4, "r");
    Func padded = BoundaryConditions::constant_exterior(input, 0);
    Func sum("sum"), output("output");
    sum(x, y, k) += wide(padded(x + r.x - 1, y + r.y - 1, r.z)) * wide(weights(r.x, r.y, r.z, k));
    output(x, y, k) = narrow(sum(x, y, k));
    bound(output, {12, 6, 8});
    return {output, {input, weights}};
}

/// Clamped at the edges: beside those, neighbours of the copy are no neighbours in memory.
Layer convolution_nchw_clamped() {
    ImageParam input = tensor("input", Int(8), {8, 6, 4}),
               weights = tensor("weights", Int(8), {4, 3, 3, 8});
    RDom r(0, 3, 0, 3, 0, 4, "r");
    Func padded = BoundaryConditions::repeat_edge(input);
    Func sum("sum"), output("output");
    sum(x, y, k) += wide(padded(x + r.x - 1, y + r.y - 1, r.z)) * wide(weights(r.z, r.x, r.y, k));
    output(x, y, k) = narrow(sum(x, y, k));
    bound(output, {8, 6, 8});
    return {output, {input, weights}};
}

/// Both factors are transposed in memory.
Layer matrix_transposed() {
    ImageParam a = tensor("a", Int(8), {12, 24}), b = tensor("b", Int(8), {16, 24});
    RDom r(0, 24, "r");
    Func product("product"), output("output");
    product(n, k) += wide(b(k, r)) * wide(a(n, r));
    output(n, k) = narrow(product(n, k));
    bound(output, {12, 16});
    return {output, {a, b}};
}

/// One channel: columns are neighbours in memory. Of the weights every second element is read.
Layer one_channel() {
    ImageParam input = tensor("input", Int(8), {1, 14, 9}),
               weights = tensor("weights", Int(8), {2, 3, 3, 8});
    RDom r(0, 3, 0, 3, "r");
    Func picked("picked"), sum("sum"), output("output");
    Var fx("fx"), fy("fy");
    picked(c, fx, fy, k) = weights(2 * c, fx, fy, k);
    sum(k, x, y) += wide(input(0, x + r.x, y + r.y)) * wide(picked(0, r.x, r.y, k));
    output(k, x, y) = narrow(sum(k, x, y));
    bound(output, {8, 12, 7});
    return {output, {input, weights}};
}

/// Taps that are apart, other steps along columns than along rows.
Layer dilated() {
    ImageParam input = tensor("input", Int(8), {4, 19, 12}),
               weights = tensor("weights", Int(8), {4, 3, 3, 8});
    RDom r(0, 4, 0, 3, 0, 3, "r");
    Func padded = BoundaryConditions::constant_exterior(input, 0), sum("sum"), output("output");
    sum(k, x, y) +=
        wide(padded(r.x, 3 * x + 2 * r.y - 2, y + 4 * r.z - 4)) * wide(weights(r.x, r.y, r.z, k));
    output(k, x, y) = narrow(sum(k, x, y));
    bound(output, {8, 6, 7});
    return {output, {input, weights}};
}

/// All gates of an LSTM, which are a dimension of the weights and of the output.
Layer lstm_gates() {
    ImageParam weights = tensor("weights", Int(8), {12, 6, 4}),
               before = tensor("before", Int(8), {12, 5}), bias = tensor("bias", Int(32), {6, 4});
    RDom r(0, 12, "r");
    Var gate("gate");
    Func gates("gates"), output("output");
    gates(k, gate, n) = bias(k, gate);
    gates(k, gate, n) += wide(weights(r, k, gate)) * wide(before(r, n));
    output(k, gate, n) = narrow(gates(k, gate, n));
    bound(output, {6, 4, 5});
    return {output, {weights, before, bias}};
}

/// Products of queries and keys for each head of each sequence.
Layer attention_scores() {
    ImageParam queries = tensor("queries", Int(8), {6, 3, 7, 2}),
               keys = tensor("keys", Int(8), {6, 3, 5, 2});
    RDom r(0, 6, "r");
    Var head("head");
    Func scores("scores"), output("output");
    scores(x, y, head, n) += wide(queries(r, head, y, n)) * wide(keys(r, head, x, n));
    output(x, y, head, n) = narrow(scores(x, y, head, n));
    bound(output, {5, 7, 3, 2});
    return {output, {queries, keys}};
}

/// The window slides along columns, rows and slices.
Layer convolution_3d() {
    ImageParam input = tensor("input", Int(8), {4, 7, 6, 5}),
               weights = tensor("weights", Int(8), {4, 3, 2, 2, 6});
    RDom r(0, 4, 0, 3, 0, 2, 0, 2, "r");
    Var z("z");
    Func sum("sum"), output("output");
    sum(k, x, y, z) +=
        wide(input(r.x, x + r.y, y + r.z, 2 * z + r.w)) * wide(weights(r.x, r.y, r.z, r.w, k));
    output(k, x, y, z) = narrow(sum(k, x, y, z));
    bound(output, {6, 5, 5, 2});
    return {output, {input, weights}};
}

/// A tensor times two matrices, along two of its dimensions (MTTKRP).
Layer three_factors() {
    ImageParam a = tensor("a", Int(8), {6, 5, 7}), b = tensor("b", Int(8), {4, 6}),
               d = tensor("d", Int(8), {4, 5});
    RDom r(0, 6, 0, 5, "r");
    Func sum("sum"), output("output");
    sum(k, n) += wide(a(r.x, r.y, n)) * wide(b(k, r.x)) * wide(d(k, r.y));
    output(k, n) = narrow(sum(k, n));
    bound(output, {4, 7});
    return {output, {a, b, d}};
}

/// No weights, and no sums.
Layer max_pooling() {
    ImageParam input = tensor("input", Int(8), {8, 9, 7});
    RDom r(0, 3, 0, 3, "r");
    Func greatest("greatest"), output("output");
    greatest(c, x, y) = cast<int8_t>(-128);
    greatest(c, x, y) = max(greatest(c, x, y), input(c, 2 * x + r.x, 2 * y + r.y));
    output(c, x, y) = greatest(c, x, y);
    bound(output, {8, 4, 3});
    return {output, {input}};
}

/// A convolution as mathematics has it: the kernel runs backwards. Two loops are one dimension of
/// the input.
Layer backwards() {
    ImageParam input = tensor("input", Int(8), {24, 11}),
               weights = tensor("weights", Int(8), {4, 6, 3, 5});
    RDom r(0, 4, 0, 6, 0, 3, "r");
    Func sum("sum"), output("output");
    sum(k, x) += wide(input(r.x + 4 * r.y, x + 2 - r.z)) * wide(weights(r.x, r.y, r.z, k));
    output(k, x) = narrow(sum(k, x));
    bound(output, {5, 9});
    return {output, {input, weights}};
}

/// Distances between blocks: the sum of no products, and windows in both operands.
Layer distances() {
    ImageParam a = tensor("a", Int(8), {12}), b = tensor("b", Int(8), {17});
    RDom r(0, 5, "r");
    Func sum("sum"), output("output");
    sum(x, y) += abs(wide(a(x + r)) - wide(b(2 * y + r)));
    output(x, y) = cast<int16_t>(sum(x, y));
    bound(output, {8, 7});
    return {output, {a, b}};
}

/// Halide's inline reduction over the size of a tensor, and a zero point of each filter, which is
/// an operand, too.
Layer inline_sum() {
    ImageParam a = tensor("a", UInt(8), {10, 6}), weights = tensor("weights", Int(8), {10, 7}),
               zero = tensor("zero", Int(8), {7});
    RDom r(a.dim(0).min(), a.dim(0).extent(), "r");
    Func output("output");
    output(k, n) =
        narrow(sum(r, wide(a(r, n)) * (wide(weights(r, k)) - wide(zero(k))), "products"));
    bound(output, {7, 6});
    return {output, {a, weights, zero}};
}

} // namespace

const std::vector<Pipeline> &pipelines() {
    static const std::vector<Pipeline> all = {
        {"convolution_nhwc",
         convolution_nhwc,
         "N=2 K=12 C=8 OY=5 OX=6 FY=3 FX=3 stride=1 groups=1",
         {"constant_exterior", "weights"},
         "sum"},
        {"convolution_nchw",
         convolution_nchw,
         "N=1 K=8 C=4 OY=4 OX=5 FY=3 FX=3 stride=2 groups=1 input=OX weights=FX output=OX",
         {"input", "weights"},
         "sum"},
        {"depthwise",
         depthwise,
         "N=1 K=12 C=12 OY=5 OX=6 FY=3 FX=3 stride=1 groups=12 weights=G",
         {"input", "weights"},
         "sum"},
        {"grouped",
         grouped,
         "N=1 K=12 C=12 OY=3 OX=4 FY=3 FX=3 stride=1 groups=3",
         {"group", "weights"},
         "sum"},
        {"matrix_batch",
         matrix_batch,
         "N=10 K=24 C=36 OY=1 OX=1 FY=1 FX=1 stride=1 groups=3 weights=K",
         {"a", "b"},
         "product"},
        {"lstm_gate",
         lstm_gate,
         "N=4 K=16 C=24 OY=1 OX=1 FY=1 FX=1 stride=1 groups=1",
         {"before", "weights"},
         "gate"},
        {"convolution_1d",
         convolution_1d,
         "N=1 K=8 C=8 OY=1 OX=10 FY=1 FX=3 stride=2 groups=1",
         {"input", "weights"},
         "sum"},
        {"fully_connected",
         fully_connected,
         "N=4 K=10 C=6 OY=1 OX=1 FY=3 FX=4 stride=1 groups=1",
         {"input", "weights"},
         "sum"},
        {"convolution_nchw_padded",
         convolution_nchw_padded,
         "N=1 K=8 C=4 OY=6 OX=12 FY=3 FX=3 stride=1 groups=1 input=OX weights=FX output=OX",
         {"constant_exterior", "weights"},
         "sum"},
        {"convolution_nchw_clamped",
         convolution_nchw_clamped,
         "N=1 K=8 C=4 OY=6 OX=8 FY=3 FX=3 stride=1 groups=1 input=none output=OX",
         {"repeat_edge", "weights"},
         "sum"},
        {"matrix_transposed",
         matrix_transposed,
         "N=16 K=12 C=24 OY=1 OX=1 FY=1 FX=1 stride=1 groups=1 input=N weights=K",
         {"b", "a"},
         "product"},
        {"one_channel",
         one_channel,
         "N=1 K=8 C=1 OY=7 OX=12 FY=3 FX=3 stride=1 groups=1 weights=none",
         {"input", "picked"},
         "sum"},
        {"dilated",
         dilated,
         "N=1 K=8 C=4 OY=7 OX=6 FY=3 FX=3 stride_x=3 stride_y=1 dilation_x=2 dilation_y=4 groups=1",
         {"constant_exterior", "weights"},
         "sum"},
        {"lstm_gates",
         lstm_gates,
         "N=1 K=5 C=12 OY=4 OX=6 FY=1 FX=1 stride=1 groups=1 output=OX",
         {"weights", "before"},
         "gates"},
        {"attention_scores",
         attention_scores,
         "C=6 G2=2 G=3 K=5 N=7: output(G, G2, K dense, N) += input(C dense, G, G2, N) * "
         "weights(C dense, G, G2, K)",
         {"queries", "keys"},
         "scores"},
        {"convolution_3d",
         convolution_3d,
         "C=4 FX=3 FY=2 FZ=2 K=6 OX=5 OY=5 OZ=2: output(K dense, OX, OY, OZ) += "
         "input(C dense, FX + OX, FY + OY, FZ + 2 OZ) * weights(C dense, FX, FY, FZ, K)",
         {"input", "weights"},
         "sum"},
        {"three_factors",
         three_factors,
         "C2=5 C=6 K=4 N=7: output(K dense, N) += input(C dense, C2, N) * weights(C, K dense) * "
         "weights2(C2, K dense)",
         {"a", "b", "d"},
         "sum"},
        {"max_pooling",
         max_pooling,
         "FX=3 FY=3 G=8 OX=4 OY=3: output(G dense, OX, OY) += input(FX + 2 OX, FY + 2 OY, G dense)",
         {"input"},
         "greatest"},
        {"backwards",
         backwards,
         "C=4 FX=3 FY=6 K=5 OX=9: output(K dense, OX) += input(C + 4 FY dense, FX + OX) * "
         "weights(C dense, FX, FY, K)",
         {"input", "weights"},
         "sum"},
        {"distances",
         distances,
         "FX=5 K=7 OX=8: output(K, OX dense) += input(FX + OX dense) * weights(FX + 2 K dense)",
         {"a", "b"},
         "sum"},
        {"inline_sum",
         inline_sum,
         "C=10 K=7 N=6: output(K dense, N) += input(C dense, N) * weights(C dense, K) * "
         "weights2(K dense)",
         {"a", "weights", "zero"},
         "products"}};
    return all;
}

} // namespace Orrery::test
