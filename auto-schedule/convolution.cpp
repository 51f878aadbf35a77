#include "auto-schedule/convolution.h"

namespace Orrery::scheduling {

using namespace Halide;

namespace {

RDom kernel(const ConvolutionLayer &layer) {
    return RDom(0, layer.channels, 0, layer.kernel_width, 0, layer.kernel_height, "r");
}

/// Of the input, at which a tap of the kernel lies.
Expr column(const ConvolutionLayer &layer, const Var &x, const RDom &r) {
    return x * int(layer.stride.x) + r.y * int(layer.dilation.x) - layer.pad_x();
}
Expr row(const ConvolutionLayer &layer, const Var &y, const RDom &r) {
    return y * int(layer.stride.y) + r.z * int(layer.dilation.y) - layer.pad_y();
}

Expr product(const Expr &input, const Expr &weight) {
    return cast<int32_t>(input) * cast<int32_t>(weight);
}

Expr requantised(const Expr &sum) { return saturating_cast<int8_t>(rounding_shift_right(sum, 7)); }

} // namespace

Convolution::Convolution(const ConvolutionLayer &layer, const Func &in, const Func &w,
                         const Func &first)
    : input(in), weights(w), bias(first), r(kernel(layer)) {
    padded(c, x, y, b) = BoundaryConditions::constant_exterior(
        input, 0, {Range(), {0, layer.input_width()}, {0, layer.input_height()}, Range()})(c, x, y,
                                                                                           b);
    sum(k, x, y, b) = bias(k);
    sum(k, x, y, b) +=
        product(padded(r.x, column(layer, x, r), row(layer, y, r), b), weights(r.x, r.y, r.z, k));
    output(k, x, y, b) = requantised(sum(k, x, y, b));
    output.bound(k, 0, layer.filters)
        .bound(x, 0, layer.width)
        .bound(y, 0, layer.height)
        .bound(b, 0, layer.batch);
}

GroupedConvolution::GroupedConvolution(const ConvolutionLayer &layer, int groups, const Func &input,
                                       const Func &weights, const Func &bias)
    : r(kernel(layer)) {
    padded(c, g, x, y, b) = BoundaryConditions::constant_exterior(
        input, 0, {Range(), Range(), {0, layer.input_width()}, {0, layer.input_height()}, Range()})(
        c, g, x, y, b);
    sum(k, g, x, y, b) = bias(k, g);
    sum(k, g, x, y, b) += product(padded(r.x, g, column(layer, x, r), row(layer, y, r), b),
                                  weights(r.x, r.y, r.z, k, g));
    output(k, g, x, y, b) = requantised(sum(k, g, x, y, b));
    output.bound(k, 0, layer.filters)
        .bound(g, 0, groups)
        .bound(x, 0, layer.width)
        .bound(y, 0, layer.height)
        .bound(b, 0, layer.batch);
}

} // namespace Orrery::scheduling
