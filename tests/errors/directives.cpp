#include "halide-fork/orrery.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>

using namespace Halide;
using Catch::Matchers::Contains;

namespace {

/// in -> mid -> out, one byte per element.
struct Example {
    ImageParam in{Int(8), 2, "in"};
    Var x{"x"}, y{"y"}, xo{"xo"}, xi{"xi"};
    Func mid{"mid"}, out{"out"};
    Example() {
        mid(x, y) = in(x, y) + in(x + 1, y);
        out(x, y) = cast<int8_t>(mid(x, y) * 2);
        out.bound(x, 0, 16).bound(y, 0, 16);
    }
};

/// The message of the UserError that `act` must throw. Any other exception fails the test.
template <typename Action>
std::string message_of(Action act) {
    try {
        act();
    } catch (const Orrery::UserError &error) {
        return error.what();
    }
    FAIL("no error");
    return "";
}

std::string message_of_array(const std::function<void(Example &, Orrery::Accelerator &)> &act) {
    Example e;
    Orrery::Accelerator hw = Orrery::accelerate(e.out);
    return message_of([&] { act(e, hw); });
}

} // namespace

TEST_CASE("pe_array: the loop must exist") {
    const std::string message =
        message_of_array([](Example &e, auto &hw) { hw.pe_array(e.out, {e.xi}); });
    CHECK_THAT(message, Contains("stage out") && Contains("no loop xi") && Contains("x, y") &&
                            Contains("after the split"));
}

TEST_CASE("pe_array: a loop lies on one axis, once") {
    const std::string message =
        message_of_array([](Example &e, auto &hw) { hw.pe_array(e.out, {e.x}, {e.x}); });
    CHECK_THAT(message,
               Contains("loop x of stage out") && Contains("twice") && Contains("name it"));
}

TEST_CASE("pe_array: at least one loop") {
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.pe_array(e.out, {}); }),
               Contains("no loop of stage out") && Contains("Name at least one"));
}

TEST_CASE("pe_array: one array per stage") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.pe_array(e.out, {e.x});
        hw.pe_array(e.out, {}, {e.y});
    });
    CHECK_THAT(message, Contains("stage out") && Contains("already has an array"));
}

TEST_CASE("pe_array: no parallel loops") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        e.out.parallel(e.x);
        hw.pe_array(e.out, {e.x});
    });
    CHECK_THAT(message, Contains("loop x of stage out") && Contains("parallel"));
}

TEST_CASE("pe_array: loops may not be split afterwards") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.pe_array(e.out, {e.x});
        e.out.split(e.x, e.xo, e.xi, 4);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("loop x of stage out") && Contains("Give pe_array last"));
}

TEST_CASE("pe_array: the stage must belong to the pipeline") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        Example other;
        hw.pe_array(other.out, {other.x});
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("not part of the pipeline"));
}

TEST_CASE("systolic: the stage must have an array") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.systolic(e.out);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("stage out") && Contains("no array") && Contains("pe_array"));
}

TEST_CASE("systolic: the array must have the axis") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.systolic(e.out, Orrery::Axis::Columns);
        hw.pe_array(e.out, {e.x});
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("array of stage out") && Contains("no columns"));
}

TEST_CASE("buffer: one or two slots") {
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.buffer(e.mid).slots(3); }),
               Contains("buffer mid") && Contains("slots(3)") && Contains("slots(2)"));
}

TEST_CASE("buffer: only a Func that is stored has one") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.buffer(e.mid);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("Func mid") && Contains("inline") && Contains("compute_at"));
}

TEST_CASE("buffer: not of the output") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.buffer(e.out);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message,
               Contains("buffer: Func out") && Contains("is the output") && Contains("port(out"));
}

TEST_CASE("buffer: one directive per Func") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        hw.buffer(e.mid);
        hw.buffer(e.mid);
    });
    CHECK_THAT(message, Contains("mid") && Contains("already"));
}

TEST_CASE("buffer: the Func must belong to the pipeline") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        Example other;
        hw.buffer(other.mid);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("not part of the pipeline"));
}

TEST_CASE("port: widths, outstanding bursts and lengths have limits") {
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.port(e.in).bus_bits(48); }),
               Contains("port in") && Contains("bus_bits(48)") && Contains("32, 64"));
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.port(e.in).bus_bits(1024); }),
               Contains("bus_bits(1024)"));
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.port(e.out).outstanding(0); }),
               Contains("port out") && Contains("outstanding(0)"));
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.port(e.in).burst_beats(3); }),
               Contains("burst_beats(3)") && Contains("power of two"));
}

TEST_CASE("port: only of inputs and of the output") {
    CHECK_THAT(message_of_array([](Example &e, auto &hw) { hw.port(e.mid); }),
               Contains("Func mid") && Contains("neither an input nor the output") &&
                   Contains("buffer(mid"));
}

TEST_CASE("port: the input must belong to the pipeline") {
    const std::string message = message_of_array([](Example &e, auto &hw) {
        Func unused("unused");
        ImageParam other(Int(8), 1, "other");
        hw.port(other);
        Orrery::compile(e.out);
    });
    CHECK_THAT(message, Contains("other is not an input"));
}

TEST_CASE("accelerate: once per pipeline, for its output") {
    CHECK_THAT(message_of([] {
                   Example e;
                   Orrery::accelerate(e.out);
                   Orrery::accelerate(e.out);
               }),
               Contains("already has an accelerator"));
    CHECK_THAT(message_of([] {
                   Example e;
                   Orrery::accelerate(e.out);
                   Orrery::accelerate(e.mid);
                   Orrery::compile(e.out);
               }),
               Contains("two accelerators") && Contains("Func out") && Contains("Func mid"));
    CHECK_THAT(message_of([] {
                   Example e;
                   Orrery::accelerate(e.mid);
                   Orrery::compile(e.out);
               }),
               Contains("not the output of the pipeline"));
    CHECK_THAT(message_of([] {
                   Example e;
                   Orrery::compile(e.out);
               }),
               Contains("no accelerator") && Contains("Orrery::accelerate(out"));
}

TEST_CASE("Funcs must be defined before directives are given for them") {
    CHECK_THAT(message_of([] { Orrery::accelerate(Func("nothing")); }),
               Contains("no definition yet"));
    CHECK_THAT(message_of_array([](Example &, auto &hw) { hw.buffer(Func("nothing")); }),
               Contains("no definition yet"));
}

TEST_CASE("compile: every input must be among the arguments") {
    const std::string message = message_of_array([](Example &e, auto &) {
        ImageParam other(Int(8), 1, "other");
        Orrery::compile(e.out, {other});
    });
    CHECK_THAT(message, Contains("input in") && Contains("not among the arguments"));
}

TEST_CASE("write: nothing is left behind when the reference cannot be linked") {
    Example e;
    e.out.split(e.x, e.xo, e.xi, 4);
    Orrery::accelerate(e.out).pe_array(e.out, {e.xi});
    const Orrery::Design design = Orrery::compile(e.out);
    const std::filesystem::path place =
        std::filesystem::temp_directory_path() / "orrery-errors-directives";
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place);

    const char *before = std::getenv("CXX");
    const std::string kept = before ? before : "";
    setenv("CXX", "no-such-compiler", 1);
    const std::string message = message_of([&] { design.write(place / "design"); });
    before ? setenv("CXX", kept.c_str(), 1) : unsetenv("CXX");

    CHECK_THAT(message, Contains("no-such-compiler") && Contains("CXX"));
    CHECK(std::filesystem::is_empty(place));
    design.write(place / "design");
    CHECK(std::filesystem::exists(place / "design" / "reference.so"));
    std::filesystem::remove_all(place);
}

TEST_CASE("buffer: a Func in DRAM has one copy") {
    Example e;
    Orrery::Accelerator hw = Orrery::accelerate(e.out);
    CHECK_THAT(message_of([&] { hw.buffer(e.mid, Orrery::Memory::Dram).slots(2); }),
               Contains("mid") && Contains("one copy") && Contains("Remove slots(2)"));
}

TEST_CASE("port: a Func in between has one only in DRAM") {
    Example e;
    Orrery::Accelerator hw = Orrery::accelerate(e.out);
    CHECK_THAT(message_of([&] { hw.port(e.mid); }),
               Contains("mid") && Contains("neither an input nor the output") &&
                   Contains("Memory::Dram) first"));
    hw.buffer(e.mid, Orrery::Memory::Dram);
    hw.port(e.mid).bus_bits(64);
}

TEST_CASE("Dram: elements are whole bytes") {
    Example e;
    Func flag("flag"), out("out");
    flag(e.x, e.y) = e.mid(e.x, e.y) > 3;
    out(e.x, e.y) = select(flag(e.x, e.y), 1, 2);
    out.bound(e.x, 0, 16).bound(e.y, 0, 16);
    flag.compute_root();
    Orrery::Accelerator hw = Orrery::accelerate(out);
    hw.buffer(flag, Orrery::Memory::Dram);
    CHECK_THAT(message_of([&] { Orrery::compile(out); }),
               Contains("Func flag") && Contains("no whole bytes") && Contains("cast it to uint8"));
}

TEST_CASE("Dram: one stage stores a Func") {
    Example e;
    RDom r(1, 7, "r");
    Func sum("sum"), out("out");
    sum(e.x, e.y) = cast<int32_t>(0);
    sum(e.x, r) +=
        cast<int32_t>(e.in(e.x, r)); // leaves rows out: the initial value is a stage of its own
    out(e.x, e.y) = sum(e.x, e.y);
    out.bound(e.x, 0, 16).bound(e.y, 0, 16);
    sum.compute_root();
    Orrery::Accelerator hw = Orrery::accelerate(out);
    hw.buffer(sum, Orrery::Memory::Dram);
    CHECK_THAT(message_of([&] { Orrery::compile(out); }),
               Contains("Func sum") && Contains("2 of its stages") &&
                   Contains("copy it to a Func in DRAM"));
}

TEST_CASE("Dram: lanes do not meet in one element") {
    Example e;
    RDom r(0, 4, "r");
    Func sum("sum"), out("out");
    sum(e.x, e.y) = cast<int32_t>(0);
    sum(e.x, e.y) += cast<int32_t>(e.in(e.x + r, e.y));
    out(e.x, e.y) = sum(e.x, e.y);
    out.bound(e.x, 0, 16).bound(e.y, 0, 16);
    sum.compute_root().update().unroll(r);
    Orrery::Accelerator hw = Orrery::accelerate(out);
    hw.buffer(sum, Orrery::Memory::Dram);
    CHECK_THAT(message_of([&] { Orrery::compile(out); }),
               Contains("sum.update(0)") && Contains("sum.s1.r") && Contains("kept in DRAM") &&
                   Contains("rfactor"));
}

TEST_CASE("Dram: the output is there anyway") {
    Example e;
    Orrery::Accelerator hw = Orrery::accelerate(e.out);
    e.mid.compute_root();
    hw.buffer(e.out, Orrery::Memory::Dram);
    CHECK_THAT(message_of([&] { Orrery::compile(e.out); }),
               Contains("out") && Contains("stored in DRAM"));
}
