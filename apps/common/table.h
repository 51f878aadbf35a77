#pragma once
#include <Halide.h>

#include <cmath>
#include <functional>
#include <string>

/// Functions of one small integer as tables of constants, computed while the hardware is made: each
/// is a Buffer with fixed contents, which becomes logic in the datapath that reads it.
namespace table {

/// The table of f over `count` integers from `first` on.
template <typename T>
Halide::Buffer<T> of(const std::string &name, int first, int count,
                     const std::function<double(int)> &f) {
    Halide::Buffer<T> values({count}, name);
    values.set_min(first);
    for (int i = first; i < first + count; i++) {
        values(i) = T(std::lround(f(i)));
    }
    return values;
}

/// Sigmoid and hyperbolic tangent of an int8 with 4 digits behind the point; results with 15.
inline Halide::Expr sigmoid(const Halide::Expr &value) {
    static const Halide::Buffer<int16_t> values = of<int16_t>(
        "sigmoid_table", -128, 256, [](int v) { return 32767 / (1 + std::exp(-v / 16.0)); });
    return values(Halide::cast<int32_t>(value));
}
inline Halide::Expr tanh(const Halide::Expr &value) {
    static const Halide::Buffer<int16_t> values =
        of<int16_t>("tanh_table", -128, 256, [](int v) { return 32767 * std::tanh(v / 16.0); });
    return values(Halide::cast<int32_t>(value));
}

} // namespace table
