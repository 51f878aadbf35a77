// Funcs in DRAM: feature maps between stages, and partial sums that are written out and read back.
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

#include <iostream>

using namespace Halide;
using namespace Orrery;
using test::Layer;
using test::Measured;

namespace {

/// Two convolutions of 3 x 1 and 1 x 3 points with a feature map between them that goes through
/// DRAM: all of it, or `rows` output rows at a time.
Layer feature_map(int rows, bool two_readers, bool scheduled) {
    ImageParam input(UInt(8), 2, "input");
    input.dim(0).set_bounds(0, 23).dim(1).set_bounds(0, 14).set_stride(23);
    Var x("x"), y("y"), yo("yo"), yi("yi");
    Func map("map"), sum("sum"), result("result");
    map(x, y) = cast<int16_t>(input(x, y)) * 2 - input(x + 1, y) + input(x + 2, y);
    RDom r(0, 3, "r");
    sum(x, y) = cast<int32_t>(x);
    sum(x, y) += cast<int32_t>(map(x, y + r)) * (r + 1);
    Expr value = sum(x, y);
    if (two_readers) {
        value += map(x, y + 1);
    }
    result(x, y) = cast<int16_t>(value >> 1);
    result.bound(x, 0, 21).bound(y, 0, 12);
    if (scheduled) {
        Accelerator hw = accelerate(result);
        if (rows == 0) {
            map.compute_root();
            sum.compute_at(result, y);
        } else {
            result.split(y, yo, yi, rows);
            map.compute_at(result, yo);
            sum.compute_at(result, yi);
        }
        sum.update().reorder(x, r);
        map.vectorize(x, 4, TailStrategy::GuardWithIf);
        hw.buffer(map, Memory::Dram);
        hw.port(map).bus_bits(64).outstanding(4).burst_beats(8);
        hw.buffer(sum).slots(2);
    }
    return {result, {input}};
}

/// Which loops of a matrix multiplication are outside, and how its accumulator starts.
struct SpillPlan {
    std::string name;
    std::vector<std::string>
        order;           ///< of the update of the sum in DRAM: ko, mo, no, mi, ni, outermost first
    std::string tile;    ///< loop of it at which a tile of partial sums is computed
    bool bias = false;   ///< the initial value is read from memory
    bool ragged = false; ///< sizes that the tiles do not divide
    bool generations = false; ///< the sum is computed for half of the rows at a time
};

/// sum(n, m) in DRAM; a tile of it is accumulated over 8 values of k in a buffer, then added.
Layer spilled(const SpillPlan &plan, bool scheduled) {
    const int n_size = plan.ragged ? 13 : 16, m_size = plan.ragged ? 7 : 8,
              k_size = plan.ragged ? 20 : 24;
    ImageParam a(Int(8), 2, "a"), b(Int(8), 2, "b"), bias(Int(32), 1, "bias");
    a.dim(0).set_bounds(0, k_size).dim(1).set_bounds(0, m_size).set_stride(k_size);
    b.dim(0).set_bounds(0, n_size).dim(1).set_bounds(0, k_size).set_stride(n_size);
    bias.dim(0).set_bounds(0, n_size);
    Var n("n"), m("m"), u("u"), no("no"), ni("ni"), mo("mo"), mi("mi"), go("go"), gi("gi");
    RDom r(0, k_size, "r");
    RVar ko("ko"), ki("ki"), k1("k1"), k2("k2");
    Func sum("sum"), result("result");
    sum(n, m) = plan.bias ? bias(n) : cast<int32_t>(-5);
    sum(n, m) += cast<int32_t>(a(r, m)) * cast<int32_t>(b(n, r));
    result(n, m) = cast<int16_t>(sum(n, m) >> 3);
    result.bound(n, 0, n_size).bound(m, 0, m_size);
    if (scheduled) {
        Accelerator hw = accelerate(result);
        if (plan.generations) {
            result.split(m, go, gi, 4, TailStrategy::GuardWithIf);
            sum.compute_at(result, go);
        } else {
            sum.compute_root();
        }
        hw.buffer(sum, Memory::Dram);
        hw.port(sum).bus_bits(128);
        sum.update().split(r, ko, ki, 8, TailStrategy::GuardWithIf);
        Func tile = sum.update().rfactor(ko, u);
        sum.update().tile(n, m, no, mo, ni, mi, 8, 4, TailStrategy::GuardWithIf);
        std::vector<VarOrRVar> order;
        for (auto loop = plan.order.rbegin(); loop != plan.order.rend(); ++loop) {
            order.push_back(VarOrRVar(*loop, *loop == "ko"));
        }
        sum.update().reorder(order);
        if (plan.order.back() == "ni") {
            sum.update().split(ni, ni, n, 4, TailStrategy::GuardWithIf).vectorize(n);
        }
        tile.compute_at(LoopLevel(sum, VarOrRVar(plan.tile, plan.tile == "ko")));
        tile.update()
            .split(ki, k1, k2, 4, TailStrategy::GuardWithIf)
            .reorder({k2, tile.args()[0], tile.args()[1], k1});
        hw.pe_array(tile.update(), {k2});
        hw.buffer(tile).slots(2);
        a.in(tile).compute_root();
        b.in(tile).compute_root();
    }
    std::vector<ImageParam> inputs{a, b};
    if (plan.bias) {
        inputs.push_back(bias);
    }
    return {result, inputs};
}

std::vector<SpillPlan> spill_plans() {
    std::vector<SpillPlan> plans;
    plans.push_back({"reduction_outermost", {"ko", "mo", "no", "mi", "ni"}, "no"});
    plans.push_back({"rows_outermost", {"mo", "ko", "no", "mi", "ni"}, "no", true});
    plans.push_back({"tile_at_a_time", {"mo", "no", "ko", "mi", "ni"}, "ko"});
    plans.push_back({"reduction_innermost", {"mo", "no", "mi", "ni", "ko"}, "no"});
    plans.push_back({"ragged", {"ko", "mo", "no", "mi", "ni"}, "no", true, true});
    SpillPlan generations{"generations", {"ko", "mo", "no", "mi", "ni"}, "mo", true};
    generations.generations = true;
    plans.push_back(generations);
    return plans;
}

uint64_t bytes_of(const sim::PortTraffic &traffic) { return traffic.bytes; }

} // namespace

TEST_CASE("a feature map in DRAM is read behind the answers of its writes") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "scratch_feature_map");
    for (int rows : {0, 5, 1}) {
        for (bool two : {false, true}) {
            runner.add("rows_" + std::to_string(rows) + (two ? "_two_readers" : ""),
                       [=](bool scheduled) { return feature_map(rows, two, scheduled); });
        }
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == 6);
    for (const Measured &design : designs) {
        INFO("design " << design.name);
        REQUIRE(design.description.scratch.size() == 1);
        CHECK(design.description.scratch[0].name == "map");
        CHECK(design.description.buffers.size() == 1); // the accumulator alone
        const sim::Result::ScratchTraffic &traffic = design.simulated.scratch[0];
        std::cout << design.name << ": " << design.simulated.cycles
                  << " cycles, map: " << traffic.written.bytes << " bytes written, "
                  << traffic.read.bytes << " read\n";
    }
    // Every element of 21 x 14 is written once, and read by each of three kernel rows.
    CHECK(designs[0].simulated.scratch[0].written.bytes == 2 * 21 * 14);
    CHECK(designs[0].simulated.scratch[0].read.bytes >= 2 * 21 * 12 * 3);
    CHECK(designs[1].simulated.scratch[0].read.bytes >= 2 * 21 * 12 * 4);
    // Three tiles of 5 rows (the last one shifted inwards) come with the 2 rows below them.
    CHECK(designs[2].simulated.scratch[0].written.bytes == 2 * 21 * 3 * (5 + 2));
    CHECK(designs[4].simulated.scratch[0].written.bytes == 2 * 21 * 12 * 3);
}

TEST_CASE("partial sums are written to DRAM and read back") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "scratch_spilled");
    const std::vector<SpillPlan> plans = spill_plans();
    for (const SpillPlan &plan : plans) {
        runner.add(plan.name, [&](bool scheduled) { return spilled(plan, scheduled); });
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == plans.size());
    for (size_t i = 0; i < designs.size(); i++) {
        const Measured &design = designs[i];
        INFO("design " << design.name);
        const sim::Result::ScratchTraffic &traffic = design.simulated.scratch.at(0);
        std::cout << design.name << ": " << design.simulated.cycles
                  << " cycles, sum: " << bytes_of(traffic.written) << " bytes written, "
                  << bytes_of(traffic.read) << " read, passes at depth "
                  << design.hardware().processes[design.process("sum_s1")].pass_depth << "\n";
        // Three iterations of ko write every element; the first one does not read it; the result
        // reads it once.
        const uint64_t elements = plans[i].ragged ? 13 * 7 : 16 * 8;
        CHECK(bytes_of(traffic.written) == 3 * 4 * elements);
        CHECK(bytes_of(traffic.read) >= (2 + 1) * 4 * elements);
        if (plans[i].order.back() == "ni" && !plans[i].ragged) {
            CHECK(bytes_of(traffic.read) == (2 + 1) * 4 * elements);
        }
    }
    // A pass is all of what the loops inside of the reduction store.
    auto depth = [&](size_t i) {
        return designs[i].hardware().processes[designs[i].process("sum_s1")].pass_depth;
    };
    CHECK(depth(0) == 1);
    CHECK(depth(1) == 2);
    CHECK(depth(2) == 3);
    CHECK(depth(3) == 5);
    CHECK(depth(5) == 2);
}

TEST_CASE("a design whose loads do not wait for the stores is caught") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_BINARY_DIR) / "scratch_mutations");
    auto sums = [](bool scheduled) { return spilled(spill_plans()[0], scheduled); };
    auto map = [](bool scheduled) { return feature_map(5, false, scheduled); };
    const std::string right = "release_o = waiting_q && settled_i",
                      wrong = "release_o = waiting_q && (settled_i || 1'b1)";
    CHECK(runner.catches("sums_without_fence", sums, "settle_fence.v", right, wrong, 3));
    CHECK(runner.catches("map_without_fence", map, "settle_fence.v", right, wrong, 3));
    CHECK_FALSE(runner.catches("sums_as_they_are", sums, "settle_fence.v", right, right, 3));
}
