#include "hwgen/lower/lower.h"
#include "hwgen/model/energy.h"
#include "hwgen/model/explain.h"
#include "hwgen/model/nest.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::model;
using namespace Orrery::technology;
using Catch::Matchers::Contains;

namespace {

/// for a in 0..3, for b in 0..a (none at a = 0), for c in 0..2
struct Triangle {
    hwir::ExprPool pool;
    std::vector<hwir::Loop> loops{{"a", hwir::LoopKind::Serial, pool.constant(3), 3},
                                  {"b", hwir::LoopKind::Serial, pool.counter(0), 2},
                                  {"c", hwir::LoopKind::Serial, pool.constant(2), 2}};
    Nest nest{pool, loops};
};

} // namespace

TEST_CASE("a walk has the points that are counted, and one for a loop without an iteration") {
    Triangle t;
    const int64_t none = 0;
    CHECK(t.nest.points(0, &none) == 1 + 2 + 4);
    Walker walker;
    walker.start(t.nest);
    int64_t points = 1, in_range = walker.in_range();
    CHECK(walker.first_from(0));
    for (; !walker.is_last(); points++) {
        walker.advance();
        in_range += walker.in_range();
    }
    CHECK(points == 7);
    CHECK(in_range == 6);
    CHECK(t.nest.sum(0, [](const int64_t *) { return int64_t{1}; }) == 6);
    CHECK(t.nest.sum(1, [](const int64_t *c) { return c[0]; }) == 1 * 2 + 2 * 4);
}

TEST_CASE("a walk skips to the last point of the inner loops") {
    Triangle t;
    Walker walker;
    walker.start(t.nest);
    walker.advance();
    walker.skip_to_last(1);
    CHECK(walker.counters()[2] == 1);
    CHECK(walker.last_from(1));
    CHECK(!walker.is_last());
    walker.advance();
    CHECK(walker.counters()[0] == 2);
    walker.skip_to_last(1);
    CHECK(walker.is_last());
    CHECK(walker.counters()[1] == 1);
}

TEST_CASE("programs compute what the IR computes") {
    hwir::ExprPool e;
    const hwir::ExprId x = e.counter(0), y = e.counter(1);
    const std::vector<hwir::ExprId> exprs{
        e.make(hwir::Op::Div, hwir::index_type, {e.sub(x, e.constant(7)), e.sub(y, e.constant(2))}),
        e.make(hwir::Op::Mod, hwir::index_type, {e.sub(x, e.constant(7)), e.sub(y, e.constant(2))}),
        e.cast({8, true}, e.mul(x, e.mul(y, e.constant(33)))),
        e.make(hwir::Op::ShiftLeft, hwir::index_type, {x, y}),
        e.make(hwir::Op::Select, hwir::index_type, {e.less(x, y), e.min(x, y), e.sub(x, y)})};
    for (hwir::ExprId expr : exprs) {
        const Program program(e, expr);
        for (int64_t a = 0; a < 12; a++) {
            for (int64_t b = 0; b < 6; b++) {
                const std::vector<int64_t> counters{a, b};
                CHECK(program(counters.data()) == hwir::evaluate(e, expr, counters));
            }
        }
    }
}

TEST_CASE("a macro is the smallest that holds the bank, in words that are not wider") {
    const Technology t = find_technology("cacti-45nm");
    CHECK(t.macro(false, 100, 16)->bytes == 128);
    CHECK(t.macro(false, 128, 16)->bytes == 128);
    CHECK(t.macro(false, 1, 8)->bytes == 64);
    CHECK(t.macro(false, 1, 8)->word_bits == 16);
    CHECK(t.macro(false, 3000, 128)->word_bits == 64);
    CHECK(t.macro(false, int64_t{1} << 30, 16)->bytes == 2097152);
    CHECK(t.macro(true, 8, 16) == nullptr);
    CHECK(!t.mac_pj);
}

TEST_CASE("technologies: what is wrong with a file is said") {
    CHECK_THROWS_AS(find_technology("none-1nm"), UserError);
    CHECK_THROWS_WITH(find_technology("none-1nm"), Contains("interstellar-28nm"));
    for (
        const char *wrong :
        {R"("dram": {"bits": 0, "pj": 3})", R"("hop": {"bits": 2.5, "pj": 3})",
         R"("dram": {"bits": 16, "pj": -3})", R"("mac": {"pj": -1})",
         R"("memories": {"sram": [{"bytes": 0, "word_bits": 8, "read_pj": 1, "write_pj": 1}]})",
         R"("memories": {"sram": [{"bytes": 8, "word_bits": 0, "read_pj": 1, "write_pj": 1}]})",
         R"("memories": {"sram": [{"bytes": 8, "word_bits": 8, "read_pj": -1, "write_pj": 1}]})"}) {
        const std::string text = R"({"name": "x", )" + std::string(wrong) + "}";
        CHECK_THROWS_WITH(parse_technology(text, "mine.json"),
                          Contains("technology mine.json: ") && Contains("is not possible"));
    }
    CHECK_THROWS_WITH(parse_technology("{}", "mine.json"), Contains("mine.json"));
    CHECK_THROWS_WITH(
        parse_technology(R"({"name": "x", "memories": {"sram": [{"bytes": 8}]}})", "mine.json"),
        Contains("word_bits"));
}

TEST_CASE("energy is accesses times the energy of their macro; a second slot saves cycles") {
    hwir::Design design = test::matrix_multiply();
    passes::run_passes(design);
    const hwir::Timing timing = lower_design(design).timing;
    const Prediction p = predict(design, timing, {});
    const Technology technology = find_technology("interstellar-28nm");
    const std::vector<EnergyItem> items = energy(design, p, technology);
    REQUIRE(items.size() == design.buffers.size() + design.tensors.size() + 1);
    const EnergyItem &port = items[design.buffers.size()];
    CHECK(port.events == p.tensors[0].read.bytes);
    CHECK(*port.pj == Approx(double(port.events) * 100));
    CHECK(*items.back().pj == Approx(double(items.back().events) * 0.075));
    for (const ProcessLosses &lost : losses(design, timing, p)) {
        uint64_t sum = lost.busy + lost.idle;
        for (const Loss &l : lost.waits) {
            sum += l.cycles;
        }
        CHECK(sum == p.cycles);
    }
    CHECK(bounds(design, p)[0].cycles <= p.cycles);
    for (const Relief &r : reliefs(design, timing, {}, p.cycles)) {
        CHECK(r.cycles < p.cycles);
    }
}
