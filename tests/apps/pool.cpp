#include "tests/apps/pool.h"

#include "tests/apps/plain_requantise.h"
#include "tests/apps/quantised.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace Orrery::test {

namespace {

int64_t scalar(const AppCase &app, const std::string &name, int64_t otherwise) {
    auto found = app.scalars.find(name);
    return found == app.scalars.end() ? otherwise : found->second;
}

int64_t saturated(const AppCase &app, int64_t value) {
    const bool natural = app.text("output.type", "int8") == "uint8";
    value = std::clamp(value, scalar(app, "output_min", -32768), scalar(app, "output_max", 32767));
    return std::clamp<int64_t>(value, natural ? 0 : -128, natural ? 255 : 127);
}

void plain_pool(const AppCase &app, const Tensors &t) {
    const std::string kind = app.text("kind", "max");
    const int width = t.extent("input", 1), height = t.extent("input", 2);
    const int window_x = app.number("kernel_width", 2) > 0 ? app.number("kernel_width", 2) : width;
    const int window_y =
        app.number("kernel_height", 2) > 0 ? app.number("kernel_height", 2) : height;
    t.each("output", [&](const std::vector<int> &at) {
        int64_t sum = 0, count = 0, most = std::numeric_limits<int64_t>::min();
        for (int i = 0; i < window_x; i++) {
            for (int j = 0; j < window_y; j++) {
                const int x = at[1] * app.number("stride_x", 2) + i - app.number("pad_left", 0);
                const int y = at[2] * app.number("stride_y", 2) + j - app.number("pad_top", 0);
                if (x >= 0 && x < width && y >= 0 && y < height) {
                    const int64_t pixel = t.get("input", {at[0], x, y, at[3]});
                    most = std::max(most, pixel);
                    sum += pixel - (kind == "scaled" ? scalar(app, "input_zero", 0) : 0);
                    count++;
                }
            }
        }
        int64_t value = most;
        if (kind == "average") {
            value = std::llround(double(sum) / double(count)); // halves away from zero
        } else if (kind == "scaled") {
            value = plain_scale("onnx", sum, int32_t(app.scalars.at("multiplier")),
                                int(app.scalars.at("shift"))) +
                    scalar(app, "output_zero", 0);
        }
        t.set("output", at, saturated(app, value));
    });
}

void plain_residual_add(const AppCase &app, const Tensors &t) {
    auto scaled = [&](const std::string &name, const std::vector<int> &at) {
        return plain_scale("tflite", (t.get(name, at) - app.scalars.at(name + "_zero")) << 20,
                           int32_t(app.scalars.at(name + "_multiplier")),
                           int(app.scalars.at(name + "_shift")));
    };
    t.each("output", [&](const std::vector<int> &at) {
        const int64_t sum = plain_scale("tflite", scaled("a", at) + scaled("b", at),
                                        int32_t(app.scalars.at("output_multiplier")),
                                        int(app.scalars.at("output_shift")));
        t.set("output", at, saturated(app, sum + app.scalars.at("output_zero")));
    });
}

AppCase case_of(const std::string &generator, const std::string &name,
                const std::string &parameters, const std::map<std::string, int64_t> &scalars) {
    AppCase app;
    app.name = name;
    app.generator = generator;
    app.parameters = parameters_of(parameters);
    app.scalars = scalars;
    app.prepare = [](const Tensors &, std::mt19937 &) {};
    return app;
}

} // namespace

AppCase pool_case(const std::string &name, const std::string &parameters,
                  const std::map<std::string, int64_t> &scalars) {
    AppCase app = case_of("pool", name, parameters, scalars);
    app.plain = plain_pool;
    if (app.text("kind", "max") == "scaled") { // as a model of ONNX has it
        const float input_scale = 0.021f, output_scale = 0.013f;
        const float scale =
            input_scale / (output_scale * float(app.number("width", 8) * app.number("height", 8)));
        int exponent = 0;
        app.scalars["multiplier"] = int64_t(std::ldexp(std::frexp(scale, &exponent), 24));
        app.scalars["shift"] = 24 - exponent;
        app.notes["input_scale"] = "0.021";
        app.notes["output_scale"] = "0.013";
    }
    return app;
}

AppCase residual_add_case(const std::string &name, const std::string &parameters,
                          const std::map<std::string, int64_t> &scalars) {
    AppCase app = case_of("residual_add", name, parameters, scalars);
    app.plain = plain_residual_add;
    return app;
}

} // namespace Orrery::test
