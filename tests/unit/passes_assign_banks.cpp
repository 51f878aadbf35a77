#include "hwgen/passes/assign_banks.h"
#include "hwgen/passes/lane_map.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;
using Catch::Matchers::Contains;

namespace {

using test::ProcessWriter;

/// A one-dimensional buffer, filled one element per cycle and read by `reader` (which must store to
/// tensor 0).
Design one_buffer(int64_t extent) {
    Design d;
    d.name = "one";
    d.tensors = {test::dense_tensor("out", test::int8, Direction::Output, {1024})};
    ProcessWriter w(d.exprs, "tile", 0);
    ExprId x = w.serial("tile.s0.x", extent);
    w.store(MemoryKind::Buffer, 0, {w.index({{x, 1}})}, d.exprs.constant(1, test::int8));
    Buffer b;
    b.name = b.func = "tile";
    b.type = test::int8;
    b.extents = {extent};
    b.writers = {{0, 0}};
    b.readers = {{1, 0}};
    d.buffers = {b};
    d.processes = {w.process};
    return d;
}

/// Adds a reader: serial loop x of 4 iterations, lanes of the given extents, loads at step*x +
/// sum(coefficient*lane) + offset.
void add_reader(Design &d, int64_t step, std::vector<std::pair<int64_t, int64_t>> lanes,
                std::vector<int64_t> offsets) {
    ProcessWriter r(d.exprs, "out", 0);
    std::vector<std::pair<ExprId, int64_t>> terms{{r.serial("out.s0.x", 4), step}};
    for (size_t i = 0; i < lanes.size(); i++) {
        terms.push_back(
            {r.lane("out.s0.lane" + std::to_string(i), lanes[i].first), lanes[i].second});
    }
    ExprId value;
    for (int64_t offset : offsets) {
        value = r.load(MemoryKind::Buffer, 0, test::int8, {r.index(terms, offset)});
    }
    r.store(MemoryKind::Tensor, 0, {r.index({{terms[0].first, 1}})}, value);
    d.processes.push_back(r.process);
}

} // namespace

TEST_CASE("banks keep the lanes of an access apart") {
    struct Example {
        int64_t step;
        std::vector<std::pair<int64_t, int64_t>> lanes; // extent, coefficient
        int64_t banks;
        bool packed;
    };
    const std::vector<Example> examples{
        {1, {}, 1, false},               // no lanes
        {4, {{4, 1}}, 4, true},          // 0 1 2 3 from a multiple of 4
        {1, {{4, 1}}, 4, false},         // rotates
        {8, {{4, 2}}, 5, false},         // 0 2 4 6
        {4, {{3, 1}, {2, 2}}, 5, false}, // diagonal: 0 .. 4
        {4, {{4, 0}}, 1, false},         // broadcast
        {4, {{4, -1}}, 4, false},        // 0 -1 -2 -3: two words
        {6, {{2, 3}}, 2, false},         // 0 3: neighbouring banks, different words
    };
    for (const Example &e : examples) {
        Design d = one_buffer(64);
        add_reader(d, e.step, e.lanes, {0});
        passes::assign_banks(d);
        INFO("step " << e.step << ", " << e.lanes.size() << " lanes");
        CHECK(d.buffers[0].banks == std::vector<int64_t>{e.banks});
        CHECK(d.buffers[0].packed == std::vector<bool>{e.packed});
    }
}

TEST_CASE("an offset may split the banks over two words") {
    Design d = one_buffer(64);
    add_reader(d, 4, {{4, 1}}, {0, 2});
    passes::assign_banks(d);
    CHECK(d.buffers[0].banks == std::vector<int64_t>{4});
    CHECK(d.buffers[0].packed == std::vector<bool>{false});
}

TEST_CASE("lanes with links have words of their own") {
    for (int64_t step : {4, 3}) { // 3: the lanes are rotated, and so in the same cycle
        Design d = one_buffer(64);
        add_reader(d, step, {{4, 1}}, {0});
        Process &reader = d.processes[1];
        reader.array = Array{{}, {1}, false, false};
        passes::assign_banks(d);
        CHECK(d.buffers[0].packed == std::vector<bool>{step == 4});
        reader.array->column_links = true;
        passes::assign_banks(d);
        CHECK(d.buffers[0].banks == std::vector<int64_t>{4});
        CHECK(d.buffers[0].packed == std::vector<bool>{false});
    }
}

TEST_CASE("every distinct load has a port") {
    Design d = one_buffer(64);
    add_reader(d, 1, {}, {0, 1, 0, 2});
    passes::assign_banks(d);
    const std::vector<ReadPort> &ports = d.buffers[0].read_ports;
    REQUIRE(ports.size() == 3);
    CHECK(ports[0].loads == std::vector<int>{0, 2});
    CHECK(ports[1].loads == std::vector<int>{1});
    CHECK(ports[2].loads == std::vector<int>{3});
}

TEST_CASE("the load of an accumulation's own element has no port") {
    Design d = test::matrix_multiply();
    passes::assign_banks(d);
    REQUIRE(d.buffers[2].read_ports.size() == 1);
    CHECK(d.buffers[2].read_ports[0].process == 3);
    CHECK(d.buffers[0].banks == std::vector<int64_t>{2, 1});
    CHECK(d.buffers[1].banks == std::vector<int64_t>{4, 2});
    CHECK(d.buffers[2].banks == std::vector<int64_t>{4, 1});
}

TEST_CASE("a circle that lanes reach has a bank per row") {
    Design d = one_buffer(8);
    add_reader(d, 1, {{3, 1}}, {0});
    d.processes[1].loads[0].indices[0].modulus = 8;
    passes::assign_banks(d);
    CHECK(d.buffers[0].banks == std::vector<int64_t>{8});

    d.processes[1].loads[0].indices[0].modulus = 2;
    CHECK_THROWS_AS(passes::assign_banks(d), UserError);
    CHECK_THROWS_WITH(passes::assign_banks(d), Contains("out_s0 (Func out) stage 0") &&
                                                   Contains("dimension 0 of buffer tile") &&
                                                   Contains("out.s0.lane0"));
}

TEST_CASE("too many banks are refused") {
    Design d = one_buffer(10000);
    add_reader(d, 1, {{5000, 1}}, {0});
    CHECK_THROWS_WITH(passes::assign_banks(d), Contains("Unroll fewer iterations"));
}

TEST_CASE("residues of expressions") {
    ExprPool e;
    std::vector<Loop> loops{{"a", LoopKind::Serial, e.constant(5), 5},
                            {"b", LoopKind::Serial, e.constant(100000), 100000}};
    ExprId a = e.counter(0), b = e.counter(1);
    auto times = [&](ExprId x, int64_t k) { return e.mul(x, e.constant(k)); };
    CHECK(passes::static_residue(e, times(b, 8), loops, 4) == 0);
    CHECK(passes::static_residue(e, e.add(times(b, 8), e.constant(3)), loops, 4) == 3);
    CHECK(!passes::static_residue(e, times(b, 2), loops, 4));
    CHECK(passes::static_residue(e, e.min(times(b, 4), e.constant(8)), loops, 4) == 0);
    CHECK(!passes::static_residue(e, e.min(times(b, 4), e.constant(7)), loops, 4));
    // Found by trying all values: a - a % 2 is even.
    CHECK(passes::static_residue(e, e.sub(a, e.make(Op::Mod, index_type, {a, e.constant(2)})),
                                 loops, 2) == 0);
    CHECK(passes::floor_div(-1, 4) == -1);
    CHECK(passes::floor_mod(-1, 4) == 3);
}
