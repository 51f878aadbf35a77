#include "tests/apps/networks.h"
#include "tests/apps/plain_cells.h"
#include "tests/apps/plain_requantise.h"
#include "tests/apps/quantised.h"

namespace Orrery::test {

namespace {

/// The layer in arrays of its own, one sequence at a time.
class PlainRecurrent {
public:
    PlainRecurrent(const AppCase &a, const Tensors &tensors)
        : app(a), t(tensors), lstm(a.text("cell", "lstm") == "lstm"),
          inputs(a.number("inputs", 16)), units(a.number("units", 16)) {}

    void run() {
        for (int n = 0; n < app.number("batch", 1); n++) {
            h.assign(size_t(units), 0);
            c.assign(size_t(units), 0);
            for (int j = 0; j < units; j++) {
                h[size_t(j)] = t.get("state", {j, 0, n});
                c[size_t(j)] = lstm ? t.get("state", {j, 1, n}) : 0;
            }
            for (int step = 0; step < app.scalars.at("steps"); step++) {
                advance(n, step);
                store(n, step);
            }
        }
    }

private:
    const AppCase &app;
    const Tensors &t;
    const bool lstm;
    const int inputs, units;
    std::vector<int64_t> h, c;

    void store(int n, int step) const {
        for (int j = 0; j < units; j++) {
            t.set("output", {j, 0, n, step}, h[size_t(j)]);
            if (lstm) {
                t.set("output", {j, 1, n, step}, c[size_t(j)]);
            }
        }
    }

    int64_t gate(int j, int g, int n, int step) const {
        int64_t sum = t.get("bias", {j, g});
        for (int l = 0; l < inputs; l++) {
            sum += t.get("weights", {l, j, g}) * t.get("input", {l, n, step});
        }
        for (int l = 0; l < units; l++) {
            const int64_t seen = clamped(lstm ? h[size_t(l)] : rounded(h[size_t(l)], 8), 8);
            sum += t.get("weights", {inputs + l, j, g}) * seen;
        }
        return clamped(
            plain_scale("tflite", sum, int32_t(t.get("multiplier", {g})), int(t.get("shift", {g}))),
            8);
    }

    void advance(int n, int step) {
        std::vector<int64_t> next_h(h), next_c(c);
        for (int j = 0; j < units; j++) {
            const int64_t g0 = gate(j, 0, n, step), g1 = gate(j, 1, n, step),
                          g2 = gate(j, 2, n, step), g3 = gate(j, 3, n, step);
            const size_t at = size_t(j);
            if (lstm) {
                next_c[at] = clamped(rounded(sigmoid(g1) * c[at], 15) +
                                         rounded(sigmoid(g0) * hyperbolic(g2), 18),
                                     16);
                next_h[at] = clamped(
                    rounded(sigmoid(g3) * hyperbolic(clamped(rounded(next_c[at], 8), 8)), 23), 8);
            } else {
                const int64_t candidate =
                    hyperbolic(clamped(g2 + rounded(sigmoid(g1) * g3, 15), 8));
                next_h[at] = clamped(
                    rounded((32767 - sigmoid(g0)) * candidate + sigmoid(g0) * h[at], 15), 16);
            }
        }
        h = next_h;
        c = next_c;
    }
};

} // namespace

AppCase recurrent_case(const std::string &name, const std::string &parameters, int steps) {
    AppCase app;
    app.scalars["steps"] = steps;
    app.name = name;
    app.generator = "recurrent";
    app.parameters = parameters_of(parameters);
    app.prepare = [](const Tensors &t, std::mt19937 &dice) {
        t.each("bias",
               [&](const std::vector<int> &at) { t.set("bias", at, int(dice() % 8000) - 4000); });
        t.each("multiplier", [&](const std::vector<int> &at) {
            t.set("multiplier", at, (1 << 30) + int(dice() % (1u << 30)));
            t.set("shift", at, -9 - int(dice() % 2));
        });
    };
    app.plain = [](const AppCase &a, const Tensors &t) { PlainRecurrent(a, t).run(); };
    return app;
}

} // namespace Orrery::test
