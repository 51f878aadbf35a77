// apps/common/requantise.h, computed by Halide, against the definitions with float32 and with
// rounding divisions.
#include "apps/common/requantise.h"
#include "tests/apps/plain_requantise.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace Orrery;

namespace {

struct Values {
    explicit Values(int count) : sum(count), multiplier(count), shift(count) {}
    Halide::Buffer<int32_t> sum, multiplier;
    Halide::Buffer<int8_t> shift;
};

/// Triples whose results lie around an 8-bit output, most of them near a half between two integers.
Values random_values(const std::string &rule, int count) {
    std::mt19937 dice(1);
    Values values(count);
    for (int i = 0; i < count; i++) {
        const bool onnx = rule == "onnx";
        const int bits = onnx ? 24 : 31;
        int32_t multiplier = int32_t((1u << (bits - 1)) + dice() % (1u << (bits - 1)));
        if (i % 5 == 0) {
            multiplier &= ~((1 << (bits - 4)) - 1); // few digits: exact halves
        }
        const int right = rule == "tflite_16x8"
                              ? int(dice() % 16)
                              : int(dice() % 22); // scale is multiplier / 2^bits / 2^right
        const double scale = std::ldexp(multiplier, -bits - right);
        const double wanted = (int(dice() % 600) - 300 + (i % 4 ? 0.5 : 0.25)) / scale;
        const double sum =
            std::clamp(std::round(wanted) + int(dice() % 5) - 2, -2147483648.0, 2147483647.0);
        values.sum(i) = i % 7 == 6 ? int32_t(dice()) : int32_t(sum);
        values.multiplier(i) = multiplier;
        values.shift(i) = int8_t(onnx ? bits + right : -right);
    }
    return values;
}

} // namespace

TEST_CASE("sums are scaled exactly as TFLite and ONNX define it") {
    const int count = 1'000'000;
    for (const auto &[name, rule] : requantise::rule_names()) {
        Values values = random_values(name, count);
        Halide::Func scaled("scaled");
        Halide::Var i("i");
        scaled(i) = Halide::cast<int64_t>(
            requantise::scale(rule, values.sum(i), values.multiplier(i), values.shift(i)));
        Halide::Buffer<int64_t> result = scaled.realize({count});
        int differing = 0, first = -1;
        for (int n = 0; n < count; n++) {
            if (result(n) !=
                    test::plain_scale(name, values.sum(n), values.multiplier(n), values.shift(n)) &&
                differing++ == 0) {
                first = n;
            }
        }
        INFO(name << ": " << differing << " differ"
                  << (first < 0 ? ""
                                : ", the first: " + std::to_string(values.sum(first)) + " * " +
                                      std::to_string(values.multiplier(first)) + ", shift " +
                                      std::to_string(values.shift(first)) + " gives " +
                                      std::to_string(result(first))));
        CHECK(differing == 0);
    }
}

TEST_CASE("float32 rounds some products twice, which one rounding does not reproduce") {
    const int count = 1'000'000;
    Values values = random_values("onnx", count);
    int differing = 0;
    for (int n = 0; n < count; n++) {
        const double once = std::nearbyint(
            std::ldexp(double(values.sum(n)) * values.multiplier(n), -values.shift(n)));
        differing += int64_t(once) != test::plain_scale("onnx", values.sum(n), values.multiplier(n),
                                                        values.shift(n));
    }
    CHECK(differing > 100);
}
