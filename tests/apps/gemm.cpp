#include "tests/apps/gemm.h"

#include "tests/apps/quantised.h"

namespace Orrery::test {

namespace {

int64_t element_of_b(const AppCase &app, const Tensors &t, int l, int j) {
    if (app.text("b_packed", "false") == "false") {
        return t.get("b", {l, j});
    }
    const int64_t half = (t.get("b", {l / 2, j}) >> (l % 2 * 4)) & 15;
    return app.text("b.type", "int8") == "int8" && half >= 8 ? half - 16 : half;
}

void plain(const AppCase &app, const Tensors &t) {
    t.each("output", [&](const std::vector<int> &at) {
        const int j = at[0], i = at[1];
        int64_t sum = t.has("bias") ? t.get("bias", {j}) : 0;
        for (int l = 0; l < app.number("depth", 16); l++) {
            sum += (t.get("a", {l, i}) - app.scalars.at("a_zero")) *
                   (element_of_b(app, t, l, j) - app.scalars.at("b_zero"));
        }
        if (app.text("sum_type", "int32") == "int32") {
            sum = int32_t(sum);
        }
        t.set("output", at, requantised(app, t, sum, {j}));
    });
}

} // namespace

AppCase gemm_case(const std::string &name, const std::string &parameters, unsigned seed) {
    AppCase app;
    app.name = name;
    app.generator = "gemm";
    app.parameters = parameters_of(parameters);
    set_quantisation(app, "a", "b", {app.number("width", 16)}, seed);
    app.plain = plain;
    return app;
}

} // namespace Orrery::test
