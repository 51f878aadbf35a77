#include "tests/apps/quantised.h"

#include "tests/apps/plain_requantise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace Orrery::test {

namespace {

int between(std::mt19937 &dice, int low, int high) {
    return low + int(dice() % unsigned(high - low + 1));
}

struct Range {
    int low, high;
};

Range range_of(const std::string &type) {
    return type == "uint8"   ? Range{0, 255}
           : type == "int16" ? Range{-32768, 32767}
                             : Range{-128, 127};
}

struct Scale {
    int32_t multiplier;
    int shift;
};

/// A float32 as multiplier / 2^shift.
Scale of_float(float scale) {
    int exponent = 0;
    const float fraction = std::frexp(scale, &exponent); // 0.5 to 1
    return {int32_t(std::ldexp(fraction, 24)), std::min(24 - exponent, 63)};
}

} // namespace

std::map<std::string, std::string> parameters_of(const std::string &text) {
    std::map<std::string, std::string> parameters;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        parameters[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return parameters;
}

void set_quantisation(AppCase &app, const std::string &left, const std::string &right,
                      const std::vector<int> &channels, unsigned seed) {
    std::mt19937 dice(seed);
    const Range in = range_of(app.text(left + ".type", "int8")),
                out = range_of(app.text("output.type", "int8"));
    Range weight = range_of(app.text(right + ".type", "int8"));
    if (app.text(right + "_packed", "false") == "true") {
        weight = {weight.low / 16, weight.high / 16};
    }
    app.scalars[left + "_zero"] = in.high > 255 ? 0 : between(dice, in.low, in.high);
    // TFLite has weights with a sign without a zero point, and so have most models of ONNX.
    app.scalars[right + "_zero"] = weight.low < 0 ? 0 : between(dice, weight.low, weight.high);
    const std::string rule = app.text("rule", "tflite");
    const bool scaled = rule != "none";
    if (scaled) {
        app.scalars["output_zero"] =
            rule == "tflite_16x8" ? 0 : between(dice, out.low / 2, out.high / 2);
        app.scalars["output_min"] = rule == "onnx" ? out.low : out.low + 20;
        app.scalars["output_max"] = rule == "onnx" ? out.high : out.high - 10;
    }
    // The scales of ONNX: float(input scale * weight scale) / output scale, all float32.
    int count = 1;
    for (int extent : channels) {
        count *= extent;
    }
    const float input_scale = 0.0173f, output_scale = 0.0625f;
    std::vector<float> weight_scales;
    std::vector<Scale> scales;
    for (int i = 0; i < count; i++) {
        const float power = std::ldexp(1.0f, -between(dice, 7, 9)) * output_scale / input_scale;
        weight_scales.push_back(i % 3 == 0 ? power : 0.0001f * float(between(dice, 20, 400)));
        const float product = input_scale * weight_scales.back();
        scales.push_back(rule == "onnx" ? of_float(product / output_scale)
                         : i % 3 == 0
                             ? Scale{1 << 30, -between(dice, 5, 8)}
                             : Scale{between(dice, 1 << 30, 0x7fffffff), between(dice, -9, -4)});
    }
    if (rule == "tflite" && count > 1) {
        scales[1].shift = 2; // scales above 1 shift to the left
    }
    app.notes["input_scale"] = fmt::format("{:.9g}", input_scale);
    app.notes["output_scale"] = fmt::format("{:.9g}", output_scale);
    app.notes["weight_scales"] = fmt::format("[{:.9g}]", fmt::join(weight_scales, ", "));
    app.prepare = [scales, scaled](const Tensors &t, std::mt19937 &random) {
        size_t i = 0;
        if (scaled) {
            t.each("multiplier", [&](const std::vector<int> &at) {
                t.set("multiplier", at, scales[i].multiplier);
                t.set("shift", at, scales[i++].shift);
            });
        }
        if (t.has("bias")) {
            i = 0;
            t.each("bias", [&](const std::vector<int> &at) {
                t.set("bias", at,
                      i++ == 2 ? (1 << 30) + between(random, 0, 1 << 20)
                               : between(random, -20000, 20000));
            });
        }
    };
}

int64_t requantised(const AppCase &app, const Tensors &tensors, int64_t sum,
                    const std::vector<int> &at) {
    const std::string rule = app.text("rule", "tflite");
    if (rule == "none") {
        return sum;
    }
    const int64_t scaled = plain_scale(rule, sum, int32_t(tensors.get("multiplier", at)),
                                       int(tensors.get("shift", at)));
    return std::clamp(scaled + app.scalars.at("output_zero"), app.scalars.at("output_min"),
                      app.scalars.at("output_max"));
}

} // namespace Orrery::test
