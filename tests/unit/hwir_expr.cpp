#include "hwgen/hwir/bounds.h"
#include "hwgen/hwir/design.h"
#include "hwgen/hwir/evaluator.h"
#include "hwgen/support/error.h"

#include <catch2/catch.hpp>
#include <random>

using namespace Orrery;
using namespace Orrery::hwir;

namespace {

constexpr Type i8{8, true}, u8{8, false}, i16{16, true}, u16{16, false}, i32{32, true},
    u32{32, false}, i64{64, true}, u64{64, false};
const std::vector<Type> all_types = {boolean, i8, u8, i16, u16, i32, u32, i64, u64};

int64_t apply2(Op op, Type type, int64_t a, int64_t b) {
    return apply(op, type, {a, b}, {type, type});
}

int64_t random_value(std::mt19937_64 &rng, Type type) {
    const int64_t corners[] = {0,         1,         -1,        2,         127, -128, 255,
                               INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 7,   31};
    uint64_t random = rng();
    return wrap(random % 3 == 0 ? corners[rng() % 13] : int64_t(rng() >> (rng() % 64)), type);
}

} // namespace

TEST_CASE("values wrap in two's complement") {
    CHECK(wrap(255, i8) == -1);
    CHECK(wrap(-1, u8) == 255);
    CHECK(wrap(128, i8) == -128);
    CHECK(wrap(3, boolean) == 1);
    CHECK(wrap(INT64_MIN, u64) == INT64_MIN);
    CHECK(wrap(int64_t(1) << 31, i32) == INT32_MIN);
}

TEST_CASE("division is Euclidean and gives 0 for a divisor of 0") {
    CHECK(apply2(Op::Div, i32, -7, 2) == -4);
    CHECK(apply2(Op::Mod, i32, -7, 2) == 1);
    CHECK(apply2(Op::Div, i32, -7, -2) == 4);
    CHECK(apply2(Op::Mod, i32, -7, -2) == 1);
    CHECK(apply2(Op::Div, i32, 7, -2) == -3);
    CHECK(apply2(Op::Mod, i32, 7, -2) == 1);
    CHECK(apply2(Op::Div, i32, 7, 0) == 0);
    CHECK(apply2(Op::Mod, i32, 7, 0) == 0);
    CHECK(apply2(Op::Div, i8, -128, -1) == -128);
    CHECK(apply2(Op::Div, i64, INT64_MIN, -1) == INT64_MIN);
    CHECK(apply2(Op::Div, u64, -1, 2) == INT64_MAX);
    CHECK(apply2(Op::Mod, u8, 200, 7) == 4);
}

TEST_CASE("shifts take negative and large amounts") {
    CHECK(apply2(Op::ShiftRight, i8, -128, 3) == -16);
    CHECK(apply2(Op::ShiftRight, u8, 128, 3) == 16);
    CHECK(apply2(Op::ShiftRight, i8, -3, 100) == -1);
    CHECK(apply2(Op::ShiftRight, i8, 3, -2) == 12);
    CHECK(apply2(Op::ShiftLeft, i8, 3, 7) == -128);
    CHECK(apply2(Op::ShiftLeft, i8, 3, 8) == 0);
    CHECK(apply2(Op::ShiftLeft, i8, -128, -7) == -1);
    CHECK(apply2(Op::ShiftLeft, i64, 1, 64) == 0);
    CHECK(apply2(Op::ShiftRight, i64, INT64_MIN, INT64_MIN) == 0);
    CHECK(apply2(Op::ShiftRight, u64, -1, 63) == 1);
}

TEST_CASE("comparisons follow the type, also between types") {
    CHECK(apply(Op::Less, boolean, {-1, 1}, {u64, u64}) == 0);
    CHECK(apply(Op::Less, boolean, {-1, 1}, {i64, i64}) == 1);
    CHECK(apply(Op::Less, boolean, {-1, 255}, {i8, u8}) == 1);
    CHECK(apply2(Op::Max, u64, -1, 1) == -1);
    CHECK(apply(Op::Cast, i32, {200}, {u8}) == 200);
    CHECK(apply(Op::Cast, i8, {200}, {u8}) == -56);
    CHECK(apply(Op::Cast, u32, {-1}, {i8}) == int64_t(UINT32_MAX));
}

TEST_CASE("equal expressions are one node") {
    ExprPool pool;
    ExprId x = pool.counter(0), y = pool.counter(1);
    CHECK(pool.add(x, y) == pool.add(x, y));
    CHECK(pool.add(x, y) == pool.add(y, x));
    CHECK(pool.sub(x, y) != pool.sub(y, x));
    CHECK(pool.load(0, i8) != pool.load(0, u8));
    CHECK(pool.constant(255, i8) == pool.constant(-1, i8));
}

TEST_CASE("construction simplifies") {
    ExprPool pool;
    ExprId x = pool.counter(0), y = pool.counter(1), zero = pool.constant(0),
           one = pool.constant(1);
    auto c = [&](int64_t v) { return pool.constant(v); };
    CHECK(pool.add(c(2), c(3)) == c(5));
    CHECK(pool.add(x, zero) == x);
    CHECK(pool.add(zero, x) == x);
    CHECK(pool.mul(one, x) == x);
    CHECK(pool.mul(x, zero) == zero);
    CHECK(pool.sub(x, x) == zero);
    CHECK(pool.sub(pool.add(x, c(3)), c(3)) == x);
    CHECK(pool.add(pool.add(x, c(3)), c(4)) == pool.add(x, c(7)));
    CHECK(pool.min(x, x) == x);
    CHECK(pool.min(pool.min(x, c(7)), c(5)) == pool.min(x, c(5)));
    CHECK(pool.make(Op::Div, index_type, {x, one}) == x);
    CHECK(pool.make(Op::Mod, index_type, {x, one}) == zero);
    ExprId less = pool.less(x, y), yes = pool.constant(1, boolean), no = pool.constant(0, boolean);
    CHECK(pool.logical_and(less, yes) == less);
    CHECK(pool.logical_and(less, no) == no);
    CHECK(pool.make(Op::Or, boolean, {less, yes}) == yes);
    CHECK(pool.make(Op::Not, boolean, {pool.make(Op::Not, boolean, {less})}) == less);
    CHECK(pool.make(Op::Not, boolean, {less}) == pool.less_equal(y, x));
    CHECK(pool.make(Op::Select, index_type, {yes, x, y}) == x);
    CHECK(pool.make(Op::Select, index_type, {less, x, x}) == x);
    CHECK(pool.less(pool.add(x, c(3)), c(10)) == pool.less(x, c(7)));
    CHECK(pool.less(pool.sub(x, c(1)), c(-1)) == pool.less(x, c(0)));
    CHECK(pool.less(x, x) == no);
    ExprId l = pool.load(0, i32); // data may wrap: nothing is moved
    CHECK(pool.less(pool.add(l, c(3)), c(10)) != pool.less(l, c(7)));
    ExprId byte = pool.load(1, i8);
    CHECK(pool.cast(i8, pool.cast(i32, byte)) == byte);
    CHECK(pool.cast(i32, pool.cast(i16, byte)) == pool.cast(i32, byte));
    CHECK(pool.cast(i32, pool.cast(u16, byte)) != pool.cast(i32, byte));
}

TEST_CASE("scalars are leaves with a range") {
    ExprPool pool;
    ExprId n = pool.add_scalar({"n", index_type, {1, 13}, 4});
    ExprId all = pool.add_scalar({"all", index_type, {INT32_MIN, INT32_MAX}, {}});
    CHECK(pool.scalar(0) == n);
    CHECK(pool.scalars()[0].otherwise == 4);
    ExprId x = pool.counter(0), three = pool.constant(3), ten = pool.constant(10);
    ExprId e = pool.add(pool.mul(x, n), three);
    CHECK(bounds(pool, e, {5}).min == 3);
    CHECK(bounds(pool, e, {5}).max == 4 * 13 + 3);
    CHECK(uses_scalar(pool, e));
    CHECK_FALSE(is_fixed_in_run(pool, e));
    CHECK(is_fixed_in_run(pool, pool.add(n, three)));
    CHECK_FALSE(uses_scalar(pool, x));
    ExprId at_five = substitute(pool, e, [&](const ExprNode &leaf) {
        return leaf.op == Op::Scalar ? pool.constant(5) : ExprId{};
    });
    CHECK(at_five == pool.add(pool.mul(x, pool.constant(5)), three));
    // A size is far from wrapping, any 32 bits are not.
    CHECK(pool.less(pool.add(n, three), ten) == pool.less(n, pool.constant(7)));
    CHECK(pool.less(pool.add(all, three), ten) != pool.less(all, pool.constant(7)));
}

TEST_CASE("substitution replaces leaves and simplifies") {
    ExprPool pool;
    ExprId x = pool.counter(0), y = pool.counter(1);
    ExprId e = pool.add(pool.mul(x, pool.constant(4)), y);
    ExprId r = substitute(pool, e, [&](const ExprNode &n) {
        return n.op == Op::Counter && n.value == 0 ? pool.constant(0) : ExprId{};
    });
    CHECK(r == y);
    CHECK(substitute(pool, e, [](const ExprNode &) { return ExprId{}; }) == e);
    CHECK(uses_counter(pool, e, 0));
    CHECK_FALSE(uses_counter(pool, r, 0));
    CHECK_FALSE(uses_load(pool, e));
}

TEST_CASE("malformed operations are internal errors") {
    ExprPool pool;
    CHECK_THROWS_AS(pool.make(Op::Add, i32, {pool.counter(0)}), InternalError);
    CHECK_THROWS_AS(pool.make(Op::Not, boolean, {ExprId{}}), InternalError);
}

TEST_CASE("bounds of typical index expressions are exact") {
    ExprPool pool;
    ExprId x = pool.counter(0), y = pool.counter(1);
    auto c = [&](int64_t v) { return pool.constant(v); };
    auto check = [&](ExprId e, int64_t low, int64_t high) {
        Interval b = bounds(pool, e, {10, 4});
        CHECK(b.min == low);
        CHECK(b.max == high);
    };
    check(pool.add(pool.mul(x, c(4)), y), 0, 39);
    check(pool.sub(y, x), -9, 3);
    check(pool.make(Op::Div, index_type, {pool.sub(y, x), c(4)}), -3, 0);
    check(pool.make(Op::Mod, index_type, {x, c(4)}), 0, 3);
    check(pool.make(Op::Mod, index_type, {y, c(8)}), 0, 3);
    check(pool.min(x, c(5)), 0, 5);
    check(pool.less(x, c(10)), 1, 1);
    ExprId product = pool.mul(pool.cast(i32, pool.load(0, i8)), pool.cast(i32, pool.load(1, u8)));
    check(product, -128 * 255, 127 * 255);
    check(pool.load(2, u64), INT64_MIN, INT64_MAX);
}

TEST_CASE("lanes and dependences of a process") {
    Design design;
    ExprPool &pool = design.exprs;
    Process p;
    p.loops = {{"x", LoopKind::Serial, pool.constant(5), 5},
               {"c", LoopKind::Lane, pool.constant(3), 3},
               {"k", LoopKind::Lane, pool.constant(4), 4}};
    Index index;
    index.coefficients = {1, 0, 0};
    index.lane_table = pool.make(Op::Mod, index_type, {pool.counter(2), pool.constant(2)});
    p.store.indices = {index};
    CHECK(lane_loops(p) == std::vector<int>{1, 2});
    CHECK(lane_count(p) == 12);
    CHECK(lane_count(p, {2}) == 4);
    CHECK(reduction_lanes(pool, p) == std::vector<int>{1});
    CHECK(counter_extents(p.loops) == std::vector<int64_t>{5, 3, 4});
    CHECK(depends_on(pool, p.store, 0));
}

namespace {

/// A random operation over `operands`, with a reference result computed without any simplification.
struct Random {
    ExprPool pool;
    std::vector<ExprId> nodes;
    std::vector<int64_t> values; ///< what each node must evaluate to
    std::vector<int64_t> loads;
    std::mt19937_64 rng;

    explicit Random(uint64_t seed) : rng(seed) {
        for (int i = 0; i < 5; i++) {
            Type type = all_types[rng() % all_types.size()];
            loads.push_back(random_value(rng, type));
            add(pool.load(i, type), loads.back());
            type = all_types[rng() % all_types.size()];
            int64_t value = random_value(rng, type);
            add(pool.constant(value, type), value);
        }
        for (int i = 0; i < 30; i++) {
            add_operation();
        }
    }
    void add(ExprId id, int64_t value) {
        nodes.push_back(id);
        values.push_back(value);
    }
    void add_operation() {
        Op op = Op(int(Op::Add) + rng() % (int(Op::BitNot) - int(Op::Add) + 1));
        size_t count = op == Op::Select                                      ? 3
                       : op == Op::Not || op == Op::Cast || op == Op::BitNot ? 1
                                                                             : 2;
        Type type = all_types[rng() % all_types.size()];
        std::vector<ExprId> args;
        std::vector<int64_t> arg_values;
        std::vector<Type> arg_types;
        for (size_t i = 0; i < count; i++) {
            size_t pick = rng() % nodes.size();
            ExprId a = nodes[pick];
            int64_t v = values[pick];
            if (rng() % 3 != 0) { // mostly operands of the operation's type
                v = apply(Op::Cast, type, {v}, {pool[a].type});
                a = pool.cast(type, a);
            }
            args.push_back(a);
            arg_values.push_back(v);
            arg_types.push_back(pool[a].type);
        }
        bool condition = op >= Op::Equal && op <= Op::Not;
        Type result = condition ? boolean : type;
        add(pool.make(op, result, args), apply(op, result, arg_values, arg_types));
    }
};

} // namespace

TEST_CASE("random expressions: simplification keeps the value and bounds contain it") {
    for (uint64_t seed = 0; seed < 3000; seed++) {
        Random r(seed);
        for (size_t i = 0; i < r.nodes.size(); i++) {
            int64_t value = evaluate(r.pool, r.nodes[i], {}, r.loads);
            Interval b = bounds(r.pool, r.nodes[i], std::vector<int64_t>{});
            if (value != r.values[i] || value < b.min || value > b.max) {
                FAIL("seed " << seed << " node " << i << ": " << value << " expected "
                             << r.values[i] << " within " << b.min << ".." << b.max);
            }
        }
    }
    SUCCEED();
}
