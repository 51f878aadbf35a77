#include "tests/apps/conv2d.h"

#include "tests/apps/quantised.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace Orrery::test {

namespace {

/// sum over the window of one output element of (input - its zero point) (weight - its zero point);
/// outside of the input is nothing.
int32_t convolve(const AppCase &app, const Tensors &t, const std::vector<int> &at) {
    const int k = at[0], g = at[1], x = at[2], y = at[3], n = at[4];
    const bool transposed = app.text("transposed", "false") == "true";
    const int stride_x = app.number("stride_x", 1), stride_y = app.number("stride_y", 1);
    int32_t sum = int32_t(t.get("bias", {k, g}));
    for (int c = 0; c < t.extent("weights", 0); c++) {
        for (int i = 0; i < t.extent("weights", 1); i++) {
            for (int j = 0; j < t.extent("weights", 2); j++) {
                int from_x =
                    x * stride_x + i * app.number("dilation_x", 1) - app.number("pad_left", 1);
                int from_y =
                    y * stride_y + j * app.number("dilation_y", 1) - app.number("pad_top", 1);
                if (transposed) { // each input pixel adds a window to the output: which of them
                                  // reach this one?
                    from_x = x + app.number("pad_left", 1) - i;
                    from_y = y + app.number("pad_top", 1) - j;
                    if (from_x % stride_x != 0 || from_y % stride_y != 0) {
                        continue;
                    }
                    from_x /= stride_x;
                    from_y /= stride_y;
                }
                if (from_x < 0 || from_y < 0 || from_x >= t.extent("input", 2) ||
                    from_y >= t.extent("input", 3)) {
                    continue;
                }
                sum += int32_t(
                    (t.get("input", {c, g, from_x, from_y, n}) - app.scalars.at("input_zero")) *
                    (t.get("weights", {c, i, j, k, g}) - app.scalars.at("weights_zero")));
            }
        }
    }
    return sum;
}

void plain(const AppCase &app, const Tensors &t) {
    t.each("output", [&](const std::vector<int> &at) {
        t.set("output", at, requantised(app, t, convolve(app, t, at), {at[0], at[1]}));
    });
}

} // namespace

AppCase conv2d_case(const std::string &name, const std::string &parameters, unsigned seed) {
    AppCase app;
    app.name = name;
    app.generator = "conv2d";
    app.parameters = parameters_of(parameters);
    const std::vector<int> channels{app.number("filters", 16), app.number("groups", 1)};
    set_quantisation(app, "input", "weights", channels, seed);
    app.plain = plain;
    return app;
}

} // namespace Orrery::test
