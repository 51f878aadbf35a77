#include "hwgen/interpreter/lane_program.h"

#include <catch2/catch.hpp>

#include <random>

using namespace Orrery;
using namespace Orrery::hwir;

TEST_CASE("lane programs give what evaluate gives") {
    const std::vector<Type> types{{8, true},  {8, false},  {16, true}, {16, false},
                                  {32, true}, {32, false}, {64, true}, {64, false}};
    const std::vector<Op> ops{Op::Add,        Op::Sub,    Op::Mul,       Op::Div,
                              Op::Mod,        Op::Min,    Op::Max,       Op::Equal,
                              Op::NotEqual,   Op::Less,   Op::LessEqual, Op::ShiftLeft,
                              Op::ShiftRight, Op::BitAnd, Op::BitOr,     Op::BitXor};
    std::mt19937_64 random(5);
    for (Type type : types) {
        ExprPool e;
        std::vector<Loop> loops{{"s", LoopKind::Serial, e.constant(9), 9},
                                {"a", LoopKind::Lane, e.constant(3), 3},
                                {"b", LoopKind::Lane, e.constant(4), 4}};
        ExprId x = e.load(0, type), y = e.load(1, type);
        std::vector<ExprId> roots;
        for (Op op : ops) {
            roots.push_back(e.make(op, type, {x, y}));
        }
        roots.push_back(e.make(Op::BitNot, type, {x}));
        roots.push_back(e.make(Op::Select, type, {e.less(x, y), y, e.constant(3, type)}));
        roots.push_back(e.cast(Type{16, true}, x));
        roots.push_back(
            e.add(e.mul(e.counter(1), e.constant(5)), e.sub(e.counter(2), e.counter(0))));
        interpreter::LaneProgram program(e, loops, roots, true);
        for (int round = 0; round < 50; round++) {
            std::vector<std::vector<int64_t>> loads(2, std::vector<int64_t>(12));
            for (int64_t lane = 0; lane < 12; lane++) {
                loads[0][lane] = wrap(int64_t(random()), type);
                // Small amounts as well, for shifts and divisions, and 0.
                loads[1][lane] =
                    wrap(round % 2 ? int64_t(random()) : int64_t(random() % 21) - 10, type);
            }
            std::vector<int64_t> counters{int64_t(random() % 9), 0, 0};
            program.run(counters, loads);
            for (size_t r = 0; r < roots.size(); r++) {
                for (int64_t lane = 0; lane < 12; lane++) {
                    int64_t expected = evaluate(e, roots[r], {counters[0], lane / 4, lane % 4},
                                                {loads[0][lane], loads[1][lane]});
                    INFO("type " << type.bits << (type.is_signed ? " signed" : "") << " root " << r
                                 << " operands " << loads[0][lane] << ", " << loads[1][lane]);
                    REQUIRE(program.result(r)[lane] == expected);
                }
            }
        }
    }
}

TEST_CASE("what a select leaves out does not reach the result") {
    ExprPool e;
    const Type type{8, true}, flag{1, false};
    std::vector<Loop> loops{{"a", LoopKind::Lane, e.constant(4), 4}};
    const ExprId x = e.load(0, type), y = e.load(1, type);
    const ExprId positive = e.less(e.constant(0, type), x);
    const std::vector<ExprId> roots{
        e.add(x, y),
        e.make(Op::Select, type, {positive, y, e.constant(3, type)}),
        e.make(Op::Select, type, {e.less(y, e.constant(0, type)), y, x}),
        e.make(Op::And, flag, {positive, e.less(y, x)}),
        e.make(Op::Or, flag, {positive, e.less(y, x)}),
    };
    interpreter::LaneProgram program(e, loops, roots, true);
    program.run({0}, {{1, -1, 1, -1}, {5, 5, 5, 5}});
    const std::vector<std::vector<uint8_t>> marked{{0, 0, 0, 1}, {1, 1, 0, 0}};
    const std::vector<std::vector<uint8_t>> expected{
        {1, 1, 0, 1}, {1, 0, 0, 1}, {1, 1, 0, 1}, {1, 0, 0, 1}, {0, 1, 0, 1}};
    for (size_t r = 0; r < roots.size(); r++) {
        INFO("root " << r);
        CHECK(program.reached(r, marked) == expected[r]);
    }
}
