#include "hwgen/hwir/print.h"
#include "hwgen/hwir/verify.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace Orrery;
using namespace Orrery::hwir;
using Catch::Matchers::Contains;

TEST_CASE("expressions are printed as infix text") {
    ExprPool e;
    std::vector<Loop> loops{{"f.s0.x", LoopKind::Serial, e.constant(4), 4},
                            {"y", LoopKind::Lane, e.constant(4), 4}};
    ExprId x = e.counter(0), y = e.counter(1);
    ExprId a = e.load(0, {8, true}), b = e.load(1, {32, true});
    auto text = [&](ExprId id) { return print_expr(e, id, loops); };
    CHECK(text(e.sub(x, e.sub(y, x))) == "f.s0.x - (y - f.s0.x)");
    CHECK(text(e.sub(e.sub(x, y), y)) == "f.s0.x - y - y");
    CHECK(text(e.mul(e.add(x, y), e.constant(3))) == "(f.s0.x + y)*3");
    CHECK(text(e.min(x, e.make(Op::Div, index_type, {y, x}))) == "min(f.s0.x, y/f.s0.x)");
    CHECK(text(e.logical_and(e.less(x, y), e.less_equal(y, x))) == "f.s0.x < y && y <= f.s0.x");
    CHECK(text(e.add(e.cast({32, true}, a), b)) == "int32(load0) + load1");
    CHECK(text(e.add(a, e.constant(-3, {8, true}))) == "load0 + int8(-3)");
    CHECK(text(e.add(b, e.make(Op::ShiftRight, {32, true}, {e.mul(b, b), x}))) ==
          "load1 + ((load1*load1) >> f.s0.x)");
    CHECK(text(ExprId()) == "undefined");
    CHECK(type_name(boolean) == "bool");
    CHECK(type_name({16, false}) == "uint16");
}

TEST_CASE("what an expression uses again and again is printed once") {
    ExprPool e;
    const std::vector<Loop> loops{{"x", LoopKind::Serial, e.constant(4), 4}};
    ExprId value = e.counter(0);
    for (int step = 0; step < 200; step++) {
        value = e.add(e.mul(value, value), e.min(value, e.constant(step)));
    }
    const ExprNames names = name_shared(e, {value});
    CHECK(names.size() > 60);
    size_t length = 0;
    for (const auto &[id, name] : names) {
        const std::string text = print_definition(e, id, loops, names);
        CHECK(text != name);
        CHECK(print_expr(e, id, loops, names) == name);
        length += text.size();
    }
    CHECK(length < 40'000);
    const ExprId small = e.add(e.counter(0), e.constant(7));
    CHECK(name_shared(e, {e.mul(small, small)}).empty());
}

TEST_CASE("indices are printed as sums") {
    ExprPool e;
    std::vector<Loop> loops{{"x", LoopKind::Serial, e.constant(4), 4},
                            {"y", LoopKind::Lane, e.constant(4), 4}};
    Index i;
    i.coefficients = {-1, 2};
    i.offset = -3;
    CHECK(print_index(e, i, loops) == "-x + 2*y - 3");
    i.base = e.min(e.counter(0), e.constant(2));
    i.lane_table = e.make(Op::Div, index_type, {e.counter(1), e.constant(2)});
    i.modulus = 8;
    CHECK(print_index(e, i, loops) == "(-x + 2*y + base(min(x, 2)) + table(y/2) - 3) % 8");
    i = Index();
    i.coefficients = {0, 0};
    CHECK(print_index(e, i, loops) == "0");
}

TEST_CASE("the text of a design") {
    Design d = test::matrix_multiply();
    passes::run_passes(d);
    std::string text = print(d);
    CHECK(text == print(d));
    for (const char *part : {
             "design matmul\n",
             "tensor a int8 input\n    dimension 0: min 0, extent 5, stride 1\n",
             "    bus_bits 128, outstanding_bursts 16, max_burst_beats 256\n",
             "buffer b_tile int8[4, 5] of Func b_tile\n    technology register_file, slots 2\n    "
             "writer "
             "b_tile_s0 depth 1\n        progress b_tile.s0.k\n"
             "    reader acc_s1 depth 1\n        needs progress > 2*acc.s1.ko + 1\n    banks [4, "
             "2]\n    packed [yes, yes]\n    read_port "
             "acc_s1 loads [1]\n",
             "process acc_s1 of Func acc stage 1\n    for c.s0.mo in 0..2\n",
             "    lane acc.s1.ki in 0..2\n",
             "    enable acc.s1.ko*2 + acc.s1.ki < 5\n",
             "    load1 = buffer b_tile[acc.s1.m, 2*acc.s1.ko + acc.s1.ki]\n",
             "    accumulate sum self load2 first_visit [acc.s1.ko]\n"
             "        increment int32 int32(load0)*int32(load1)\n        init int32 0\n",
             "    array rows [acc.s1.ki] columns [acc.s1.m]\n",
             "    store tensor c[4*c.s0.mo + c.s0.mi, c.s0.n]\n    value int8 int8(load0 >> 2)\n",
             "stream a_stream of tensor a for a_tile_s0.load0\n    lanes []\n    start 0\n   "
             " length 15 at most 15\n",
         }) {
        CHECK_THAT(text, Contains(part));
    }
}

TEST_CASE("the text of a schedule") {
    Design d = test::matrix_multiply();
    CHECK_THAT(print_schedule(d),
               Contains("acc_s1 (Func acc, stage 1)\n"
                        "  [read a_tile]\n"
                        "  for c.s0.mo in 0..2\n"
                        "    [read b_tile, 2 slots]\n"
                        "    [fill acc: 4 x 3 x int32, 2 slots]\n"
                        "    for acc.s1.n in 0..3\n"
                        "      for acc.s1.ko in 0..3\n"
                        "        array 2 rows (acc.s1.ki 0..2) x 4 columns (acc.s1.m 0..4)\n"));
}

TEST_CASE("links of an array: printed, and the hops along them") {
    Design d = test::matrix_multiply();
    Process &p = d.processes[2];
    std::vector<int64_t> last;
    for (const Loop &l : p.loops) {
        last.push_back(l.max_extent - 1);
    }
    CHECK(linked_lanes(p).empty());
    CHECK(hops(p, last) == 0);
    p.array->column_links = true;
    CHECK_THAT(print(d), Contains("    array rows [acc.s1.ki] columns [acc.s1.m] linked\n"));
    CHECK_THAT(print_schedule(d),
               Contains("array 2 rows (acc.s1.ki 0..2) x 4 columns (acc.s1.m 0..4) linked\n"));
    CHECK(linked_lanes(p) == p.array->columns);
    CHECK(hops(p, last) == 3);
    p.array->row_links = true;
    CHECK_THAT(print(d), Contains("    array rows [acc.s1.ki] linked columns [acc.s1.m] linked\n"));
    CHECK(hops(p, last) == 3 + 1);
}

TEST_CASE("verify accepts a design and names what is wrong in others") {
    using Change = std::function<void(Design &)>;
    const std::vector<std::pair<std::string, Change>> mistakes{
        {"not an identifier", [](Design &d) { d.buffers[0].name = "a tile"; }},
        {"two objects are named acc_s1", [](Design &d) { d.processes[0].name = "acc_s1"; }},
        {"serial loop acc.s1.m inside a lane loop",
         [](Design &d) { d.processes[2].loops[4].kind = LoopKind::Serial; }},
        {"a loop extent refers to loop 3",
         [](Design &d) { d.processes[2].loops[1].extent = d.exprs.counter(3); }},
        {"not its maximum", [](Design &d) { d.processes[2].loops[4].extent = d.exprs.counter(0); }},
        {"4 coefficients for 5 loops",
         [](Design &d) { d.processes[2].loads[0].indices[0].coefficients.pop_back(); }},
        {"the base of an index refers to loop 4",
         [](Design &d) { d.processes[2].loads[0].indices[0].base = d.exprs.counter(4); }},
        {"the lane table of an index refers to loop 0",
         [](Design &d) { d.processes[2].loads[0].indices[0].lane_table = d.exprs.counter(0); }},
        {"a predicate refers to load 1",
         [](Design &d) {
             ExprId load = d.exprs.cast(index_type, d.exprs.load(1, test::int8));
             d.processes[2].loads[0].predicate = {d.exprs.less(load, d.exprs.constant(3))};
         }},
        {"an enable is not a condition",
         [](Design &d) { d.processes[2].enables = {d.exprs.constant(1)}; }},
        {"1 indices for 2 dimensions", [](Design &d) { d.processes[2].store.indices.pop_back(); }},
        {"buffer 7", [](Design &d) { d.processes[2].store.memory = 7; }},
        {"another type than the memory",
         [](Design &d) { d.processes[3].value = d.exprs.constant(1); }},
        {"first_visit names loop 3",
         [](Design &d) { d.processes[2].accumulation->first_visit = {3}; }},
        {"reduced by an unknown operator",
         [](Design &d) {
             d.processes[2].accumulation->op = ReduceOp::Other;
             d.processes[2].value = d.exprs.load(2, test::int32);
         }},
        {"array axis 4 is used twice",
         [](Design &d) {
             d.processes[2].array = Array{{4}, {4}};
         }},
        {"links without rows",
         [](Design &d) {
             d.processes[2].array = Array{{}, {4}, true, false};
         }},
        {"token of acc_s1 at depth 4", [](Design &d) { d.buffers[2].writers[0].depth = 4; }},
        {"acc_s1 has no token",
         [](Design &d) {
             d.buffers[0].readers = {{3, 0}};
         }},
        {"acc_s1 reads the previous generation, which is not there",
         [](Design &d) {
             d.buffers[0].slots = 1;
             d.buffers[0].readers[0].previous = true;
             d.buffers[0].readers[0].needed.clear();
             d.buffers[0].progress.reset();
         }},
        {"writer of a previous generation",
         [](Design &d) { d.buffers[2].writers[0].previous = true; }},
        {"acc_s1 takes two tokens",
         [](Design &d) { d.buffers[2].readers.push_back(d.buffers[2].writers[0]); }},
        {"3 slots", [](Design &d) { d.buffers[0].slots = 3; }},
        {"extent 0", [](Design &d) { d.buffers[0].extents[0] = 0; }},
        {"0 banks", [](Design &d) { d.buffers[0].banks[0] = 0; }},
        {"load 0 of acc_s1: ports", [](Design &d) { d.buffers[0].read_ports.clear(); }},
        {"wrong direction", [](Design &d) { d.tensors[0].direction = Direction::Output; }},
        {"a bus of 100 bits", [](Design &d) { d.tensors[0].bus_bits = 100; }},
        {"maximum length 0", [](Design &d) { d.streams[0].descriptor.max_length = 0; }},
        {"loop 0 is not a lane", [](Design &d) { d.streams[1].lanes = {0}; }},
    };
    Design good = test::matrix_multiply();
    passes::run_passes(good);
    CHECK_NOTHROW(verify(good));
    for (const auto &[text, change] : mistakes) {
        Design bad = good;
        change(bad);
        INFO(text);
        CHECK_THROWS_AS(verify(bad), InternalError);
        CHECK_THROWS_WITH(verify(bad), Contains(text));
    }
}
