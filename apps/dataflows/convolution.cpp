#include "convolution.h"

namespace dataflows {
using namespace Halide;

Convolution::Convolution(const Layer &layer, const Func &in, const Func &w, const Func &first)
    : input(in), weights(w), bias(first),
      r(0, layer.channels, 0, layer.kernel_width, 0, layer.kernel_height, "r") {
    padded(c, x, y, b) = BoundaryConditions::constant_exterior(
        input, 0,
        {{Expr(), Expr()}, {0, layer.input_width()}, {0, layer.input_height()}, {Expr(), Expr()}})(
        c, x, y, b);
    const Expr column =
        x * layer.stride + r.y * layer.dilation - layer.reach(layer.kernel_width) / 2;
    const Expr row = y * layer.stride + r.z * layer.dilation - layer.reach(layer.kernel_height) / 2;
    sum(k, x, y, b) = bias(k);
    sum(k, x, y, b) +=
        cast<int32_t>(padded(r.x, column, row, b)) * cast<int32_t>(weights(r.x, r.y, r.z, k));
    output(k, x, y, b) = saturating_cast<int8_t>(rounding_shift_right(sum(k, x, y, b), 7));
    output.bound(k, 0, layer.filters)
        .bound(x, 0, layer.width)
        .bound(y, 0, layer.height)
        .bound(b, 0, layer.batch);
}

} // namespace dataflows
