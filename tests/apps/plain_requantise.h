#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

/// TFLite's and ONNX's requantisation as their definitions say it, for comparison with
/// apps/common/requantise.h.
namespace Orrery::test {

/// gemmlowp's SaturatingRoundingDoublingHighMul.
inline int32_t doubling_high_multiply(int32_t a, int32_t b) {
    if (a == b && a == std::numeric_limits<int32_t>::min()) {
        return std::numeric_limits<int32_t>::max();
    }
    const int64_t product = int64_t(a) * int64_t(b);
    const int64_t nudge = product >= 0 ? (int64_t(1) << 30) : 1 - (int64_t(1) << 30);
    return int32_t((product + nudge) / (int64_t(1) << 31)); // rounds to zero
}

/// value / 2^exponent, halves away from zero.
inline int32_t divide_by_power_of_two(int32_t value, int exponent) {
    return int32_t(std::llround(std::ldexp(double(value), -exponent)));
}

inline int64_t plain_scale(const std::string &rule, int64_t wide_sum, int32_t multiplier,
                           int shift) {
    const int32_t sum = int32_t(wide_sum);
    if (rule == "tflite_16x8") { // the multiplier has 16 bits then
        const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
        const int total = 15 - shift;
        return int32_t((wide_sum * int64_t(reduced) + (int64_t(1) << (total - 1))) >> total);
    }
    if (rule == "tflite") {
        const int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
        const int32_t scaled = int32_t(uint32_t(sum) << left);
        return divide_by_power_of_two(doubling_high_multiply(scaled, multiplier), right);
    }
    if (rule == "tflite_single") {
        const int total = 31 - shift;
        return (int64_t(sum) * multiplier + (int64_t(1) << (total - 1))) >> total;
    }
    if (rule == "onnx") { // the float32 product, as it is computed in onnxruntime
        const float scale = std::ldexp(float(multiplier), -shift);
        const volatile float converted = float(sum);
        const volatile float product = converted * scale;
        return std::llrint(std::nearbyint(product));
    }
    return wide_sum;
}

} // namespace Orrery::test
