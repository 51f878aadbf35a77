#include "tests/apps/networks.h"
#include "tests/apps/plain_cells.h"
#include "tests/apps/plain_requantise.h"
#include "tests/apps/quantised.h"

namespace Orrery::test {

namespace {

/// One gate of one unit in layer d, from the state of the layer before.
int64_t plain_gate(const AppCase &app, const Tensors &t, const std::vector<int64_t> &state, int j,
                   int g, int d, int n, int step) {
    int64_t sum = t.get("bias", {j, g, d});
    for (int l = 0; d == 0 && l < app.number("inputs", 16); l++) {
        sum += t.get("input_weights", {l, j, g}) * t.get("input", {l, n, step});
    }
    for (int l = 0; l < int(state.size()); l++) {
        sum += t.get("weights", {l, j, g, d}) * clamped(rounded(state[size_t(l)], 8), 8);
    }
    return clamped(plain_scale("tflite", sum, int32_t(t.get("multiplier", {g, d})),
                               int(t.get("shift", {g, d}))),
                   8);
}

/// The state behind all layers of a step.
std::vector<int64_t> advance(const AppCase &app, const Tensors &t, std::vector<int64_t> state,
                             int n, int step) {
    for (int d = 0; d < app.number("depth", 2); d++) {
        std::vector<int64_t> next;
        for (int j = 0; j < int(state.size()); j++) {
            const int64_t h = hyperbolic(plain_gate(app, t, state, j, 0, d, n, step));
            const int64_t transform = sigmoid(plain_gate(app, t, state, j, 1, d, n, step));
            const int64_t carry = 32767 - transform;
            next.push_back(clamped(rounded(h * transform + state[size_t(j)] * carry, 15), 16));
        }
        state = next;
    }
    return state;
}

void plain_rhn(const AppCase &app, const Tensors &t) {
    const int units = app.number("units", 16);
    for (int n = 0; n < app.number("batch", 1); n++) {
        std::vector<int64_t> state;
        for (int j = 0; j < units; j++) {
            state.push_back(t.get("state", {j, n}));
        }
        for (int step = 0; step < app.scalars.at("steps"); step++) {
            state = advance(app, t, state, n, step);
            for (int j = 0; j < units; j++) {
                t.set("output", {j, n, step}, state[size_t(j)]);
            }
        }
    }
}

} // namespace

AppCase rhn_case(const std::string &name, const std::string &parameters, int steps) {
    AppCase app;
    app.name = name;
    app.generator = "rhn";
    app.parameters = parameters_of(parameters);
    app.scalars["steps"] = steps;
    app.prepare = [](const Tensors &t, std::mt19937 &dice) {
        t.each("bias",
               [&](const std::vector<int> &at) { t.set("bias", at, int(dice() % 8000) - 4000); });
        t.each("multiplier", [&](const std::vector<int> &at) {
            t.set("multiplier", at, (1 << 30) + int(dice() % (1u << 30)));
            t.set("shift", at, -9 - int(dice() % 2));
        });
    };
    app.plain = plain_rhn;
    return app;
}

} // namespace Orrery::test
