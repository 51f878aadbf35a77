#include "tests/unit/frontend_pipelines.h"

#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace Orrery;
using namespace Orrery::test;
using Catch::Matchers::Contains;

namespace {

/// The message of the UserError that `f` ends in; an InternalError fails the test.
std::string message_of(const std::function<void()> &f) {
    try {
        f();
    } catch (const UserError &error) {
        return error.what();
    }
    FAIL("no error");
    return "";
}

/// One-dimensional pipeline: `output` of 16 elements after `f`, which reads `input`.
struct Line {
    ImageParam input{Int(8), 1, "input"};
    Var x{"x"}, xo{"xo"}, xi{"xi"};
    Func f{"f"}, output{"output"};

    void finish() {
        output(x) = f(x);
        output.bound(x, 0, 16);
        f.compute_root();
    }
    std::string error() {
        return message_of([&] { design_of(output, {input}); });
    }
};

} // namespace

TEST_CASE("error: address that depends on data", "[frontend][errors]") {
    Line line;
    Func table("table");
    table(line.x) = cast<int8_t>(line.x * 3);
    table.compute_root();
    line.f(line.x) = table(clamp(cast<int>(line.input(line.x)), 0, 15));
    line.finish();
    CHECK_THAT(line.error(), Contains("f's pure definition") && Contains("'table'") &&
                                 Contains("depends on data"));
}

TEST_CASE("error: store to an address that depends on data", "[frontend][errors]") {
    Line line;
    RDom r(0, 30, "r");
    line.f(line.x) = 0;
    line.f(clamp(cast<int>(line.input(r)), 0, 15)) += 1;
    line.finish();
    CHECK_THAT(line.error(), Contains("f.update(0)") && Contains("store depends on data"));
}

TEST_CASE("error: condition that depends on data", "[frontend][errors]") {
    Line line;
    RDom r(0, 30, "r");
    r.where(line.input(r) > 0);
    line.f(line.x) = 0;
    line.f(line.x) += cast<int>(line.input(r));
    line.finish();
    CHECK_THAT(line.error(), Contains("loop f.s1.r.x") && Contains("use select"));
}

TEST_CASE("error: floating point", "[frontend][errors]") {
    Line line;
    line.f(line.x) = cast<int8_t>(cast<float>(line.input(line.x)) * 0.5f);
    line.finish();
    CHECK_THAT(line.error(), Contains("f's pure definition") && Contains("fixed point"));
}

TEST_CASE("error: tuple", "[frontend][errors]") {
    Line line;
    line.f(line.x) = Tuple(line.input(line.x), line.x);
    line.output(line.x) = line.f(line.x)[0];
    line.output.bound(line.x, 0, 16);
    line.f.compute_root();
    CHECK_THAT(line.error(), Contains("Func f") && Contains("tuples"));
}

TEST_CASE("error: extern stage", "[frontend][errors]") {
    Line line;
    line.f.define_extern("something", {line.input}, Int(8), {line.x});
    line.finish();
    CHECK_THAT(line.error(), Contains("Func f") && Contains("extern"));
}

TEST_CASE("error: function call", "[frontend][errors]") {
    Line line;
    line.f(line.x) = print(line.input(line.x));
    line.finish();
    CHECK_THAT(line.error(), Contains("f's pure definition") && Contains("print()"));
}

TEST_CASE("error: more than 64 bits", "[frontend][errors]") {
    Line line;
    const Expr wide = cast<int64_t>(line.input(line.x));
    line.f(line.x) = cast<int8_t>(mul_shift_right(wide, wide, 40));
    line.finish();
    CHECK_THAT(line.error(), Contains("f's pure definition") && Contains("mul_shift_right()") &&
                                 Contains("128 bits"));

    Line other;
    other.f(other.x) = cast<int8_t>(widening_mul(cast<int64_t>(other.input(other.x)), other.x));
    other.finish();
    CHECK_THAT(other.error(), Contains("f's pure definition") && Contains("at most 64 bits"));
}

TEST_CASE("error: bound() that the schedule exceeds", "[frontend][errors]") {
    Line line;
    line.f(line.x) = line.input(line.x);
    line.finish();
    line.f.bound(line.x, 0, 3);
    CHECK_THAT(line.error(), Contains("Func f: bound(x) gives 0 to 2") && Contains("0 to 15"));
}

TEST_CASE("error: traces", "[frontend][errors]") {
    Line line;
    line.f(line.x) = line.input(line.x);
    line.finish();
    line.f.trace_stores();
    CHECK_THAT(line.error(),
               Contains("Func f") && Contains("trace_stores()") && Contains("remove them"));
}

TEST_CASE("error: output that is not bounded", "[frontend][errors]") {
    Line line;
    line.output(line.x) = line.input(line.x);
    line.output.set_estimate(line.x, 0, 16);
    CHECK_THAT(line.error(), Contains("Func output") && Contains("output.bound(") &&
                                 Contains("set_estimate is not enough"));
}

TEST_CASE("error: lanes whose number is not bounded", "[frontend][errors]") {
    // Sizes that are left open are reported first, as what they are.
    Line open;
    open.output(open.x) = open.input(open.x);
    open.output.vectorize(open.x);
    CHECK_THAT(open.error(), Contains("Func output") && Contains("output.bound("));

    // 1999 * y * z does not fit 32 bits, so that nothing is known of the minimum either. The loop
    // of a Func runs over its buffer, and the buffer is met first.
    Line line;
    Var y("y"), z("z");
    line.f(line.x) = line.input(line.x);
    line.output(line.x, y, z) = line.f(min(line.x * y * z, 5));
    line.output.bound(line.x, 0, 2000).bound(y, 0, 2000).bound(z, 0, 2000);
    line.f.compute_at(line.output, y).unroll(line.x);
    CHECK_THAT(line.error(), Contains("Func f: the size of dimension 0") &&
                                 Contains("no constant bound") && Contains("bound the Func"));
}

TEST_CASE("error: size of an input that is not known", "[frontend][errors]") {
    Line line;
    line.f(line.x) = BoundaryConditions::repeat_edge(line.input)(line.x - 1);
    line.finish();
    CHECK_THAT(line.error(), Contains("tensor input") && Contains("input.dim(0).set_bounds"));
}

TEST_CASE("error: schedule accesses more than the bounds", "[frontend][errors]") {
    Line line;
    line.f(line.x) = line.input(line.x);
    line.output(line.x) = line.f(line.x);
    line.output.bound(line.x, 0, 10).unroll(line.x, 4, TailStrategy::RoundUp);
    line.f.compute_root();
    CHECK_THAT(line.error(), Contains("tensor output") && Contains("0 to 9") &&
                                 Contains("0 to 11") && Contains("GuardWithIf"));

    Line other;
    other.f(other.x) = other.input(other.x + 1);
    other.finish();
    other.input.dim(0).set_bounds(0, 16);
    CHECK_THAT(other.error(),
               Contains("tensor input") && Contains("0 to 15") && Contains("1 to 16"));
}

TEST_CASE("error: scalar that is not among the inputs", "[frontend][errors]") {
    Line line;
    Param<int> gain("gain");
    line.f(line.x) = line.input(line.x) * gain;
    line.finish();
    CHECK_THAT(line.error(), Contains("parameter gain") && Contains("not among the inputs"));
}

TEST_CASE("error: scalars that have no value", "[frontend][errors]") {
    Line line;
    Param<float> gain("gain");
    Param<int> n("n", 3, 5, 4), m("m", 9, 1, 8);
    line.f(line.x) = cast<int>(line.input(line.x) * gain) + n + m;
    line.finish();
    const auto message = [&](const Parameter &scalar) {
        return message_of([&] { design_of(line.output, {line.input}, {}, {scalar}); });
    };
    CHECK_THAT(message(gain.parameter()), Contains("scalar gain") && Contains("fixed point"));
    CHECK_THAT(message(n.parameter()), Contains("scalar n") && Contains("5 to 4"));
    CHECK_THAT(message(m.parameter()),
               Contains("scalar m") && Contains("default 9") && Contains("1 to 8"));
}

TEST_CASE("error: size that depends on a scalar without bounds", "[frontend][errors]") {
    for (const bool from_above : {false, true}) {
        Line line;
        Param<int> n("n");
        from_above ? n.set_max_value(16) : n.set_min_value(1);
        RDom r(0, n, "r");
        line.f(line.x) = 0;
        line.f(line.x) += line.input(line.x + r);
        line.finish();
        const std::string message =
            message_of([&] { design_of(line.output, {line.input}, {}, {n.parameter()}); });
        CHECK_THAT(message, Contains("scalar n has no " +
                                     std::string(from_above ? "lower" : "upper") + " bound") &&
                                Contains("set_range"));
    }
}

TEST_CASE("error: window along a loop whose size is a scalar", "[frontend][errors]") {
    const auto design_with = [](bool along) {
        ImageParam input(Int(16), 2, "input");
        Param<int> size("size", 5, 1, 9);
        Var x("x"), y("y");
        const Expr width = along ? Expr(6) : size, height = along ? size : Expr(6);
        input.dim(0).set_bounds(0, width);
        input.dim(1).set_bounds(0, height + 2);
        Func copy("copy"), output("output");
        copy(x, y) = input(x, y);
        output(x, y) = copy(x, y) + copy(x, y + 1) + copy(x, y + 2);
        output.bound(x, 0, width).bound(y, 0, height);
        copy.store_root().compute_at(output, y);
        return design_of(output, {input}, {}, {size.parameter()});
    };
    CHECK_THAT(message_of([&] { design_with(true); }),
               Contains("Func copy: its window slides") &&
                   Contains("compute it where it is stored"));
    CHECK(design_with(false).buffers.at(0).slides()); // along the other one it may
}

TEST_CASE("error: table of constants", "[frontend][errors]") {
    SECTION("too large") {
        Line line;
        Buffer<int8_t> image(5000);
        line.f(line.x) = line.input(line.x) + image(line.x);
        line.finish();
        CHECK_THAT(line.error(), Contains("f's pure definition") && Contains("5000 elements") &&
                                     Contains("as an input"));
    }
    SECTION("the address may lie outside") {
        Line line;
        Buffer<int8_t> image(100);
        line.f(line.x) = image(cast<int>(line.input(line.x)));
        line.finish();
        CHECK_THAT(line.error(),
                   Contains("f's pure definition") && Contains("clamp(address, 0, 99)"));
    }
    SECTION("floating point") {
        Line line;
        Buffer<float> image(256);
        line.f(line.x) = line.input(line.x) + cast<int8_t>(image(line.x));
        line.finish();
        CHECK_THAT(line.error(), Contains("floating point"));
    }
}

TEST_CASE("error: output with an update", "[frontend][errors]") {
    Line line;
    RDom r(0, 4, "r");
    line.output(line.x) = 0;
    line.output(line.x) += cast<int>(line.input(line.x + r));
    line.output.bound(line.x, 0, 16);
    CHECK_THAT(line.error(), Contains("Func output") && Contains("add a pure stage"));
}

TEST_CASE("error: part of a pipeline", "[frontend][errors]") {
    Line line;
    line.f(line.x) = line.input(line.x);
    line.finish();
    HardwareSchedule schedule;
    schedule.output = "f";
    const std::string message = message_of([&] {
        build_design(lower_for_hardware({line.output}, get_host_target()), schedule, "test",
                     {line.input.parameter()});
    });
    CHECK_THAT(message, Contains("Func f") && Contains("only output"));
}

TEST_CASE("error: a window that computes elements again", "[frontend][errors]") {
    Line line;
    Var xo, xi;
    line.f(line.x) = line.input(line.x);
    line.output(line.x) = line.f(line.x) + line.f(line.x + 1) + line.f(line.x + 2);
    line.output.bound(line.x, 0, 16).split(line.x, xo, xi, 4);
    line.f.store_root().compute_at(line.output, xi);
    CHECK_THAT(line.error(), Contains("Func f") && Contains("again") && Contains("store_at"));
}

TEST_CASE("error: a window along lanes", "[frontend][errors]") {
    Line line;
    Var xo("xo"), xi("xi");
    line.f(line.x) = line.input(line.x);
    line.output(line.x) = line.f(line.x) + line.f(line.x + 1);
    line.output.bound(line.x, 0, 16).split(line.x, xo, xi, 4).unroll(xi);
    line.f.store_root().compute_at(line.output, xi);
    CHECK_THAT(line.error(), Contains("Func f") && Contains("unrolled loop output.s0.xi"));
}

TEST_CASE("error: fold_storage that is too small", "[frontend][errors]") {
    for (bool slides : {true, false}) {
        Line line;
        line.f(line.x) = line.input(line.x);
        line.output(line.x) = line.f(line.x) + line.f(line.x + 1) + line.f(line.x + 2);
        line.output.bound(line.x, 0, 16);
        line.f.compute_at(line.output, line.x).fold_storage(line.x, 2);
        if (slides) {
            line.f.store_root();
        }
        CHECK_THAT(line.error(), Contains("Func f") && Contains("fold_storage(x, 2)") &&
                                     Contains(slides ? "smallest factor is 3" : "holds 3 at once"));
    }
}

TEST_CASE("error: scan", "[frontend][errors]") {
    Line line;
    RDom r(1, 15, "r");
    line.f(line.x) = cast<int>(line.input(line.x));
    line.f(r) += line.f(r - 1);
    line.finish();
    CHECK_THAT(line.error(), Contains("f.update(0)") && Contains("a scan"));
}

TEST_CASE("error: lanes that cannot be combined", "[frontend][errors]") {
    Line line;
    RDom r(0, 4, "r");
    line.f(line.x) = 0;
    line.f(line.x) = line.f(line.x) * 2 + line.input(line.x + r);
    line.f.update().reorder(r.x, line.x).unroll(r.x);
    line.finish();
    CHECK_THAT(line.error(),
               Contains("f.update(0)") && Contains("loop f.s1.r.x") && Contains("do not unroll"));

    Line last;
    RDom q(0, 4, "q");
    last.f(last.x) = 0;
    last.f(last.x) = cast<int>(last.input(last.x + q));
    last.f.update().reorder(q.x, last.x).unroll(q.x);
    last.finish();
    CHECK_THAT(last.error(), Contains("f.update(0)") && Contains("same element"));
}

TEST_CASE("error: address that mixes lanes and serial loops", "[frontend][errors]") {
    Line line;
    Func edge = BoundaryConditions::repeat_edge(line.input, {{0, 13}});
    line.f(line.x) = edge(line.x);
    line.finish();
    line.f.unroll(line.x, 4);
    CHECK_THAT(line.error(), Contains("f's pure definition, access to input") &&
                                 Contains("not affine") && Contains("f.s0.x.inner") &&
                                 Contains("give the Func that limits the coordinate"));
    // The remedy.
    edge.compute_root();
    CHECK_NOTHROW(design_of(line.output, {line.input}));
}

TEST_CASE("error: buffer beyond the limit", "[frontend][errors]") {
    ImageParam input(Int(8), 2, "input");
    Var x("x"), y("y");
    Func f("f"), output("output");
    f(x, y) = input(x, y);
    output(x, y) = f(x, y);
    output.bound(x, 0, 5000).bound(y, 0, 5000);
    f.compute_root();
    const std::string message = message_of([&] { design_of(output, {input}); });
    CHECK_THAT(message, Contains("Func f") && Contains("16777216 elements"));
}

TEST_CASE("error: schedule directives without a hardware form", "[frontend][errors]") {
    const auto error_with = [](const std::function<void(Line &)> &schedule) {
        Line line;
        line.f(line.x) = line.input(line.x);
        line.finish();
        schedule(line);
        return line.error();
    };
    CHECK_THAT(error_with([](Line &l) { l.f.parallel(l.x); }),
               Contains("f's pure definition, loop x") && Contains("parallel"));
    CHECK_THAT(error_with([](Line &l) { l.f.async(); }), Contains("Func f") && Contains("async()"));
    CHECK_THAT(error_with([](Line &l) { l.f.memoize(); }),
               Contains("Func f") && Contains("memoize()"));
    CHECK_THAT(error_with([](Line &l) { l.output.prefetch(l.f, l.x, l.x, 1); }),
               Contains("output's pure definition") && Contains("prefetch()"));
    CHECK_THAT(error_with([](Line &l) {
                   Param<bool> flag("flag");
                   l.f.specialize(flag);
               }),
               Contains("f's pure definition") && Contains("specialize()"));
    CHECK_THAT(error_with([](Line &l) {
                   l.output.split(l.x, l.xo, l.xi, 4);
                   l.f.compute_at(l.output, l.xo).hoist_storage_root().ring_buffer(2);
               }),
               Contains("Func f") && Contains("ring_buffer()"));
    CHECK_THAT(error_with([](Line &l) { l.f.compute_root().store_in(MemoryType::Register); }),
               Contains("Func f: store_in()") && Contains("buffer(f, Memory::RegisterFile)"));
    CHECK_THAT(error_with([](Line &l) { l.f.compute_root().store_in(MemoryType::Heap); }),
               Contains("Func f: store_in()"));
    CHECK_THAT(error_with([](Line &l) { l.f.compute_root().align_storage(l.x, 8); }),
               Contains("Func f: align_storage(x)") && Contains("remove it"));
    CHECK_THAT(error_with([](Line &l) { l.f.compute_root().bound_storage(l.x, 64); }),
               Contains("Func f: bound_storage(x)") && Contains("f.bound(x, min, extent)"));
}

TEST_CASE("error: compute_with, atomic and blending tails", "[frontend][errors]") {
    ImageParam input(Int(8), 1, "input");
    Var x("x");
    RDom r(0, 4, "r");
    Func a("a"), b("b"), output("output");
    a(x) = input(x);
    b(x) = input(x) * 2;
    output(x) = a(x) + b(x);
    output.bound(x, 0, 16);
    a.compute_root();
    b.compute_root().compute_with(a, x);
    CHECK_THAT(message_of([&] { design_of(output, {input}); }),
               Contains("pure definition") && Contains("compute_with()"));

    Line line;
    line.f(line.x) = 0;
    line.f(line.x) += cast<int>(line.input(line.x + r));
    line.f.update().atomic();
    line.finish();
    CHECK_THAT(line.error(), Contains("f.update(0)") && Contains("atomic()"));

    Line blend;
    blend.f(blend.x) = 0;
    blend.f(blend.x) += cast<int>(blend.input(blend.x + r));
    blend.f.update().unroll(blend.x, 3, TailStrategy::RoundUpAndBlend);
    blend.finish();
    CHECK_THAT(blend.error(),
               Contains("f.update(0)") && Contains("loop x") && Contains("GuardWithIf"));
}

TEST_CASE("error: several mistakes are reported together", "[frontend][errors]") {
    Line line;
    line.f(line.x) = cast<int8_t>(cast<float>(line.input(line.x)));
    line.finish();
    line.f.parallel(line.x);
    line.output.async();
    CHECK_THAT(line.error(),
               Contains("floating point") && Contains("parallel") && Contains("async()"));
}

TEST_CASE("error: directives that fit nothing", "[frontend][errors]") {
    const auto error_with = [](const std::function<void(Convolution &)> &change) {
        Convolution conv;
        conv.schedule_ck();
        change(conv);
        return message_of([&] { conv.design(); });
    };
    CHECK_THAT(error_with([](Convolution &c) {
                   c.schedule.arrays[{c.acc.name(), 1}].rows = {"rx"};
               }),
               Contains("acc.update(0)") && Contains("loop rx") && Contains("ri"));
    CHECK_THAT(error_with([](Convolution &c) {
                   c.schedule.arrays[{c.acc.name(), 1}].rows = {"ro"};
               }),
               Contains("acc.update(0), loop ro") && Contains("unrolled"));
    CHECK_THAT(error_with([](Convolution &c) {
                   c.schedule.arrays[{c.acc.name(), 0}] = {};
               }),
               Contains("acc's pure definition") && Contains("no process"));
    CHECK_THAT(error_with([](Convolution &c) { c.schedule.buffers[c.padded.name()].slots = 2; }),
               Contains("buffer(padded)") && Contains("compute_at"));
    CHECK_THAT(error_with([](Convolution &c) { c.schedule.buffers[c.output.name()].slots = 2; }),
               Contains("buffer(output)") && Contains("DRAM"));
    CHECK_THAT(error_with([](Convolution &c) { c.schedule.buffers[c.acc.name()].slots = 0; }),
               Contains("buffer(acc)") && Contains("at least 1"));
    CHECK_THAT(error_with([](Convolution &c) { c.schedule.ports["bias"] = {}; }),
               Contains("port(bias)"));
    CHECK_THAT(error_with([](Convolution &c) { c.schedule.ports[c.input.name()].bus_bits = 96; }),
               Contains("port input") && Contains("96 bits"));
    CHECK_THAT(
        error_with([](Convolution &c) { c.schedule.ports[c.input.name()].max_burst_beats = 300; }),
        Contains("port input") && Contains("1 to 256"));
}

TEST_CASE("error: what Halide itself rejects", "[frontend][errors]") {
    Line line;
    line.f(line.x) = line.input(line.x);
    line.finish();
    Func elsewhere("elsewhere");
    elsewhere(line.x) = 0;
    line.f.compute_at(elsewhere, line.x);
    CHECK_THAT(line.error(), Contains("Halide rejects the pipeline"));
}

TEST_CASE("error: sizes of tensors that scalars cannot give", "[frontend][errors]") {
    const auto message = [](const Expr &extent, const std::vector<Parameter> &scalars) {
        Line line;
        line.f(line.x) = line.input(line.x);
        line.finish();
        line.input.dim(0).set_bounds(0, extent);
        return message_of([&] { design_of(line.output, {line.input}, {}, scalars); });
    };
    Param<int> n("n"), small("small", 3, 1, 15), huge("huge", 16, 16, 2000000000);
    CHECK_THAT(message(n, {n.parameter()}), Contains("tensor input") && Contains("dimension 0") &&
                                                Contains("scalar n has no upper bound"));
    CHECK_THAT(message(small, {small.parameter()}), Contains("tensor input") &&
                                                        Contains("bounded to 0 to (small + -1)") &&
                                                        Contains("GuardWithIf"));
    CHECK_THAT(message(cast<int>(huge) * 2, {huge.parameter()}), Contains("tensor input"));
}

TEST_CASE("error: elements of an output at one address", "[frontend][errors]") {
    const auto compile = [](int width, int stride) {
        Var x("x"), y("y");
        ImageParam input(UInt(8), 2, "input");
        Func output("output");
        output(x, y) = input(x, y);
        output.output_buffer().dim(0).set_bounds(0, width);
        output.output_buffer().dim(1).set_bounds(0, 5).set_stride(stride);
        design_of(output, {input}, {}, {});
    };
    compile(8, 8);
    compile(1, 1);
    CHECK_THAT(message_of([&] { compile(8, 7); }), Contains("tensor output") &&
                                                       Contains("stride 7 of dimension 1") &&
                                                       Contains("at least 8"));
}

TEST_CASE("error: lanes times a scalar", "[frontend][errors]") {
    Line line;
    Param<int> step("step", 1, 1, 3);
    Func copy("copy");
    copy(line.x) = line.input(line.x);
    line.f(line.x) = copy(line.x * step);
    line.finish();
    copy.compute_root();
    line.f.unroll(line.x, 4);
    line.input.dim(0).set_bounds(0, 64);
    CHECK_THAT(message_of([&] { design_of(line.output, {line.input}, {}, {step.parameter()}); }),
               Contains("f's pure definition") && Contains("scalar inputs") && Contains("step"));
}

TEST_CASE("error: windows of two layers with padding that is inlined between them",
          "[frontend][errors]") {
    const auto design_with = [](bool inlined) {
        ImageParam input(Int(16), 2, "input");
        input.dim(0).set_bounds(0, 4);
        input.dim(1).set_bounds(0, 12);
        Var x("x"), y("y");
        Func copy("copy"), first("first"), padded("padded"), output("output");
        copy(x, y) = BoundaryConditions::constant_exterior(input, 0)(x, y);
        first(x, y) = copy(x, y - 1) + copy(x, y + 1);
        padded(x, y) =
            BoundaryConditions::constant_exterior(first, 0, {{Expr(), Expr()}, {0, 12}})(x, y);
        output(x, y) = padded(x, y - 1) + padded(x, y + 1);
        output.bound(x, 0, 4).bound(y, 0, 12);
        copy.store_root().compute_at(output, y);
        if (inlined) {
            first.store_root().compute_at(output, y);
        } else {
            first.compute_at(output, y);
            padded.store_root().compute_at(output, y);
        }
        return design_of(output, {input});
    };
    CHECK_THAT(message_of([&] { design_with(true); }),
               Contains("Func copy") && Contains("loops output.s0.y") &&
                   Contains("give the store_at to what pads the other one's rows"));
    const hwir::Design design = design_with(false); // what the message asks for
    for (const hwir::Buffer &buffer : design.buffers) {
        CHECK(buffer.slides() == (buffer.func != "first"));
    }
}
