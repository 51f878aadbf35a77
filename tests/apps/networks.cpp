#include "tests/apps/networks.h"

#include "tests/apps/plain_requantise.h"
#include "tests/apps/quantised.h"

#include <algorithm>
#include <cmath>

namespace Orrery::test {

namespace {

void plain_mlp(const AppCase &app, const Tensors &t, const std::vector<int> &sizes) {
    for (int i = 0; i < app.number("batch", 4); i++) {
        std::vector<int64_t> before;
        for (int l = 0; l < sizes[0]; l++) {
            before.push_back(t.get("input", {l, i}));
        }
        for (size_t n = 1; n < sizes.size(); n++) {
            const std::string of = std::to_string(n);
            std::vector<int64_t> after;
            for (int j = 0; j < sizes[n]; j++) {
                int64_t sum = t.get("bias" + of, {j});
                for (int l = 0; l < sizes[n - 1]; l++) {
                    sum += before[size_t(l)] * t.get("weights" + of, {l, j});
                }
                const int64_t scaled =
                    plain_scale("tflite", sum, int32_t(app.scalars.at("multiplier" + of)),
                                int(app.scalars.at("shift" + of)));
                after.push_back(std::clamp<int64_t>(scaled, n + 1 < sizes.size() ? 0 : -128, 127));
            }
            before = after;
        }
        for (int j = 0; j < sizes.back(); j++) {
            t.set("output", {j, i}, before[size_t(j)]);
        }
    }
}

int64_t to_int8(int64_t value) { return std::clamp<int64_t>(value, -128, 127); }

void plain_attention(const AppCase &app, const Tensors &t) {
    const int length = app.number("length", 16), features = app.number("features", 16);
    auto scaled = [&](int64_t sum, const std::string &of) {
        return to_int8(plain_scale("tflite", sum, int32_t(app.scalars.at(of + "_multiplier")),
                                   int(app.scalars.at(of + "_shift"))));
    };
    for (int h = 0; h < app.number("heads", 2); h++) {
        for (int q = 0; q < length; q++) {
            std::vector<int64_t> scores, weights, shares;
            for (int k = 0; k < length; k++) {
                int64_t sum = 0;
                for (int d = 0; d < features; d++) {
                    sum += t.get("query", {d, q, h}) * t.get("key", {d, k, h});
                }
                scores.push_back(scaled(sum, "score"));
            }
            const int64_t highest = *std::max_element(scores.begin(), scores.end());
            int64_t total = 0;
            for (int64_t score : scores) {
                weights.push_back(std::lround(32768 * std::exp(double(score - highest) / 16)));
                total += weights.back();
            }
            const int64_t inverse = (int64_t(1) << 31) / std::max<int64_t>(total, 1);
            for (int64_t weight : weights) {
                shares.push_back(std::min<int64_t>((weight * inverse + (1 << 22)) >> 23, 255));
            }
            for (int d = 0; d < features; d++) {
                int64_t sum = 0;
                for (int k = 0; k < length; k++) {
                    sum += shares[size_t(k)] * t.get("value", {d, k, h});
                }
                t.set("output", {d, q, h}, scaled(sum, "output"));
            }
        }
    }
}

} // namespace

AppCase mlp_case(const std::string &name, const std::string &parameters,
                 const std::vector<int> &sizes) {
    AppCase app;
    app.name = name;
    app.generator = "mlp";
    app.parameters = parameters_of(parameters);
    std::string text;
    for (int size : sizes) {
        text += (text.empty() ? "" : ",") + std::to_string(size);
    }
    app.parameters["sizes"] = text;
    for (size_t n = 1; n < sizes.size(); n++) {
        app.scalars["multiplier" + std::to_string(n)] = 1234567890 + int64_t(n) * 99'999;
        app.scalars["shift" + std::to_string(n)] = -8;
    }
    app.prepare = [count = sizes.size()](const Tensors &t, std::mt19937 &dice) {
        for (size_t n = 1; n < count; n++) {
            const std::string bias = "bias" + std::to_string(n);
            t.each(bias, [&](const std::vector<int> &at) {
                t.set(bias, at, int(dice() % 20000) - 10000);
            });
        }
    };
    app.plain = [sizes](const AppCase &a, const Tensors &t) { plain_mlp(a, t, sizes); };
    return app;
}

AppCase attention_case(const std::string &name, const std::string &parameters) {
    AppCase app;
    app.name = name;
    app.generator = "attention";
    app.parameters = parameters_of(parameters);
    app.scalars = {{"score_multiplier", 1500000000},
                   {"score_shift", -8},
                   {"output_multiplier", 1900000000},
                   {"output_shift", -6}};
    app.prepare = [](const Tensors &, std::mt19937 &) {};
    app.plain = plain_attention;
    return app;
}

} // namespace Orrery::test
