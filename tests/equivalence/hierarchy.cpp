// Levels of memory: copies by nested in(), tile loops in every order, partial sums by rfactor.
//
// What each buffer and each port must move is computed here from the loop nest alone, and compared
// with the counters of the interpreter and of the Verilog.
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>

using namespace Halide;
using namespace Orrery;
using test::Layer;
using test::Measured;

namespace {

/// The loops of a matrix multiplication c(n, m) = sum over k of a(k, m) * b(n, k), by name: each
/// dimension is split into an outer (no), a middle (n1) and an inner loop (ni).
struct Loop {
    char dimension;
    int extent;
};
const std::map<std::string, Loop> gemm_loops{{"no", {'n', 2}}, {"n1", {'n', 2}}, {"ni", {'n', 4}},
                                             {"mo", {'m', 2}}, {"m1", {'m', 2}}, {"mi", {'m', 3}},
                                             {"ko", {'k', 2}}, {"k1", {'k', 2}}, {"ki", {'k', 4}}};
constexpr int gemm_n = 16, gemm_m = 12, gemm_k = 16;

bool is_lane(const std::string &loop) { return loop == "ni" || loop == "ki"; }

/// One schedule. The lanes ni and ki are the columns and the rows of the array.
struct GemmPlan {
    std::string name;
    std::vector<std::string> order; ///< serial loops of the update, outermost first
    /// Loops of the update at which copies are computed, outermost first; "" is the root.
    std::vector<std::string> a_levels, b_levels;
    struct {
        int a = 1, b = 1, sum = 1;
    } slots;
    Memory innermost = Memory::Auto; ///< of the last copies and of the partial sums
    /// The sum of a tile (no, mo, which are then outermost) at a time instead of all of it.
    bool sum_per_tile = false;
};

/// Iterations of the loops down to and with `level`.
int64_t fills(const GemmPlan &plan, const std::string &level) {
    int64_t n = 1;
    for (size_t i = 0; !level.empty() && i < plan.order.size(); i++) {
        n *= gemm_loops.at(plan.order[i]).extent;
        if (plan.order[i] == level) {
            break;
        }
    }
    return n;
}

/// Elements of a tile of the given dimensions that the loops inside of `level` cover.
int64_t tile(const GemmPlan &plan, const std::string &level, const std::string &dimensions) {
    int64_t n = 1;
    for (const auto &[name, loop] : gemm_loops) {
        auto at = std::find(plan.order.begin(), plan.order.end(), name);
        auto from = level.empty() ? plan.order.begin()
                                  : std::find(plan.order.begin(), plan.order.end(), level) + 1;
        if (dimensions.find(loop.dimension) != std::string::npos && (is_lane(name) || at >= from)) {
            n *= loop.extent;
        }
    }
    return n;
}

VarOrRVar loop_variable(const std::string &name) { return VarOrRVar(name, name[0] == 'k'); }

/// A chain of copies of a tensor, each computed further in; the last one is what the user reads.
void add_copies(Accelerator &hw, Func from, const Func &user, const std::vector<LoopLevel> &levels,
                Memory innermost, int slots) {
    for (size_t i = 0; i < levels.size(); i++) {
        Func copy = from.in(user);
        copy.compute_at(levels[i]).vectorize(copy.args()[0], 4);
        hw.buffer(copy, i + 1 == levels.size() ? innermost : Memory::Auto).slots(slots);
        from = copy;
    }
}

struct GemmFuncs {
    ImageParam a{Int(8), 2, "a"}, b{Int(8), 2, "b"};
    Var n{"n"}, m{"m"};
    RDom r{0, gemm_k, "r"};
    Func sum{"sum"}, result{"result"};

    GemmFuncs() {
        a.dim(0).set_bounds(0, gemm_k).dim(1).set_bounds(0, gemm_m).set_stride(gemm_k);
        b.dim(0).set_bounds(0, gemm_n).dim(1).set_bounds(0, gemm_k).set_stride(gemm_n);
        sum(n, m) = 0;
        sum(n, m) += cast<int32_t>(a(r, m)) * cast<int32_t>(b(n, r));
        result(n, m) = sum(n, m) * 3;
        result.bound(n, 0, gemm_n).bound(m, 0, gemm_m);
    }
};

Layer gemm(const GemmPlan &plan, bool scheduled) {
    GemmFuncs f;
    if (scheduled) {
        Accelerator hw = accelerate(f.result);
        const Var no("no"), n1("n1"), ni("ni"), mo("mo"), m1("m1"), mi("mi");
        const RVar ko("ko"), k1("k1"), ki("ki");
        size_t outer = 0; // loops of the plan that are the result's
        if (plan.sum_per_tile) {
            f.result.tile(f.n, f.m, no, mo, ni, mi, 8, 6).reorder(ni, mi, mo, no).vectorize(ni, 4);
            f.sum.compute_at(f.result, mo).vectorize(f.n, 4);
            f.sum.update().split(f.n, n1, ni, 4).split(f.m, m1, mi, 3);
            outer = 2;
        } else {
            f.result.vectorize(f.n, 4);
            f.sum.compute_root().vectorize(f.n, 4);
            f.sum.update().split(f.n, no, ni, 8).split(ni, n1, ni, 4);
            f.sum.update().split(f.m, mo, mi, 6).split(mi, m1, mi, 3);
        }
        f.sum.update().split(f.r, ko, ki, 8).split(ki, k1, ki, 4);
        std::vector<VarOrRVar> order{ki, ni};
        for (size_t i = plan.order.size(); i-- > outer;) {
            order.push_back(loop_variable(plan.order[i]));
        }
        f.sum.update().reorder(order);
        hw.pe_array(f.sum.update(), {ki}, {ni});
        hw.buffer(f.sum, plan.innermost).slots(plan.slots.sum);
        auto levels = [&](const std::vector<std::string> &names) {
            std::vector<LoopLevel> result;
            for (const std::string &name : names) {
                const bool of_result = std::find(plan.order.begin(), plan.order.begin() + outer,
                                                 name) != plan.order.begin() + outer;
                result.push_back(
                    name.empty() ? LoopLevel::root()
                                 : LoopLevel(of_result ? f.result : f.sum, loop_variable(name)));
            }
            return result;
        };
        add_copies(hw, f.a, f.sum, levels(plan.a_levels), plan.innermost, plan.slots.a);
        add_copies(hw, f.b, f.sum, levels(plan.b_levels), plan.innermost, plan.slots.b);
        for (Func tensor : {Func(f.a), Func(f.b), f.result}) {
            hw.port(tensor).bus_bits(32);
        }
    }
    return {f.result, {f.a, f.b}};
}

void check_copies(const Measured &design, const GemmPlan &plan, const std::string &tensor,
                  const std::vector<std::string> &levels, const std::string &dimensions) {
    const int port = design.tensor(tensor);
    const int64_t points = int64_t(gemm_n) * gemm_m * gemm_k / 16;
    CHECK(design.simulated.ports[port].bytes ==
          uint64_t(fills(plan, levels[0]) * tile(plan, levels[0], dimensions)));
    std::string name = tensor;
    for (size_t i = 0; i < levels.size(); i++) {
        name += "_in_sum";
        INFO("buffer " << name);
        const int b = design.buffer(name);
        const int64_t writes = fills(plan, levels[i]) * tile(plan, levels[i], dimensions);
        const int64_t reads =
            i + 1 < levels.size()
                ? fills(plan, levels[i + 1]) * tile(plan, levels[i + 1], dimensions)
                : points * 4 * (dimensions == "nk" ? 4 : 1); // a goes to all columns
        CHECK(design.interpreted.buffers[b].writes == writes);
        CHECK(design.interpreted.buffers[b].reads == reads);
        CHECK(design.simulated.buffers[b].writes == uint64_t(writes));
        CHECK(design.simulated.buffers[b].reads == uint64_t(reads));
        if (i + 1 == levels.size() && plan.innermost == Memory::RegisterFile) {
            CHECK(design.description.buffers[b].memory == "register_file");
        }
    }
}

/// The accumulator: one read and one write of every column's element per point.
void check_sum(const Measured &design) {
    const int64_t updates = int64_t(gemm_n) * gemm_m * gemm_k / 4, elements = gemm_n * gemm_m;
    const int b = design.buffer("sum");
    // The interpreter leaves out the reads at first visits; the memory is read all the same.
    CHECK(design.interpreted.buffers[b].reads == updates - elements + elements);
    CHECK(design.interpreted.buffers[b].writes == updates);
    CHECK(design.simulated.buffers[b].reads == uint64_t(updates + elements));
    CHECK(design.simulated.buffers[b].writes == uint64_t(updates));
}

/// Tile loops in every order, two levels of each tensor: what is computed outside of the innermost
/// loops that it does not depend on stays where it is.
void add_tile_orders(std::vector<GemmPlan> &plans) {
    std::vector<std::string> tiles{"ko", "mo", "no"};
    do {
        GemmPlan plan;
        plan.name = "tiles_" + tiles[0] + "_" + tiles[1] + "_" + tiles[2];
        plan.order = tiles;
        plan.order.insert(plan.order.end(), {"k1", "n1", "m1", "mi"});
        // The outer copy at the innermost tile loop that its tensor depends on.
        auto level = [&](const char *other) { return tiles[2] != other ? tiles[2] : tiles[1]; };
        plan.a_levels = {level("no"), "k1"};
        plan.b_levels = {level("mo"), "n1"};
        plan.slots = {2, 2, 1};
        plans.push_back(plan);
    } while (std::next_permutation(tiles.begin(), tiles.end()));
}

/// One tensor stays in the innermost level while the innermost loops run.
void add_resident(std::vector<GemmPlan> &plans) {
    const Memory registers = Memory::RegisterFile;
    plans.push_back({"weights_resident",
                     {"ko", "mo", "no", "k1", "n1", "m1", "mi"},
                     {"mo", "mi"},
                     {"ko", "n1"},
                     {1, 2, 2},
                     registers});
    plans.push_back({"inputs_resident",
                     {"ko", "no", "mo", "k1", "m1", "mi", "n1"},
                     {"ko", "mi"},
                     {"no", "n1"},
                     {2, 2, 2},
                     registers});
    plans.push_back({"sums_resident",
                     {"no", "mo", "n1", "m1", "mi", "ko", "k1"},
                     {"mo", "k1"},
                     {"no", "k1"},
                     {2, 2, 2},
                     registers});
}

void add_levels(std::vector<GemmPlan> &plans) {
    const std::vector<std::string> order{"ko", "mo", "no", "k1", "n1", "m1", "mi"};
    plans.push_back({"levels_1", order, {""}, {""}, {1, 1, 1}});
    plans.push_back({"levels_2", order, {"", "mi"}, {"", "n1"}, {1, 2, 1}});
    plans.push_back({"levels_3", order, {"", "mo", "k1"}, {"", "ko", "no"}, {2, 1, 1}});
    plans.push_back({"levels_4",
                     order,
                     {"", "ko", "mo", "mi"},
                     {"", "ko", "no", "n1"},
                     {2, 2, 1},
                     Memory::RegisterFile});
}

void add_slots(std::vector<GemmPlan> &plans) {
    for (int a : {1, 2}) {
        for (int b : {1, 2}) {
            for (int sum : {1, 2}) {
                GemmPlan plan{"slots_" + std::to_string(a) + std::to_string(b) +
                                  std::to_string(sum),
                              {"no", "mo", "ko", "k1", "n1", "m1", "mi"},
                              {"mo", "k1"},
                              {"ko", "n1"},
                              {a, b, sum}};
                plan.sum_per_tile = true;
                plans.push_back(plan);
            }
        }
    }
}

std::vector<GemmPlan> gemm_plans() {
    std::vector<GemmPlan> plans;
    add_tile_orders(plans);
    add_resident(plans);
    add_levels(plans);
    add_slots(plans);
    return plans;
}

} // namespace

TEST_CASE("copies of nested in() move what the loop nest says") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "hierarchy_gemm");
    const std::vector<GemmPlan> plans = gemm_plans();
    for (const GemmPlan &plan : plans) {
        runner.add(plan.name, [&](bool scheduled) { return gemm(plan, scheduled); });
    }
    const std::vector<Measured> designs = runner.run();
    CHECK(designs.size() == plans.size());
    for (const Measured &design : designs) {
        const GemmPlan &plan = *std::find_if(
            plans.begin(), plans.end(), [&](const GemmPlan &p) { return p.name == design.name; });
        INFO("design " << plan.name);
        check_copies(design, plan, "a", plan.a_levels, "mk");
        check_copies(design, plan, "b", plan.b_levels, "nk");
        check_sum(design);
        std::cout << plan.name << ": " << design.simulated.cycles << " cycles, "
                  << design.simulated.ports[design.tensor("a")].bytes << " bytes of a, "
                  << design.simulated.ports[design.tensor("b")].bytes << " of b\n";
    }
}

namespace {

/// Partial sums of rfactor in register files, one tile (8 x 6) at a time, with the sums outside in
/// an SRAM. `levels`: the reduction loops that are factored out, outermost first.
Layer factored_gemm(const std::vector<std::string> &levels, bool scheduled) {
    GemmFuncs f;
    if (scheduled) {
        Accelerator hw = accelerate(f.result);
        const Var no("no"), ni("ni"), n1("n1"), mo("mo"), mi("mi");
        const RVar ko("ko"), k1("k1"), ki("ki");
        f.result.vectorize(f.n, 4);
        f.sum.compute_root();
        f.sum.update().split(f.r, ko, ki, 8).split(ki, k1, ki, 4);
        Func user = f.sum;
        LoopLevel tile;
        for (size_t i = 0; i < levels.size(); i++) {
            const RVar outside(levels[i]);
            Func partial = user.update().rfactor(outside, Var("u" + std::to_string(i)));
            // The user's own update adds the tiles of the partial sums.
            if (i == 0) {
                user.update().split(f.n, no, ni, 8).split(f.m, mo, mi, 6);
                std::vector<VarOrRVar> order{ni, mi, no, mo, outside};
                user.update().reorder(order).vectorize(ni, 4);
                tile = LoopLevel(user, no);
            } else {
                user.update().reorder({f.n, f.m, VarOrRVar(outside)}).vectorize(f.n, 4);
                tile = LoopLevel(user, outside);
            }
            partial.compute_at(tile);
            hw.buffer(partial, Memory::RegisterFile).slots(2);
            user = partial;
        }
        const bool k1_left = std::find(levels.begin(), levels.end(), "k1") == levels.end();
        const bool ko_left = std::find(levels.begin(), levels.end(), "ko") == levels.end();
        user.update().split(f.n, n1, ni, 4);
        std::vector<VarOrRVar> order{ki, ni, f.m, n1};
        if (k1_left) {
            order.push_back(k1);
        }
        if (ko_left) {
            order.push_back(ko);
        }
        user.update().reorder(order);
        hw.pe_array(user.update(), {ki}, {ni});
        add_copies(hw, f.a, user, {LoopLevel::root()}, Memory::Auto, 1);
        add_copies(hw, f.b, user, {tile}, Memory::Auto, 2);
    }
    return {f.result, {f.a, f.b}};
}

/// Elements that an accumulator of the chain is updated by: `remaining` iterations of the loops not
/// yet added up.
void check_accumulator(const Measured &design, int b, int64_t updates,
                       int64_t generations_elements) {
    INFO("buffer " << design.hardware().buffers[b].name);
    CHECK(design.interpreted.buffers[b].writes == updates);
    CHECK(design.simulated.buffers[b].writes == uint64_t(updates));
    // Every finished element is read once by the next level.
    CHECK(design.simulated.buffers[b].reads == uint64_t(updates + generations_elements));
}

} // namespace

TEST_CASE("partial sums of rfactor are added up level by level") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "hierarchy_rfactor");
    const std::vector<std::vector<std::string>> chains{{"ko"}, {"k1"}, {"ko", "k1"}};
    for (const auto &chain : chains) {
        std::string name = "rfactor";
        for (const std::string &loop : chain) {
            name += "_" + loop;
        }
        runner.add(name, [&](bool scheduled) { return factored_gemm(chain, scheduled); });
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == chains.size());
    const int64_t elements = gemm_n * gemm_m, points = elements * gemm_k / 16;
    for (size_t i = 0; i < designs.size(); i++) {
        const Measured &design = designs[i];
        INFO("design " << design.name);
        // The sum takes one addition per element and iteration of the outermost factored loop (2
        // each); the innermost partial sums one per point and column.
        check_accumulator(design, design.buffer("sum"), 2 * elements, elements);
        if (chains[i].size() == 1) {
            check_accumulator(design, design.buffer("sum_intm"), points * 4, 2 * elements);
        } else {
            check_accumulator(design, design.buffer("sum_intm_intm"), points * 4, 4 * elements);
            check_accumulator(design, design.buffer("sum_intm"), 4 * elements, 2 * elements);
        }
        CHECK(design.simulated.ports[design.tensor("a")].bytes == gemm_m * gemm_k);
        std::cout << design.name << ": " << design.simulated.cycles << " cycles\n";
    }
}

namespace {

constexpr int conv_c = 8, conv_k = 8, conv_size = 12, conv_filter = 3;

/// A convolution on a 4 x 4 array (input channels down, output channels across), in tiles of 4
/// output channels and 4 rows, with all buffers double.
struct ConvPlan {
    std::string name;
    bool channels_outside;  ///< loop over tiles of output channels outside the one over rows
    bool blocked_reduction; ///< input and weights in blocks of 4 input channels
    bool register_row;      ///< another copy of the input, a kernel's row at a time
};

Layer convolution(const ConvPlan &plan, bool scheduled) {
    ImageParam input(Int(8), 3, "input"), weights(Int(8), 4, "weights");
    constexpr int size = conv_size + conv_filter - 1;
    input.dim(0).set_bounds(0, conv_c).dim(1).set_bounds(0, size).set_stride(conv_c);
    input.dim(2).set_bounds(0, size).set_stride(conv_c * size);
    weights.dim(0).set_bounds(0, conv_k).dim(1).set_bounds(0, conv_c).set_stride(conv_k);
    weights.dim(2).set_bounds(0, 3).set_stride(conv_k * conv_c);
    weights.dim(3).set_bounds(0, 3).set_stride(conv_k * conv_c * 3);
    Var k("k"), x("x"), y("y");
    RDom r(0, conv_c, 0, conv_filter, 0, conv_filter, "r");
    Func sum("sum"), result("result");
    sum(k, x, y) = 0;
    sum(k, x, y) +=
        cast<int32_t>(input(r.x, x + r.y, y + r.z)) * cast<int32_t>(weights(k, r.x, r.y, r.z));
    result(k, x, y) = cast<int8_t>(sum(k, x, y) >> 4);
    result.bound(k, 0, conv_k).bound(x, 0, conv_size).bound(y, 0, conv_size);
    if (scheduled) {
        Accelerator hw = accelerate(result);
        const Var ko("ko"), ki("ki"), yo("yo"), yi("yi");
        const RVar rco("rco"), rci("rci");
        result.split(k, ko, ki, 4).split(y, yo, yi, 4);
        if (plan.channels_outside) {
            result.reorder(ki, x, yi, yo, ko);
        } else {
            result.reorder(ki, x, yi, ko, yo);
        }
        result.vectorize(ki);
        const Var inner = plan.channels_outside ? yo : ko;
        sum.compute_at(result, inner);
        sum.update().split(r.x, rco, rci, 4).reorder({rci, k, x, y, r.y, r.z, rco});
        hw.pe_array(sum.update(), {rci}, {k});
        Func tile = input.in(sum), block = weights.in(sum);
        if (plan.blocked_reduction) {
            tile.compute_at(sum, rco);
            block.compute_at(sum, rco);
        } else {
            tile.compute_at(result, yo);
            block.compute_at(result, ko);
        }
        tile.vectorize(tile.args()[0], 4);
        block.vectorize(block.args()[0], 4);
        for (const Func &f : {tile, block, sum}) {
            hw.buffer(f).slots(2);
        }
        if (plan.register_row) {
            Func row = tile.in(sum);
            row.compute_at(sum, y).vectorize(row.args()[0], 8).unroll(row.args()[1], 2);
            hw.buffer(row, Memory::RegisterFile).slots(2);
        }
        for (const Func &f : {Func(input), Func(weights), result}) {
            hw.port(f).bus_bits(64);
        }
    }
    return {result, {input, weights}};
}

/// Bytes of the input and of the weights that the tiles need, from the loops alone.
std::pair<uint64_t, uint64_t> convolution_bytes(const ConvPlan &plan) {
    const uint64_t rows = 4 + conv_filter - 1, columns = conv_size + conv_filter - 1;
    const uint64_t input_tile = conv_c * columns * rows, channel_tiles = conv_k / 4,
                   row_tiles = conv_size / 4;
    const uint64_t all_weights = conv_k * conv_c * conv_filter * conv_filter;
    // What is computed at the inner tile loop, or further in, comes again for each iteration of the
    // outer one.
    const bool input_again = plan.channels_outside || plan.blocked_reduction;
    const bool weights_again = !plan.channels_outside || plan.blocked_reduction;
    return {row_tiles * input_tile * (input_again ? channel_tiles : 1),
            all_weights * (weights_again ? row_tiles : 1)};
}

} // namespace

TEST_CASE("a tensor that stays resident is loaded once, and double buffers keep the array busy") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "hierarchy_convolution");
    const std::vector<ConvPlan> plans{{"weights_resident", true, false, false},
                                      {"inputs_resident", false, false, false},
                                      {"sums_resident", false, true, false},
                                      {"register_rows", true, false, true}};
    for (const ConvPlan &plan : plans) {
        runner.add(plan.name, [&](bool scheduled) { return convolution(plan, scheduled); });
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == plans.size());
    for (size_t i = 0; i < designs.size(); i++) {
        const Measured &design = designs[i];
        INFO("design " << design.name);
        const auto [input, weights] = convolution_bytes(plans[i]);
        const sim::PortTraffic &in = design.simulated.ports[design.tensor("input")];
        const sim::PortTraffic &w = design.simulated.ports[design.tensor("weights")];
        std::cout << design.name << ": " << design.simulated.cycles << " cycles, " << in.bytes
                  << " bytes of input, " << w.bytes << " of weights\n";
        // Blocks of four bytes take half a bus word each.
        const bool blocks = plans[i].blocked_reduction;
        CHECK(in.bytes == input * (blocks ? 2 : 1));
        CHECK(w.bytes == weights * 2);
        const uint64_t points = conv_c * conv_k * conv_size * conv_size * 9 / 16;
        CHECK(points * 100 >= design.simulated.cycles * 90);
    }
}
