#include "hwgen/passes/early_start.h"

#include "hwgen/hwir/print.h"
#include "hwgen/hwir/verify.h"
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/passes/pipeline.h"
#include "tests/unit/sample_design.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;
using Catch::Matchers::Contains;

namespace {

using test::ProcessWriter;

/// rows [8, 5] in pairs of lanes, filled by `fill`; out(x, y, r) = rows(x, y + r) with r in 0..2, y in 0..4.
/// `fill` makes the loops of the writer and gives the indices of its store.
using Fill = std::function<std::vector<Index>(ProcessWriter &)>;
Design rows(const Fill &fill) {
    Design d;
    d.name = "rows";
    d.tensors = {test::dense_tensor("out", test::int8, Direction::Output, {8, 4, 2})};
    ProcessWriter w(d.exprs, "rows", 0);
    std::vector<Index> stored = fill(w);
    w.store(MemoryKind::Buffer, 0, stored, d.exprs.constant(1, test::int8));
    ProcessWriter r(d.exprs, "out", 0);
    ExprId kernel = r.serial("r", 2), y = r.serial("y", 4), x = r.serial("x", 8);
    ExprId v = r.load(MemoryKind::Buffer, 0, test::int8,
                      {r.index({{x, 1}}), r.index({{y, 1}, {kernel, 1}})});
    r.store(MemoryKind::Tensor, 0, {r.index({{x, 1}}), r.index({{y, 1}}), r.index({{kernel, 1}})},
            v);
    Buffer b;
    b.name = b.func = "rows";
    b.type = test::int8;
    b.extents = {8, 5};
    b.writers = {{0, 0, {}}};
    b.readers = {{1, 0, {}}};
    d.buffers = {b};
    d.processes = {w.process, r.process};
    return d;
}

std::string progress_text(const Design &d) {
    const Buffer &b = d.buffers[0];
    std::string text;
    if (b.progress) {
        text = print_index(d.exprs, *b.progress, d.processes[0].loops);
    }
    for (const Index &needed : b.readers[0].needed) {
        text += " > " + print_index(d.exprs, needed, d.processes[1].loops);
    }
    return text;
}

std::string started(const Fill &fill) {
    Design d = rows(fill);
    passes::early_start(d);
    verify(d);
    return progress_text(d);
}

Fill by_rows(int64_t lanes) {
    return [=](ProcessWriter &w) {
        ExprId y = w.serial("wy", 5), x = w.serial("wx", 8 / lanes), lane = w.lane("lane", lanes);
        return std::vector<Index>{w.index({{x, lanes}, {lane, 1}}), w.index({{y, 1}})};
    };
}

} // namespace

TEST_CASE("an early reader needs the writer to be beyond its elements") {
    SECTION("one element per point") { CHECK(started(by_rows(1)) == "8*wy + wx > 8*r + 8*y + x"); }
    SECTION("lanes of the writer: the bound is one of elements, not of points") {
        CHECK(started(by_rows(2)) == "8*wy + 2*wx > 8*r + 8*y + x");
    }
    SECTION("blocks of lanes on both sides, outermost: whole blocks are compared") {
        Design d = rows([](ProcessWriter &w) {
            ExprId x = w.serial("wx", 2), y = w.serial("wy", 5), lane = w.lane("lane", 4);
            return std::vector<Index>{w.index({{x, 4}, {lane, 1}}), w.index({{y, 1}})};
        });
        Index &c = d.processes[1].loads[0].indices[0];
        d.processes[1].loops.push_back({"xi", LoopKind::Lane, d.exprs.constant(4), 4});
        for (Index *i : {&d.processes[1].loads[0].indices[1], &d.processes[1].store.indices[0],
                         &d.processes[1].store.indices[1], &d.processes[1].store.indices[2]}) {
            i->coefficients.push_back(0);
        }
        c.coefficients = {0, 0, 4, 1};
        passes::early_start(d);
        CHECK(progress_text(d) == "5*wx + wy > r + y + 5*x");
    }
    SECTION("a split loop of the writer") {
        CHECK(started([](ProcessWriter &w) {
                  ExprId y = w.serial("wy", 5), xo = w.serial("xo", 2), xi = w.serial("xi", 4);
                  return std::vector<Index>{w.index({{xo, 4}, {xi, 1}}), w.index({{y, 1}})};
              }) == "8*wy + 4*xo + xi > 8*r + 8*y + x");
    }
    SECTION("columns first: the last row of a column is behind all of its others") {
        CHECK(started([](ProcessWriter &w) {
                  ExprId x = w.serial("wx", 8), y = w.serial("wy", 5);
                  return std::vector<Index>{w.index({{x, 1}}), w.index({{y, 1}})};
              }) == "5*wx + wy > r + y + 5*x");
    }
    SECTION("a loop of which the elements tell nothing counts with its last iteration") {
        CHECK(started([](ProcessWriter &w) {
                  ExprId again = w.serial("again", 2), y = w.serial("wy", 5), x = w.lane("wx", 8);
                  (void)again;
                  return std::vector<Index>{w.index({{x, 1}}), w.index({{y, 1}})};
              }) == "5*again + wy > r + y + 5");
    }
    SECTION("a filled row is the unit if its elements are written in any order") {
        CHECK(started([](ProcessWriter &w) {
                  ExprId y = w.serial("wy", 5), x = w.serial("wx", 8);
                  Index mixed = w.index({});
                  mixed.base = w.pool.make(Op::Mod, index_type,
                                           {w.pool.mul(x, w.pool.constant(3)), w.pool.constant(8)});
                  return std::vector<Index>{mixed, w.index({{y, 1}})};
              }) == "wy > r + y");
    }
}

TEST_CASE("readers that need all of a generation wait for its end") {
    SECTION("upwards against downwards") {
        Design d = rows([](ProcessWriter &w) {
            ExprId y = w.serial("wy", 5), x = w.lane("wx", 8);
            return std::vector<Index>{w.index({{x, 1}}), w.index({{y, -1}}, 4)};
        });
        passes::early_start(d);
        CHECK(progress_text(d) == "wy > -r - y + 4"); // of use: the last row is read last
    }
    SECTION("one constant element, written last") {
        Design d = rows([](ProcessWriter &w) {
            ExprId y = w.serial("wy", 5), x = w.lane("wx", 8);
            return std::vector<Index>{w.index({{x, 1}}), w.index({{y, 1}})};
        });
        d.processes[1].loads[0].indices[1].coefficients = {0, 0, 0};
        d.processes[1].loads[0].indices[1].offset = 4;
        passes::early_start(d);
        CHECK(progress_text(d) == "");
    }
    SECTION("an accumulation is not final before its end") {
        Design d = test::matrix_multiply();
        passes::early_start(d);
        CHECK(d.buffers[0].progress.has_value());
        CHECK(d.buffers[1].progress.has_value());
        CHECK_FALSE(d.buffers[2].progress.has_value());
    }
}

TEST_CASE("the interpreter starts early, and notices when that is too early") {
    Design d = rows(by_rows(2));
    passes::run_passes(d);
    auto run = [&](bool timed, unsigned seed) {
        std::vector<interpreter::Tensor> tensors{interpreter::make_tensor(d.tensors[0])};
        interpreter::Options options;
        options.timed = timed;
        options.seed = seed;
        return interpreter::run(d, tensors, options);
    };
    interpreter::Result early = run(true, 1);
    CHECK(early.error == "");
    for (unsigned seed = 1; seed < 20; seed++) {
        CHECK(run(false, seed).error == "");
    }
    SECTION("with fewer cycles than after the whole generation") {
        d.buffers[0].progress.reset();
        d.buffers[0].readers[0].needed.clear();
        interpreter::Result late = run(true, 1);
        CHECK(late.error == "");
        CHECK(early.cycles + 15 <= late.cycles);
    }
    SECTION("an element too early") {
        d.buffers[0].readers[0].needed[0].offset -= 1;
        int found = 0;
        for (unsigned seed = 1; seed < 20; seed++) {
            found += run(false, seed).error.find("not written") != std::string::npos;
        }
        CHECK(found > 0);
    }
}

TEST_CASE("verify refuses progress that does not grow") {
    Design d = rows(by_rows(1));
    passes::early_start(d);
    SECTION("steps") { d.buffers[0].progress->coefficients[0] = 7; }
    SECTION("nobody waits for it") { d.buffers[0].readers[0].needed.clear(); }
    SECTION("nobody makes it") { d.buffers[0].progress.reset(); }
    CHECK_THROWS(verify(d));
}
