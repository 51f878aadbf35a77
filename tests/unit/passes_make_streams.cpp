#include "hwgen/hwir/print.h"
#include "hwgen/interpreter/stream_walker.h"
#include "hwgen/passes/make_streams.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;
using Catch::Matchers::Contains;
using test::ProcessWriter;

namespace {

/// A design of one process that loads from tensor t and stores to tensor u at the same coordinates.
Design copy_design(ExprPool pool, Process process, std::vector<int64_t> extents) {
    Design d;
    d.name = "copy";
    d.exprs = std::move(pool);
    d.tensors = {test::dense_tensor("t", test::int8, Direction::Input, extents),
                 test::dense_tensor("u", test::int8, Direction::Output, extents)};
    d.processes = {std::move(process)};
    return d;
}

std::vector<int64_t> walk(const Design &d, const Stream &s) {
    interpreter::DescriptorWalker walker(d.exprs, s.descriptor);
    std::vector<int64_t> elements;
    while (std::optional<int64_t> e = walker.next()) {
        elements.push_back(*e);
    }
    return elements;
}

int64_t runs_of(const Design &d, const Stream &s) {
    interpreter::DescriptorWalker walker(d.exprs, s.descriptor);
    while (walker.next()) {
    }
    return walker.runs();
}

} // namespace

TEST_CASE("loops over neighbours become one run") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    ExprId y = p.serial("y", 4), x = p.serial("x", 3), c = p.lane("c", 2);
    auto at = [&] {
        return std::vector<Index>{p.index({{c, 1}}), p.index({{x, 1}}), p.index({{y, 1}})};
    };
    p.store(MemoryKind::Tensor, 1, at(), p.load(MemoryKind::Tensor, 0, test::int8, at()));
    Design d = copy_design(e, p.process, {2, 3, 4});
    passes::make_streams(d);
    REQUIRE(d.streams.size() == 2);
    CHECK(d.streams[0].name == "t_stream");
    CHECK(d.streams[0].load == 0);
    CHECK(d.streams[1].name == "u_stream");
    CHECK(d.streams[1].load == -1);
    CHECK(d.streams[0].lanes == std::vector<int>{2});
    CHECK(d.streams[0].descriptor.loops.empty());
    CHECK(d.streams[0].descriptor.max_length == 24);
}

TEST_CASE("padding cuts runs at both ends") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    // Rows and columns -1 .. 4 of a 4 x 4 image.
    ExprId y = p.serial("y", 6), x = p.lane("x", 6);
    std::vector<Index> at{p.index({{x, 1}}, -1), p.index({{y, 1}}, -1)};
    std::vector<ExprId> inside;
    for (ExprId v : {x, y}) {
        ExprId outside =
            e.make(Op::Or, boolean, {e.less(v, e.constant(1)), e.less(e.constant(4), v)});
        inside.push_back(e.make(Op::Not, boolean, {outside}));
    }
    ExprId v = p.load(MemoryKind::Tensor, 0, test::int8, at, inside);
    p.process.enables = inside;
    p.store(MemoryKind::Tensor, 1, at, v);
    Design d = copy_design(e, p.process, {4, 4});
    passes::make_streams(d);
    const Stream &s = d.streams[0];
    INFO(print(d));
    CHECK(s.shifted);
    CHECK(runs_of(d, s) == 1); // whole rows, so that the rows join as well
    std::vector<int64_t> all(16);
    for (int i = 0; i < 16; i++) {
        all[i] = i;
    }
    CHECK(walk(d, s) == all);
    CHECK(walk(d, d.streams[1]) == all);
}

TEST_CASE("padding that depends on a tile is cut in each row") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    // Tiles of 2 columns with one more at either side, of a row of 4.
    ExprId xo = p.serial("xo", 2), x = p.serial("x", 4);
    std::vector<Index> at{p.index({{xo, 2}, {x, 1}}, -1)};
    ExprId column = e.add(e.mul(xo, e.constant(2)), x);
    std::vector<ExprId> inside{e.less_equal(e.constant(1), column),
                               e.less_equal(column, e.constant(4))};
    p.process.enables = inside;
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {4});
    passes::make_streams(d);
    INFO(print(d));
    CHECK(walk(d, d.streams[0]) == std::vector<int64_t>{0, 1, 2, 1, 2, 3});
    CHECK(runs_of(d, d.streams[0]) == 2);
}

TEST_CASE("a ragged split joins as one loop") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    // 13 columns in 4 tiles of 4 lanes, 2 rows of 16.
    ExprId y = p.serial("y", 2), xo = p.serial("xo", 4), xi = p.lane("xi", 4);
    p.process.enables = {e.less(e.add(e.mul(xo, e.constant(4)), xi), e.constant(13))};
    std::vector<Index> at{p.index({{xo, 4}, {xi, 1}}), p.index({{y, 1}})};
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {16, 2});
    passes::make_streams(d);
    INFO(print(d));
    CHECK(d.streams[0].descriptor.loops.size() == 1);
    CHECK(d.streams[0].descriptor.max_length == 13);
    CHECK(runs_of(d, d.streams[0]) == 2);
    CHECK(walk(d, d.streams[0]).size() == 26);
    CHECK(!d.streams[0].shifted);
}

TEST_CASE("a variable extent ends the run") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    ExprId xo = p.serial("xo", 4);
    ExprId xi =
        p.serial("xi", e.min(e.constant(4), e.sub(e.constant(13), e.mul(xo, e.constant(4)))), 4);
    std::vector<Index> at{p.index({{xo, 4}, {xi, 1}})};
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {13});
    passes::make_streams(d);
    INFO(print(d));
    CHECK(runs_of(d, d.streams[0]) == 1);
    CHECK(walk(d, d.streams[0]).size() == 13);
}

TEST_CASE("a guard loop becomes a condition") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    ExprId y = p.serial("y", 3);
    ExprId odd = e.make(Op::Equal, boolean,
                        {e.make(Op::Mod, index_type, {y, e.constant(2)}), e.constant(1)});
    p.serial("guard", e.make(Op::Select, index_type, {odd, e.constant(1), e.constant(0)}), 1);
    ExprId x = p.serial("x", 5);
    std::vector<Index> at{p.index({{x, 1}}), p.index({{y, 1}})};
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {5, 3});
    passes::make_streams(d);
    INFO(print(d));
    CHECK(walk(d, d.streams[0]) == std::vector<int64_t>{5, 6, 7, 8, 9});
    CHECK(runs_of(d, d.streams[0]) == 1);
}

TEST_CASE("strided and transposed accesses keep their order") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    // Lanes over rows, serial over every second column.
    ExprId x = p.serial("x", 2), y = p.lane("y", 3), same = p.lane("same", 2);
    (void)same;
    std::vector<Index> at{p.index({{x, 2}}, 1), p.index({{y, 1}})};
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {4, 3});
    passes::make_streams(d);
    CHECK(d.streams[0].lanes ==
          std::vector<int>{1}); // lanes that share the element are no lanes of the stream
    CHECK(walk(d, d.streams[0]) == std::vector<int64_t>{1, 5, 9, 3, 7, 11});
    CHECK(d.streams[0].descriptor.max_length == 1);
}

TEST_CASE("the lane with the largest stride is outermost") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    ExprId x = p.lane("x", 2), y = p.lane("y", 3);
    std::vector<Index> at{p.index({{x, 1}}), p.index({{y, 1}})};
    p.store(MemoryKind::Tensor, 1, at, p.load(MemoryKind::Tensor, 0, test::int8, at));
    Design d = copy_design(e, p.process, {2, 3});
    passes::make_streams(d);
    CHECK(d.streams[0].lanes == std::vector<int>{1, 0});
    CHECK(d.streams[0].descriptor.max_length == 6);
}

TEST_CASE("what a stream cannot do is refused") {
    ExprPool e;
    ProcessWriter p(e, "f", 0);
    ExprId z = p.serial("z", 2), x = p.lane("x", 3), y = p.lane("y", 3), same = p.lane("same", 2);
    (void)z;
    std::vector<Index> at{p.index({{x, 1}}), p.index({{y, 1}})};
    auto build = [&](ExprId enable, std::vector<Index> indices) {
        ProcessWriter q = p;
        if (enable.defined()) {
            q.process.enables = {enable};
        }
        ExprId v = q.load(MemoryKind::Tensor, 0, test::int8, indices);
        q.store(MemoryKind::Tensor, 1, indices, v);
        Design d = copy_design(e, q.process, {4, 4});
        passes::make_streams(d);
        return d;
    };
    CHECK_NOTHROW(build(e.less(y, e.constant(2)), at)); // the outermost lane may be cut
    CHECK_THROWS_WITH(build(e.less(x, e.constant(2)), at), Contains("Func f stage 0") &&
                                                               Contains("loop y") &&
                                                               Contains("no neighbours"));
    ExprId even = e.make(Op::Equal, boolean,
                         {e.make(Op::Mod, index_type, {y, e.constant(2)}), e.constant(0)});
    CHECK_THROWS_WITH(build(even, at), Contains("no neighbours"));
    CHECK_THROWS_WITH(build(e.less(e.constant(0), same), at),
                      Contains("loop same shares the element"));
    ExprId data = e.less(e.constant(0), e.cast(index_type, e.load(0, test::int8)));
    CHECK_THROWS_WITH(build(data, at), Contains("depends on data"));
    std::vector<Index> table = at;
    table[0].lane_table = e.make(Op::Div, index_type, {x, e.constant(2)});
    CHECK_THROWS_WITH(build({}, table), Contains("no affine function"));
}
