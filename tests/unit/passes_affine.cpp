#include "hwgen/hwir/print.h"
#include "hwgen/passes/affine.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;

namespace {

struct Fixture {
    ExprPool e;
    std::vector<Loop> loops;
    ExprId xo, x, n;
    Fixture() {
        for (const char *name : {"xo", "x", "n"}) {
            loops.push_back({name, LoopKind::Serial, e.constant(8), 8});
        }
        xo = e.counter(0);
        x = e.counter(1);
        n = e.counter(2);
    }
    ExprId constant(int64_t v) { return e.constant(v); }

    /// The facts must hold exactly where the condition does.
    passes::Facts checked(ExprId condition) {
        passes::Facts facts;
        passes::add_facts(e, condition, loops, facts);
        for (int64_t i = 0; i < 512; i++) {
            std::vector<int64_t> counters{i / 64, i / 8 % 8, i % 8};
            bool all = true;
            for (const passes::Affine &sum : facts.not_negative) {
                all = all && evaluate(e, passes::build(e, sum), counters) >= 0;
                CHECK((evaluate(e, passes::build(e, sum), counters) >= 0) ==
                      (evaluate(e, passes::build_not_negative(e, sum), counters) != 0));
            }
            for (ExprId other : facts.others) {
                all = all && evaluate(e, other, counters);
            }
            INFO(print_expr(e, condition, loops));
            REQUIRE(all == (evaluate(e, condition, counters) != 0));
        }
        return facts;
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "conditions are taken apart to sums") {
    ExprId tile = e.mul(xo, constant(4));
    SECTION("comparison") {
        CHECK(checked(e.less(e.add(x, tile), constant(13))).not_negative.size() == 1);
    }
    SECTION("not or") {
        ExprId either =
            e.make(Op::Or, boolean, {e.less(x, constant(1)), e.less_equal(constant(4), n)});
        passes::Facts f = checked(e.make(Op::Not, boolean, {either}));
        CHECK(f.not_negative.size() == 2);
        CHECK(f.others.empty());
    }
    SECTION("or stays") {
        CHECK(checked(e.make(Op::Or, boolean, {e.less(x, n), e.less(n, xo)})).others.size() == 1);
    }
    SECTION("minimum") {
        passes::Facts f = checked(e.less(x, e.min(constant(4), e.sub(constant(13), tile))));
        CHECK(f.not_negative.size() == 2);
    }
    SECTION("maximum below") {
        CHECK(checked(e.less(e.max(x, e.add(n, constant(2))), constant(5))).not_negative.size() ==
              2);
    }
    SECTION("maximum above stays an atom") {
        passes::Facts f = checked(e.less(x, e.max(n, constant(3))));
        REQUIRE(f.not_negative.size() == 1);
        CHECK(f.not_negative[0].atoms.size() == 1);
    }
    SECTION("equal") {
        CHECK(checked(e.make(Op::Equal, boolean, {x, n})).not_negative.size() == 2);
    }
    SECTION("not equal stays") {
        CHECK(checked(e.make(Op::NotEqual, boolean, {x, n})).others.size() == 1);
    }
    SECTION("quotients") {
        ExprId q = e.make(Op::Div, index_type, {e.sub(constant(12), x), constant(4)});
        passes::Facts f = checked(e.less_equal(xo, q));
        REQUIRE(f.not_negative.size() == 1);
        CHECK(f.not_negative[0].atoms.empty());
        CHECK(checked(e.less_equal(q, xo)).not_negative[0].atoms.empty());
    }
    SECTION("what always holds is dropped") {
        passes::Facts f = checked(e.less(x, constant(8)));
        CHECK(f.not_negative.empty());
        CHECK(f.others.empty());
    }
}
