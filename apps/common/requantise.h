#pragma once
#include <Halide.h>

/// From 32-bit sums to quantised outputs, exactly as TFLite and ONNX define it. Everything is
/// integer arithmetic.
namespace requantise {

enum class Rule {
    None,         ///< the 32-bit sum itself (ONNX ConvInteger, MatMulInteger)
    TFLite,       ///< MultiplyByQuantizedMultiplier: two roundings, the default build of TFLite
    TFLiteSingle, ///< the same with TFLITE_SINGLE_ROUNDING
    TFLite16x8,   ///< its overload for 64-bit sums, of int16 layers with int8 weights
    Onnx          ///< QLinearConv, QLinearMatMul: float32 product, half to even
};

/// The values of a generator's parameter.
inline const std::map<std::string, Rule> &rule_names() {
    static const std::map<std::string, Rule> names = {{"none", Rule::None},
                                                      {"tflite", Rule::TFLite},
                                                      {"tflite_single", Rule::TFLiteSingle},
                                                      {"tflite_16x8", Rule::TFLite16x8},
                                                      {"onnx", Rule::Onnx}};
    return names;
}

/// value / 2^distance to the nearest integer, halves to the even one. uint64, distance 0 to 63.
inline Halide::Expr shift_half_even(const Halide::Expr &value, const Halide::Expr &distance) {
    using namespace Halide;
    const Expr one = cast<uint64_t>(1);
    const Expr quotient = value >> distance;
    const Expr rest = value & ((one << distance) - one);
    const Expr half = (one << distance) >> one;
    const Expr up = rest != cast<uint64_t>(0) && rest + (quotient & one) > half;
    return quotient + cast<uint64_t>(up);
}

/// The value with its 24 highest bits, rounded half to even: what float32 keeps of it.
inline Halide::Expr float_precision(const Halide::Expr &value) {
    using namespace Halide;
    const Expr excess = max(40 - cast<int32_t>(count_leading_zeros(value)), 0);
    const Expr distance = cast<uint64_t>(excess);
    return shift_half_even(value, distance) << distance;
}

/// round_half_even(float(sum) * scale), each step in float32, where scale = multiplier / 2^shift
/// with a `multiplier` of at most 24 bits (a float32 has no more). Where scale is so small that
/// shift would be more than 63, 63 gives the same.
inline Halide::Expr onnx(const Halide::Expr &sum, const Halide::Expr &multiplier,
                         const Halide::Expr &shift) {
    using namespace Halide;
    const Expr magnitude = float_precision(cast<uint64_t>(abs(sum)));
    const Expr product = float_precision(magnitude * cast<uint64_t>(cast<uint32_t>(multiplier)));
    const Expr rounded =
        cast<int64_t>(shift_half_even(product, cast<uint64_t>(min(cast<uint8_t>(shift), 63))));
    return select(sum < 0, -rounded, rounded);
}

/// TFLite's MultiplyByQuantizedMultiplier: sum * multiplier * 2^(shift - 31). A doubling high
/// multiplication that rounds halves up, then a shift to the right that rounds halves away from
/// zero. `multiplier` is not negative, `shift` is -31 to 30; left shifts wrap, as there.
inline Halide::Expr tflite(const Halide::Expr &sum, const Halide::Expr &multiplier,
                           const Halide::Expr &shift) {
    using namespace Halide;
    const Expr distance = clamp(cast<int32_t>(shift), -31, 30);
    const Expr scaled = sum << max(distance, 0);
    const Expr product = cast<int64_t>(scaled) * cast<int64_t>(multiplier);
    const Expr high = cast<int32_t>((product + (1 << 30)) >> 31);
    const Expr right = max(-distance, 0);
    const Expr mask = cast<int32_t>((cast<int64_t>(1) << cast<int64_t>(right)) - 1);
    const Expr threshold = (mask >> 1) + cast<int32_t>(high < 0);
    return (high >> right) + cast<int32_t>((high & mask) > threshold);
}

/// The same in a build with TFLITE_SINGLE_ROUNDING: one shift that rounds halves up.
inline Halide::Expr tflite_single(const Halide::Expr &sum, const Halide::Expr &multiplier,
                                  const Halide::Expr &shift) {
    using namespace Halide;
    const Expr total = cast<int64_t>(31 - clamp(cast<int32_t>(shift), -31, 30));
    const Expr product = cast<int64_t>(sum) * cast<int64_t>(multiplier);
    return cast<int32_t>((product + ((cast<int64_t>(1) << total) >> 1)) >> total);
}

/// MultiplyByQuantizedMultiplier of an int64: the multiplier is rounded to 16 bits, the product
/// once, halves up. shift is -31 to 14.
inline Halide::Expr tflite_16x8(const Halide::Expr &sum, const Halide::Expr &multiplier,
                                const Halide::Expr &shift) {
    using namespace Halide;
    const Expr reduced = select(multiplier < 0x7FFF0000, (multiplier + (1 << 15)) >> 16, 0x7FFF);
    const Expr total = cast<int64_t>(15 - clamp(cast<int32_t>(shift), -31, 14));
    const Expr product = cast<int64_t>(sum) * cast<int64_t>(reduced);
    return cast<int32_t>((product + ((cast<int64_t>(1) << total) >> 1)) >> total);
}

/// By the rule, without zero point and clamp; an int32 or an int64.
inline Halide::Expr scale(Rule rule, const Halide::Expr &sum, const Halide::Expr &multiplier,
                          const Halide::Expr &shift) {
    switch (rule) {
    case Rule::TFLite:
        return tflite(sum, multiplier, shift);
    case Rule::TFLiteSingle:
        return tflite_single(sum, multiplier, shift);
    case Rule::TFLite16x8:
        return tflite_16x8(sum, multiplier, shift);
    case Rule::Onnx:
        return onnx(sum, multiplier, shift);
    case Rule::None:
        break;
    }
    return sum;
}

} // namespace requantise
