#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

/// The fixed-point functions of recurrent cells, for comparison with apps/recurrent: sigmoid and
/// hyperbolic tangent are those of the C library.
namespace Orrery::test {

inline int64_t clamped(int64_t value, int bits) {
    const int64_t most = (int64_t(1) << (bits - 1)) - 1;
    return std::clamp(value, -most - 1, most);
}

/// value / 2^bits to the nearest, halves upwards.
inline int64_t rounded(int64_t value, int bits) {
    return int64_t(std::floor(std::ldexp(double(value), -bits) + 0.5));
}

inline int64_t sigmoid(int64_t gate) {
    return std::lround(32767 / (1 + std::exp(-double(gate) / 16)));
}
inline int64_t hyperbolic(int64_t gate) {
    return std::lround(32767 * std::tanh(double(gate) / 16));
}

} // namespace Orrery::test
