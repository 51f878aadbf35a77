#include "halide-fork/orrery.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

using namespace Halide;
using Catch::Matchers::Contains;

namespace {

/// state(x, t) = before(x, t) + in(x, t), which the output copies.
struct Steps {
    ImageParam in{Int(8), 2, "in"}, before{Int(8), 2, "before"};
    Var x{"x"}, t{"t"}, to{"to"}, ti{"ti"};
    Func state{"state"}, out{"out"};
    Steps() {
        state(x, t) = before(x, t) + in(x, t);
        out(x, t) = state(x, t) * cast<int8_t>(2);
        out.bound(x, 0, 8).bound(t, 0, 6);
    }
};

/// The message of the UserError that the directives, or else compile, must throw.
std::string message_of(const std::function<void(Steps &, Orrery::Accelerator &)> &act) {
    Steps s;
    Orrery::Accelerator hw = Orrery::accelerate(s.out);
    try {
        act(s, hw);
        Orrery::compile(s.out);
    } catch (const Orrery::UserError &error) {
        return error.what();
    }
    FAIL("no error");
    return "";
}

} // namespace

TEST_CASE("feedback: the step before is an input") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) { hw.feedback(s.out, s.state); }),
               Contains("feedback(out") && Contains("is not an input") &&
                   Contains("Input<Buffer<>>"));
}

TEST_CASE("feedback: neither the output nor an input is fed back") {
    for (const bool output : {false, true}) {
        CHECK_THAT(message_of([&](Steps &s, auto &hw) {
                       hw.feedback(s.before, output ? s.out : Func(s.in));
                   }),
                   Contains("which have no buffer") && Contains("the output may copy it"));
    }
}

TEST_CASE("feedback: same type and dimensions") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   Func wide("wide");
                   wide(s.x, s.t) = cast<int16_t>(s.state(s.x, s.t));
                   hw.feedback(s.before, wide);
               }),
               Contains("same type and the same dimensions"));
}

TEST_CASE("feedback: one Func for an input, one input for a Func") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   hw.feedback(s.before, s.state).feedback(s.in, s.state);
               }),
               Contains("feedback(in, state") && Contains("is fed back already"));
}

TEST_CASE("feedback: both must be of the pipeline") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   Func other("other");
                   other(s.x, s.t) = s.in(s.x, s.t);
                   other(s.x, s.t) += s.before(s.x, s.t);
                   hw.feedback(s.before, other);
               }),
               Contains("Func other") && Contains("is not part of the pipeline of out"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   ImageParam unused(Int(8), 2, "unused");
                   hw.feedback(unused, s.state);
               }),
               Contains("unused is not an input of the pipeline of out"));
}

TEST_CASE("feedback: no port for what stays on the chip") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.state.compute_at(s.out, s.t);
                   hw.feedback(s.before, s.state);
                   hw.port(s.before).bus_bits(64);
               }),
               Contains("port(before)") && Contains("fed back from state"));
}

TEST_CASE("feedback: the Func has a buffer") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) { hw.feedback(s.before, s.state); }),
               Contains("Func state has no buffer") && Contains("compute_at"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.state.compute_at(s.out, s.t);
                   hw.buffer(s.state, Orrery::Memory::Dram);
                   hw.feedback(s.before, s.state);
               }),
               Contains("Func state is in DRAM") && Contains("remove Memory::Dram"));
}

TEST_CASE("feedback: one loop over the steps, around the Func and all that reads the step before") {
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.state.compute_root();
                   hw.feedback(s.before, s.state);
               }),
               Contains("state is not computed step by step") &&
                   Contains("state.compute_at(output, t)"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.out.split(s.t, s.to, s.ti, 2);
                   s.state.compute_at(s.out, s.ti);
                   hw.feedback(s.before, s.state);
               }),
               Contains("loop out.s0.ti does not go from one step to the next"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.state.compute_at(s.out, s.t);
                   s.before.in(s.state).compute_root();
                   hw.feedback(s.before, s.state);
               }),
               Contains("reads before, but not inside the loop over the steps"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.out.unroll(s.t, 2);
                   s.state.compute_at(s.out, s.t);
                   hw.feedback(s.before, s.state);
               }),
               Contains("feedback(before, state)"));
    CHECK_THAT(message_of([](Steps &s, auto &hw) {
                   s.state.store_root().compute_at(s.out, s.t);
                   hw.feedback(s.before, s.state);
               }),
               Contains("stored further out than it is computed") && Contains("store_at"));
}

TEST_CASE("feedback: only the step before, and not beside its own") {
    for (const bool beside : {false, true}) {
        ImageParam before(Int(8), 2, "before"), in(Int(8), 2, "in");
        Var x("x"), t("t");
        Func state("state"), out("out");
        state(x, t) = before(x, beside ? t : t - 1) + in(x, t);
        out(x, t) = beside ? state(x, t) - before(x, t) : state(x, t) * cast<int8_t>(2);
        out.bound(x, 0, 8).bound(t, 0, 6);
        state.compute_at(out, t);
        Orrery::accelerate(out).feedback(before, state);
        try {
            Orrery::compile(out);
            FAIL("no error");
        } catch (const Orrery::UserError &error) {
            CHECK_THAT(error.what(),
                       beside ? Contains("out's pure definition reads both state and before")
                              : Contains("reads before at another step than its own"));
        }
    }
}

TEST_CASE("feedback: every step computes the same elements") {
    ImageParam before(Int(8), 2, "before"), in(Int(8), 2, "in");
    Var x("x"), t("t");
    Func state("state"), out("out");
    state(x, t) = before(x, t) + in(x, t);
    out(x, t) = state(x + t, t) * cast<int8_t>(2);
    out.bound(x, 0, 8).bound(t, 0, 6);
    state.compute_at(out, t);
    Orrery::accelerate(out).feedback(before, state);
    try {
        Orrery::compile(out);
        FAIL("no error");
    } catch (const Orrery::UserError &error) {
        CHECK_THAT(error.what(), Contains("which elements of state are computed differs"));
    }
}

TEST_CASE("feedback: what is read was computed") {
    ImageParam before(Int(8), 2, "before"), in(Int(8), 2, "in");
    Var x("x"), t("t");
    Func state("state"), out("out");
    state(x, t) = before(x + 1, t) + in(x, t);
    out(x, t) = state(x, t) * cast<int8_t>(2);
    out.bound(x, 0, 8).bound(t, 0, 6);
    state.compute_at(out, t);
    Orrery::accelerate(out).feedback(before, state);
    try {
        Orrery::compile(out);
        FAIL("no error");
    } catch (const Orrery::UserError &error) {
        CHECK_THAT(error.what(), Contains("reads more of the last step than state has"));
    }
}
