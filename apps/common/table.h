#pragma once
#include <Halide.h>

#include <cmath>
#include <functional>
#include <vector>

/// Functions of one small integer as tables of constants, computed while the hardware is made. A
/// table is a tree of selections by the bits of its index, which synthesis tools turn into the
/// logic of a read-only memory.
namespace table {

/// values[index]; their number is a power of two, and `index`, an unsigned integer, is less.
inline Halide::Expr look_up(const std::vector<int> &values, const Halide::Expr &index,
                            const Halide::Type &type) {
    using namespace Halide;
    std::vector<Expr> level;
    for (int value : values) {
        level.push_back(cast(type, value));
    }
    for (int bit = 0; level.size() > 1; bit++) {
        const Expr high = (index & cast(index.type(), 1 << bit)) != cast(index.type(), 0);
        std::vector<Expr> next;
        for (size_t i = 0; i < level.size(); i += 2) {
            next.push_back(select(high, level[i + 1], level[i]));
        }
        level = next;
    }
    return level[0];
}

/// The table of f over all values of an int8, in the order of their bits: f gets -128 to 127.
inline std::vector<int> of_int8(const std::function<double(int)> &f) {
    std::vector<int> values;
    for (int bits = 0; bits < 256; bits++) {
        values.push_back(int(std::lround(f(bits < 128 ? bits : bits - 256))));
    }
    return values;
}

/// Sigmoid and hyperbolic tangent of a fixed-point number with 4 digits behind the point; results
/// with 15.
inline Halide::Expr sigmoid(const Halide::Expr &value) {
    static const std::vector<int> values =
        of_int8([](int v) { return 32767 / (1 + std::exp(-v / 16.0)); });
    return look_up(values, Halide::cast<uint8_t>(value), Halide::Int(16));
}
inline Halide::Expr tanh(const Halide::Expr &value) {
    static const std::vector<int> values =
        of_int8([](int v) { return 32767 * std::tanh(v / 16.0); });
    return look_up(values, Halide::cast<uint8_t>(value), Halide::Int(16));
}

} // namespace table
