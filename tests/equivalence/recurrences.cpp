// Recurrences in time: one set of hardware for all steps, against Halide pipelines in which every
// step is written out.
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

#include <iostream>

using namespace Halide;
using namespace Orrery;
using test::Layer;
using test::Measured;

namespace {

/// What a cell makes of the last state and the input of step t; one Func per step where the steps
/// are written out, one for all of them otherwise.
using Cell = std::function<Func(const Func &last, const Func &input, const Expr &t)>;

/// state(x, y, t) of all steps, written out: `initial` is the state before the first one.
Func written_out(const Cell &cell, const Func &initial, const Func &input, int steps) {
    Var x("x"), y("y"), t("t");
    std::vector<Func> states{initial};
    Func all("all");
    Expr value = cast<int16_t>(0);
    for (int step = 0; step < steps; step++) {
        states.push_back(cell(states.back(), input, step));
        states.back().compute_root();
        value = select(t == step, states.back()(x, y), value);
    }
    all(x, y, t) = value;
    return all;
}

/// An accumulating filter whose state is updated in place, element by element:
/// s = (3 s + x) / 2, with lanes along x.
Layer filter(int steps, bool scheduled) {
    ImageParam input(Int(8), 3, "input"), before(Int(16), 3, "before");
    input.dim(0).set_bounds(0, 11).dim(1).set_bounds(0, 3).dim(2).set_bounds(0, steps);
    Var x("x"), y("y"), t("t");
    const auto next = [](const Expr &s, const Expr &in) {
        return cast<int16_t>((cast<int32_t>(s) * 3 + cast<int32_t>(in)) >> 1);
    };
    Func output("output");
    if (!scheduled) {
        Func initial("initial");
        initial(x, y) = cast<int16_t>(0);
        const Cell cell = [&](const Func &last, const Func &in, const Expr &step) {
            Func s("s");
            s(x, y) = next(last(x, y), in(x, y, step));
            return s;
        };
        output(x, y, t) = written_out(cell, initial, input, steps)(x, y, t);
        return {output, {input}};
    }
    Func state("state");
    state(x, y, t) = next(before(x, y, t), input(x, y, t));
    output(x, y, t) = state(x, y, t);
    output.bound(x, 0, 11).bound(y, 0, 3).bound(t, 0, steps);
    state.compute_at(output, t).vectorize(x, 4, TailStrategy::GuardWithIf);
    output.vectorize(x, 2, TailStrategy::GuardWithIf);
    Accelerator hw = accelerate(output);
    hw.feedback(before, state);
    hw.buffer(state, Memory::Sram);
    return {output, {input}};
}

struct ProductPlan {
    std::string name;
    int units = 8, batch = 2, steps = 5;
    int batch_tile = 0; ///< batches at a time, all steps of them
    bool systolic = false;
    bool sum_is_state = false; ///< the accumulator itself is fed back
};

/// s(j, n) = sum over l of w(l, j) s'(l, n) + x(j, n), with 16 bits; s' begins with the tensor
/// `initial`.
Layer product(const ProductPlan &plan, bool scheduled) {
    const int units = plan.units, batch = plan.batch, steps = plan.steps;
    ImageParam input(Int(8), 3, "input"), weights(Int(8), 2, "weights"),
        initial(Int(16), 2, "initial"), before(Int(16), 3, "before");
    input.dim(0).set_bounds(0, units).dim(1).set_bounds(0, batch).dim(2).set_bounds(0, steps);
    weights.dim(0).set_bounds(0, units).dim(1).set_bounds(0, units);
    initial.dim(0).set_bounds(0, units).dim(1).set_bounds(0, batch);
    Var x("x"), y("y"), t("t"), no("no"), ni("ni");
    RDom r(0, units, "r");
    const std::vector<ImageParam> inputs{input, weights, initial};
    const auto halved = [](const Expr &e) { return cast<int16_t>(e >> 1); };
    Func output("output");
    if (!scheduled) {
        const Cell cell = [&](const Func &last, const Func &in, const Expr &step) {
            Func sum("sum"), s("s");
            sum(x, y) = cast<int16_t>(in(x, y, step));
            sum(x, y) += weights(r, x) * last(r, y);
            s(x, y) = plan.sum_is_state ? sum(x, y) : halved(sum(x, y));
            sum.compute_root();
            return s;
        };
        output(x, y, t) = written_out(cell, initial, input, steps)(x, y, t);
        return {output, inputs};
    }
    const TailStrategy guard = TailStrategy::GuardWithIf;
    Func last("last"), sum("sum"), state("state");
    last(x, y, t) = select(t == 0, initial(x, y), before(x, y, t));
    sum(x, y, t) = cast<int16_t>(input(x, y, t));
    sum(x, y, t) += weights(r, x) * last(r, y, t);
    state(x, y, t) = halved(sum(x, y, t));
    Func &fed_back = plan.sum_is_state ? sum : state;
    output(x, y, t) = fed_back(x, y, t);
    output.bound(x, 0, units).bound(y, 0, batch).bound(t, 0, steps);
    Accelerator hw = accelerate(output);
    if (plan.batch_tile) {
        output.split(y, no, ni, plan.batch_tile, guard).reorder(x, ni, t, no);
    }
    RVar lo("lo"), li("li");
    Var xo("xo"), xi("xi");
    sum.compute_at(output, t)
        .update()
        .split(r, lo, li, 4, guard)
        .split(x, xo, xi, 3, guard)
        .reorder(li, xi, y, lo, xo);
    weights.in(sum).compute_root();
    initial.in(last).compute_at(output, plan.batch_tile ? no : t);
    if (!plan.batch_tile) {
        initial.in(last).compute_root();
    }
    hw.pe_array(sum.update(), {li}, {xi});
    if (plan.systolic) {
        hw.systolic(sum.update());
    }
    if (!plan.sum_is_state) {
        state.compute_at(output, t);
        hw.buffer(sum).slots(2);
    }
    hw.feedback(before, fed_back);
    return {output, inputs};
}

/// Two states, of which one is the initial value of the accumulator of the other:
///     a' = b + sum over l of w(l) x(l), b' = a' - b; in 16 bits.
Layer two_states(bool scheduled) {
    ImageParam input(Int(8), 3, "input"), weights(Int(8), 2, "weights");
    ImageParam before_a(Int(16), 3, "before_a"), before_b(Int(16), 3, "before_b");
    input.dim(0).set_bounds(0, 6).dim(1).set_bounds(0, 2).dim(2).set_bounds(0, 6);
    weights.dim(0).set_bounds(0, 6).dim(1).set_bounds(0, 5);
    Var x("x"), y("y"), t("t");
    RDom r(0, 6, "r");
    Func output("output"), a("a"), b("b"), sum("sum");
    if (!scheduled) {
        Expr value = cast<int16_t>(0);
        Func last_a("last_a"), last_b("last_b");
        last_a(x, y) = cast<int16_t>(0);
        last_b(x, y) = cast<int16_t>(0);
        for (int step = 0; step < 6; step++) {
            Func next_sum("next_sum"), next_a("next_a"), next_b("next_b");
            next_sum(x, y) = last_b(x, y);
            next_sum(x, y) += cast<int16_t>(weights(r, x)) * cast<int16_t>(input(r, y, step));
            next_a(x, y) = next_sum(x, y) + (last_a(x, y) >> 1);
            next_b(x, y) = next_a(x, y) - last_b(x, y);
            for (Func f : {next_sum, next_a, next_b}) {
                f.compute_root();
            }
            value = select(t == step, next_a(x, y) ^ next_b(x, y), value);
            last_a = next_a;
            last_b = next_b;
        }
        output(x, y, t) = value;
        return {output, {input, weights}};
    }
    sum(x, y, t) = before_b(x, y, t);
    sum(x, y, t) += cast<int16_t>(weights(r, x)) * cast<int16_t>(input(r, y, t));
    a(x, y, t) = sum(x, y, t) + (before_a(x, y, t) >> 1);
    b(x, y, t) = a(x, y, t) - before_b(x, y, t);
    output(x, y, t) = a(x, y, t) ^ b(x, y, t);
    output.bound(x, 0, 5).bound(y, 0, 2).bound(t, 0, 6);
    Accelerator hw = accelerate(output);
    input.in(sum).compute_at(output, t);
    weights.in(sum).compute_root();
    for (Func f : {sum, a, b}) {
        f.compute_at(output, t);
    }
    sum.update().reorder(x, y, r).unroll(r, 3);
    hw.feedback(before_a, a).feedback(before_b, b);
    return {output, {input, weights}};
}

/// A bool that is fed back: the parity of all steps so far.
Layer parity(bool scheduled) {
    ImageParam input(UInt(8), 2, "input"), before(Bool(), 2, "before");
    input.dim(0).set_bounds(0, 6).dim(1).set_bounds(0, 5);
    Var x("x"), t("t");
    Func output("output"), odd("odd");
    if (!scheduled) {
        Expr sum = cast<uint8_t>(0);
        for (int step = 0; step < 5; step++) {
            sum += select(step <= t, input(x, step), 0);
        }
        output(x, t) = cast<uint8_t>(sum % 2);
        return {output, {input}};
    }
    odd(x, t) = before(x, t) ^ (input(x, t) % 2 == 1);
    output(x, t) = cast<uint8_t>(odd(x, t));
    output.bound(x, 0, 6).bound(t, 0, 5);
    odd.compute_at(output, t);
    Accelerator hw = accelerate(output);
    hw.feedback(before, odd);
    return {output, {input}};
}

/// Neighbours of the last step, by lanes and with a border of zeros; only the last step is stored,
/// from a buffer with all of them: s(x) = s'(x - 1) + 2 s'(x) - s'(x + 1) + x(x).
Layer stencil(bool scheduled) {
    ImageParam input(Int(8), 2, "input"), before(Int(16), 2, "before");
    input.dim(0).set_bounds(0, 10).dim(1).set_bounds(0, 4);
    Var x("x"), t("t");
    Func output("output"), history("history"), state("state");
    const auto next = [&](const std::function<Expr(Expr)> &last, const Expr &in) {
        const Expr left = select(x < 1, 0, last(max(x - 1, 0)));
        const Expr right = select(x > 8, 0, last(min(x + 1, 9)));
        return cast<int16_t>(left + 2 * last(x) - right + in);
    };
    if (!scheduled) {
        Func last("last");
        last(x) = cast<int16_t>(0);
        for (int step = 0; step < 4; step++) {
            Func s("s");
            s(x) = next([&](const Expr &at) { return last(at); }, input(x, step));
            s.compute_root();
            last = s;
        }
        output(x) = last(x);
        return {output, {input}};
    }
    state(x, t) = next([&](const Expr &at) { return before(at, t); }, input(x, t));
    history(x, t) = state(x, t);
    output(x) = history(x, 3);
    output.bound(x, 0, 10);
    history.bound(t, 0, 4).compute_root();
    state.compute_at(history, t).vectorize(x, 4, TailStrategy::GuardWithIf);
    Accelerator hw = accelerate(output);
    hw.feedback(before, state);
    return {output, {input}};
}

/// One number: the sum of all inputs so far.
Layer running_sum(bool scheduled) {
    ImageParam input(Int(8), 1, "input"), before(Int(32), 1, "before");
    input.dim(0).set_bounds(0, 9);
    Var t("t");
    Func output("output"), sum("sum");
    if (!scheduled) {
        RDom r(0, 9, "r");
        output(t) = 0;
        output(t) += select(r <= t, cast<int32_t>(input(r)), 0);
        return {output, {input}};
    }
    sum(t) = before(t) + input(t);
    output(t) = sum(t);
    output.bound(t, 0, 9);
    sum.compute_at(output, t);
    Accelerator hw = accelerate(output);
    hw.feedback(before, sum);
    return {output, {input}};
}

std::vector<ProductPlan> product_plans() {
    std::vector<ProductPlan> plans;
    plans.push_back({"product"});
    plans.push_back({"ragged", 7, 3, 4});
    plans.push_back({"one_step", 5, 2, 1});
    plans.push_back({"batch_tiles", 6, 5, 4, 2});
    plans.push_back({"systolic", 8, 3, 3, 0, true});
    plans.push_back({"sum_is_state", 8, 2, 5, 0, false, true});
    return plans;
}

/// Readers of the previous generation of a buffer.
int previous_readers(const Measured &m, const std::string &buffer) {
    int count = 0;
    for (const hwir::TokenUse &use : m.hardware().buffers[size_t(m.buffer(buffer))].readers) {
        count += use.previous;
    }
    return count;
}

} // namespace

TEST_CASE("recurrences: interpreter and Verilog equal Halide with all steps written out") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_BINARY_DIR) / "designs" / "recurrences");
    runner.add("filter", [](bool scheduled) { return filter(7, scheduled); });
    runner.add("two_states", two_states);
    runner.add("parity", parity);
    runner.add("filter_of_one_step", [](bool scheduled) { return filter(1, scheduled); });
    runner.add("stencil", stencil);
    runner.add("running_sum", running_sum);
    const std::vector<ProductPlan> plans = product_plans();
    for (const ProductPlan &plan : plans) {
        runner.add(plan.name, [&](bool scheduled) { return product(plan, scheduled); });
    }
    const std::vector<Measured> measured = runner.run();
    REQUIRE(measured.size() == plans.size() + 6);
    CHECK(previous_readers(measured[0], "state") == 1); // the stage that writes it
    CHECK(previous_readers(measured[1], "b") == 2);     // the accumulator and itself
    for (size_t i = 6; i < measured.size(); i++) {
        const ProductPlan &plan = plans[i - 6];
        const int readers = plan.steps > 1; // with one step, Halide finds that nothing is read
        CHECK(previous_readers(measured[i], plan.sum_is_state ? "sum" : "state") == readers);
    }
}

TEST_CASE("recurrences: a reader that begins in the wrong slot is found") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_BINARY_DIR) / "recurrence_mutants");
    CHECK(runner.catches(
        "wrong_slot", [](bool scheduled) { return filter(7, scheduled); }, "state_s0.v",
        ".FIRST(1)", ".FIRST(0)", 1));
}
