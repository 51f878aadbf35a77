#include "tests/unit/frontend_pipelines.h"

#include "hwgen/hwir/print.h"
#include "hwgen/hwir/verify.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace Orrery;
using namespace Orrery::test;

namespace {

std::vector<std::string> loop_names(const hwir::Process &process) {
    std::vector<std::string> names;
    for (const hwir::Loop &loop : process.loops) {
        names.push_back((loop.kind == hwir::LoopKind::Lane ? "lane " : "") + loop.name);
    }
    return names;
}

std::string index_text(const hwir::Design &design, const hwir::Process &process,
                       const hwir::Access &access) {
    return hwir::print_access(design, process, access);
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("C | K convolution: processes, loops and lanes", "[frontend]") {
    Convolution conv;
    conv.schedule_ck();
    const hwir::Design d = conv.design();
    INFO(hwir::print(d));
    hwir::verify(d);

    // The initial value 0 is folded into the update.
    REQUIRE(d.processes.size() == 4);
    const hwir::Process &acc = process_of(d, "acc", 1);
    CHECK(acc.name == "acc_s1");
    CHECK(loop_names(acc) == Names{"output.s0.ko", "output.s0.yo", "acc.s1.ro", "acc.s1.r.y",
                                   "acc.s1.r.x", "acc.s1.y", "acc.s1.x", "lane acc.s1.k",
                                   "lane acc.s1.ri"});
    CHECK(acc.loops[5].max_extent == 3);
    CHECK(acc.loops[7].max_extent == 4);
    CHECK(d.exprs.as_constant(acc.loops[7].extent) == 4);
    // The last tile has two channels, so the columns have an enable.
    REQUIRE(acc.enables.size() == 1);
    CHECK(hwir::uses_counter(d.exprs, acc.enables[0], 7));

    REQUIRE(acc.array);
    CHECK(acc.array->rows == std::vector<int>{8});
    CHECK(acc.array->columns == std::vector<int>{7});
    CHECK(hwir::reduction_lanes(d.exprs, acc) == std::vector<int>{8});

    REQUIRE(acc.accumulation);
    CHECK(acc.accumulation->op == hwir::ReduceOp::Sum);
    CHECK(d.exprs.as_constant(acc.accumulation->init) == 0);
    CHECK(acc.accumulation->first_visit == std::vector<int>{2, 3, 4});
    CHECK(acc.accumulation->self_load == 0);
}

TEST_CASE("C | K convolution: buffers and their tokens", "[frontend]") {
    Convolution conv;
    conv.schedule_ck();
    const hwir::Design d = conv.design();
    INFO(hwir::print(d));
    REQUIRE(d.buffers.size() == 3);

    const hwir::Buffer &input = buffer_of(d, "padded_in_acc");
    CHECK(input.extents == std::vector<int64_t>{11, 5, 8});
    CHECK(input.slots == 2);
    REQUIRE(input.writers.size() == 1);
    REQUIRE(input.readers.size() == 1);
    CHECK(input.writers[0].depth == 2);

    const hwir::Buffer &weights = buffer_of(d, "weights_im_in_acc");
    CHECK(weights.extents == std::vector<int64_t>{3, 3, 4, 4});
    CHECK(weights.slots == 1);
    CHECK(weights.writers[0].depth == 3);
    CHECK(weights.readers[0].depth == 3);

    const hwir::Buffer &acc = buffer_of(d, "acc");
    CHECK(acc.type == hwir::Type{32, true});
    CHECK(d.processes[acc.writers.at(0).process].name == "acc_s1");
    CHECK(d.processes[acc.readers.at(0).process].name == "output_s0");
}

TEST_CASE("padding becomes a predicated load of an affine address", "[frontend]") {
    Convolution conv;
    conv.schedule_ck();
    const hwir::Design d = conv.design();
    const hwir::Process &fill = process_of(d, "padded_in_acc", 0);
    REQUIRE(fill.loads.size() == 1);
    const hwir::Access &load = fill.loads[0];
    INFO(index_text(d, fill, load));
    CHECK(load.kind == hwir::MemoryKind::Tensor);
    CHECK(load.predicate.size() == 4);
    for (const hwir::Index &index : load.indices) {
        CHECK_FALSE(index.base.defined());
        CHECK_FALSE(index.lane_table.defined());
    }
    CHECK(load.indices[0].offset == -1);
    // ko, yo, channel, row, column: the row is 3 yo + counter - 1.
    CHECK(load.indices[1].coefficients == std::vector<int64_t>{0, 3, 0, 1, 0});
}

TEST_CASE("quotients and remainders of lanes go where the split fits", "[frontend]") {
    // A depthwise layer that makes `multiplier` channels of each input channel.
    constexpr int multiplier = 3;
    ImageParam input(Int(8), 2, "input"), weights(Int(8), 2, "weights");
    Var c("c"), co("co"), ci("ci"), x("x");
    Func output("output");
    output(c, x) = input(c / multiplier, x) * weights(c % multiplier, c / multiplier);
    output.bound(c, 0, 4 * multiplier).bound(x, 0, 5);
    output.split(c, co, ci, multiplier).reorder(ci, x, co).unroll(ci);
    const hwir::Design d = design_of(output, {input, weights});
    const hwir::Process &process = process_of(d, "output", 0);
    REQUIRE(process.loads.size() == 2);
    for (const hwir::Access &load : process.loads) {
        const bool is_weight = d.tensors[size_t(load.memory)].name == "weights";
        const hwir::Index &channel = load.indices[is_weight ? 1 : 0];
        INFO(index_text(d, process, load));
        CHECK_FALSE(channel.lane_table.defined());
        CHECK(channel.coefficients == std::vector<int64_t>{1, 0, 0}); // co, x, ci
        if (is_weight) {
            CHECK(load.indices[0].modulus == 0);
            CHECK(load.indices[0].coefficients == std::vector<int64_t>{0, 0, 1});
        }
    }
}

TEST_CASE("tensors: shapes from bound() and from the accessed region", "[frontend]") {
    Convolution conv;
    conv.schedule_ck();
    const hwir::Design d = conv.design();
    REQUIRE(d.tensors.size() == 3);
    CHECK(d.tensors[0].name == "input");
    CHECK(d.tensors[1].bus_bits == 64);
    CHECK(d.tensors[2].name == "output");
    CHECK(d.tensors[2].direction == hwir::Direction::Output);
    CHECK(d.tensors[2].dimensions[2].extent.most == 10);
    CHECK(d.tensors[2].dimensions[2].stride.most == 63);
    CHECK(d.tensors[1].dimensions[3].extent.most == 10);
    CHECK(d.tensors[0].dimensions[0].min.most == 0);
    CHECK(d.tensors[0].dimensions[0].extent.most == 9);
}

TEST_CASE("tensors: constraints of dimensions", "[frontend]") {
    ImageParam input(UInt(8), 3, "input");
    Var x("x"), y("y"), c("c");
    Func output("output");
    output(x, y, c) = input(x, y, c) + 1;
    output.bound(c, 0, 3);
    output.output_buffer().dim(0).set_bounds(0, 20);
    output.output_buffer().dim(1).set_bounds(0, 10).set_stride(32);
    input.dim(0).set_stride(3).set_bounds(0, 24);
    input.dim(2).set_stride(1).set_bounds(0, 3);
    const hwir::Design d = design_of(output, {input});
    CHECK(d.tensors[0].dimensions[0].stride.most == 3);
    CHECK(d.tensors[0].dimensions[0].extent.most == 24);
    CHECK(d.tensors[0].dimensions[1].extent.most == 10);
    CHECK(d.tensors[0].dimensions[1].stride.most == 72);
    CHECK(d.tensors[0].dimensions[2].stride.most == 1);
    CHECK(d.tensors[1].dimensions[0].extent.most == 20);
    CHECK(d.tensors[1].dimensions[1].stride.most == 32);
    CHECK(d.tensors[1].dimensions[2].stride.most == 320);
}

TEST_CASE("a bias is a load of the update, read at the first visit only", "[frontend]") {
    ImageParam a(Int(8), 1, "a"), b(Int(8), 2, "b"), bias(Int(32), 1, "bias");
    Var j("j"), jo("jo"), ji("ji");
    RDom r(0, 16, "r");
    Func sum("sum"), output("output");
    sum(j) = bias(j);
    sum(j) += cast<int32_t>(a(r)) * cast<int32_t>(b(r, j));
    output(j) = sum(j);
    output.bound(j, 0, 10).split(j, jo, ji, 4, TailStrategy::GuardWithIf);
    sum.compute_at(output, jo);
    // The order and the split of the initial values do not matter: bias is a function of j alone.
    sum.split(j, jo, ji, 2, TailStrategy::GuardWithIf);
    sum.update().unscheduled();
    const hwir::Design d = design_of(output, {a, b, bias});
    INFO(hwir::print(d));
    const hwir::Process &update = process_of(d, "sum", 1);
    CHECK(d.processes.size() == 2);
    REQUIRE(update.loads.size() == 4);
    CHECK(d.tensors[update.loads[3].memory].name == "bias");
    REQUIRE(update.loads[3].predicate.size() == 1);
    const int reduction = update.accumulation->first_visit.at(0);
    CHECK(update.loops[reduction].name == "sum.s1.r.x");
    CHECK(hwir::uses_counter(d.exprs, update.loads[3].predicate[0], reduction));
    // Loops jo, r and j: element 4 jo + j.
    CHECK(update.loads[3].indices[0].coefficients == std::vector<int64_t>{4, 1, 0});
}

TEST_CASE("initial values stay a phase where the update may skip elements", "[frontend]") {
    ImageParam a(Int(8), 2, "a");
    Var i("i");
    RDom q(0, 9, 0, 9, "q");
    q.where(q.x >= q.y);
    Func sum("sum"), output("output");
    sum(i) = 7;
    sum(q.y) += cast<int32_t>(a(q.x, q.y));
    output(i) = sum(i);
    output.bound(i, 0, 9);
    sum.compute_root();
    const hwir::Design d = design_of(output, {a});
    const hwir::Buffer &buffer = buffer_of(d, "sum");
    REQUIRE(buffer.writers.size() == 2);
    CHECK(d.processes[buffer.writers[0].process].name == "sum_s0");
    CHECK(d.processes[buffer.writers[1].process].name == "sum_s1");
    CHECK(buffer.writers[0].depth == 0);
    CHECK_FALSE(process_of(d, "sum", 1).accumulation->init.defined());
}

TEST_CASE("two updates are two phases, the first one with the initial value", "[frontend]") {
    ImageParam a(Int(8), 2, "a");
    Var j("j");
    RDom r(0, 12, "r");
    Func sum("sum"), output("output");
    sum(j) = 0;
    sum(j) += cast<int32_t>(a(r, j));
    sum(j) = max(sum(j), j);
    output(j) = sum(j);
    output.bound(j, 0, 10);
    sum.compute_root();
    const hwir::Design d = design_of(output, {a});
    CHECK(buffer_of(d, "sum").writers.size() == 2);
    CHECK(process_of(d, "sum", 1).accumulation->init.defined());
    CHECK(process_of(d, "sum", 2).accumulation->op == hwir::ReduceOp::Max);
    CHECK_FALSE(process_of(d, "sum", 2).accumulation->init.defined());
}

TEST_CASE("a Realize inside a lane loop is shared unless it depends on the lane", "[frontend]") {
    Convolution conv;
    conv.output.split(conv.y, conv.yo, conv.yi, 4, TailStrategy::GuardWithIf)
        .split(conv.k, conv.ko, conv.ki, 2)
        .reorder(conv.x, conv.yi, conv.ki, conv.yo, conv.ko);
    conv.acc.compute_at(conv.output, conv.yo);
    conv.acc.update()
        .reorder(conv.r.y, conv.y, conv.r.x, conv.x, conv.r.z, conv.k)
        .unroll(conv.r.y)
        .unroll(conv.y)
        .unroll(conv.k);
    conv.padded.in(conv.acc).compute_at(conv.acc, conv.r.z);
    conv.weights.in(conv.acc).compute_at(conv.acc, conv.r.z);
    const hwir::Design d = conv.design();
    INFO(hwir::print(d));
    // Both are computed inside the lanes of k.
    CHECK(buffer_of(d, "padded_in_acc").extents == std::vector<int64_t>{11, 6, 1});
    CHECK(buffer_of(d, "weights_im_in_acc").extents == std::vector<int64_t>{3, 3, 1, 1, 2});
    CHECK(hwir::lane_count(process_of(d, "padded_in_acc", 0)) == 1);
    CHECK(hwir::lane_count(process_of(d, "weights_im_in_acc", 0)) == 2);
    CHECK(hwir::lane_count(process_of(d, "acc", 1)) == 24);
}

TEST_CASE("a guard of serial loops is a loop of no or one iteration", "[frontend]") {
    ImageParam a(Int(8), 1, "a");
    Var x("x");
    RDom r(0, 4, 0, 4, "r");
    r.where(r.x + r.y != 3);
    Func sum("sum"), output("output");
    sum(x) = 0;
    sum(x) += cast<int32_t>(a(x + r.x + 2 * r.y));
    output(x) = sum(x);
    output.bound(x, 0, 8);
    sum.compute_root();
    const hwir::Design d = design_of(output, {a});
    INFO(hwir::print(d));
    const hwir::Process &update = process_of(d, "sum", 1);
    CHECK(update.enables.empty());
    const auto guard = std::find_if(update.loops.begin(), update.loops.end(),
                                    [](const hwir::Loop &l) { return l.name == "guard"; });
    REQUIRE(guard != update.loops.end());
    CHECK(guard->max_extent == 1);
    CHECK_FALSE(d.exprs.as_constant(guard->extent));
}

TEST_CASE("a lane-dependent number of iterations runs to the maximum", "[frontend]") {
    ImageParam a(Int(8), 1, "a");
    Var i("i"), io("io"), ii("ii");
    RDom q(0, 12, "q");
    q.where(q.x <= i);
    Func sum("sum"), output("output");
    sum(i) = 0;
    sum(i) += cast<int32_t>(a(q.x));
    output(i) = sum(i);
    output.bound(i, 0, 12).split(i, io, ii, 4, TailStrategy::GuardWithIf);
    sum.compute_at(output, io);
    sum.update().reorder(q.x, i).unroll(i);
    const hwir::Design d = design_of(output, {a});
    INFO(hwir::print(d));
    const hwir::Process &update = process_of(d, "sum", 1);
    const hwir::Loop &loop = update.loops[1];
    CHECK(loop.name == "sum.s1.q.x");
    CHECK(d.exprs.as_constant(loop.extent) == loop.max_extent);
    CHECK(loop.max_extent == 12);
    CHECK(update.enables.size() == 1);
}

TEST_CASE("an array of one row and one column has no loops", "[frontend]") {
    Convolution conv;
    const TailStrategy guard = TailStrategy::GuardWithIf;
    conv.acc.compute_root();
    conv.acc.update()
        .split(conv.r.z, conv.ro, conv.ri, 1, guard)
        .split(conv.k, conv.kt, conv.ki, 1, guard)
        .reorder(conv.ri, conv.ki, conv.x, conv.y, conv.r.x, conv.r.y, conv.ro, conv.kt)
        .unroll(conv.ri)
        .unroll(conv.ki);
    conv.schedule.arrays[{conv.acc.name(), 1}] = {{"ri"}, {"ki"}, true, true};
    const hwir::Design d = conv.design();
    const hwir::Process &acc = process_of(d, "acc", 1);
    REQUIRE(acc.array);
    CHECK(acc.array->rows.empty());
    CHECK(acc.array->columns.empty());
    CHECK(!acc.array->row_links);
    CHECK(!acc.array->column_links);
    CHECK(hwir::lane_count(acc) == 1);
}

TEST_CASE("loops of Vars without a name are called after their part in the schedule",
          "[frontend]") {
    ImageParam input(Int(8), 2, "input");
    Var x("x"), y("y"), xi, xo, yo, yi, xii, tile; // the numbers say nothing of the parts
    RVar ro, ri;
    RDom r(0, 12, "r");
    Func sum("sum"), output("output");
    sum(x, y) += cast<int32_t>(input(x, y)) * r;
    output(x, y) = sum(x, y);
    output.bound(x, 0, 16).bound(y, 0, 6);
    output.split(x, xo, xi, 8)
        .split(xi, xi, xii, 2)
        .split(y, yo, yi, 2)
        .reorder(xii, yi, xi, xo, yo);
    output.fuse(xo, yo, tile).unroll(xii);
    sum.compute_root().update().split(r, ro, ri, 4).unroll(x, 4);
    const hwir::Design d = design_of(output, {input});
    CHECK(loop_names(process_of(d, "output", 0)) ==
          Names{"output.s0.y.outer.x.outer.fused", "output.s0.x.inner.outer", "output.s0.y.inner",
                "lane output.s0.x.inner.inner"});
    CHECK(loop_names(process_of(d, "sum", 1)) == Names{"sum.s1.y", "sum.s1.x", "sum.s1.r.x.outer",
                                                       "sum.s1.r.x.inner", "lane sum.s1.x.inner"});
}

TEST_CASE("the same pipeline gives the same text", "[frontend]") {
    std::string first;
    for (int run = 0; run < 2; run++) {
        Convolution conv;
        conv.schedule_ck();
        const std::string text = hwir::print(conv.design());
        if (run == 0) {
            first = text;
        }
        CHECK(text == first);
    }
}

TEST_CASE("an initial value is not folded into an update that is rounded up beyond it",
          "[frontend]") {
    // The copy of the bias holds 6 elements; the update, rounded up, runs over 8.
    for (const TailStrategy tail : {TailStrategy::RoundUp, TailStrategy::GuardWithIf}) {
        ImageParam bias(Int(32), 1, "bias"), weights(Int(8), 2, "weights");
        Var k("k"), kt("kt"), ki("ki");
        RDom r(0, 5, "r");
        Func sum("sum"), output("output");
        sum(k) = bias(k);
        sum(k) += cast<int32_t>(weights(k, r));
        output(k) = sum(k);
        output.bound(k, 0, 6);
        sum.compute_root().update().split(k, kt, ki, 4, tail);
        bias.in(sum).compute_root();
        weights.in(sum).compute_root();
        bias.dim(0).set_bounds(0, 6);
        weights.dim(0).set_bounds(0, 8).dim(1).set_bounds(0, 5);
        const hwir::Design d = design_of(output, {bias, weights});
        INFO(hwir::print(d));
        hwir::verify(d);
        const bool folded = d.processes.size() == 4; // two copies, the update, the output
        CHECK(folded == (tail == TailStrategy::GuardWithIf));
        CHECK(process_of(d, "sum", 1).accumulation->init.defined() == folded);
    }
}

TEST_CASE("tensors and loops whose sizes are scalars", "[frontend]") {
    ImageParam input(Int(8), 2, "input");
    Param<int> n("n", 5, 1, 40), m("m", 6, 1, 30);
    Var x("x"), y("y"), xo("xo"), xi("xi");
    RDom r(0, n, "r");
    input.dim(0).set_bounds(0, n);
    input.dim(1).set_bounds(0, m);
    Func sum("sum"), output("output");
    sum(y) = cast<int32_t>(y);
    sum(y) += cast<int32_t>(input(r, y));
    output(y) = sum(y);
    output.bound(y, 0, m);
    output.split(y, xo, xi, 8, TailStrategy::GuardWithIf);
    sum.compute_at(output, xo);
    const hwir::Design d = design_of(output, {input}, {}, {n.parameter(), m.parameter()});
    const auto text = [&](const hwir::Size &size) {
        return size.is_constant() ? "" : hwir::print_expr(d.exprs, size.expr, {});
    };
    REQUIRE(d.exprs.scalars().size() == 2);
    CHECK(d.tensors[0].dimensions[0].extent.most == 40);
    CHECK(text(d.tensors[0].dimensions[0].extent) == "n");
    CHECK(text(d.tensors[0].dimensions[1].stride) == "n");
    CHECK(text(d.tensors[1].dimensions[0].extent) == "m");
    CHECK(d.tensors[1].dimensions[0].stride.most == 1);
    CHECK(d.requirements.empty());
    CHECK(buffer_of(d, "sum").extents == std::vector<int64_t>{8});
    // The initial value costs nothing, although the number of iterations is not known.
    const hwir::Process &update = process_of(d, "sum", 1);
    CHECK(update.accumulation->init.defined());
    CHECK(update.loops.back().max_extent == 40);
}

TEST_CASE("what only some values of scalars fulfil is required of the host", "[frontend]") {
    ImageParam input(Int(8), 1, "input");
    Param<int> n("n", 5, 0, 40), m("m", 6, 1, 40);
    Var x("x"), xo("xo"), xi("xi");
    Func output("output");
    input.dim(0).set_bounds(0, m);
    output(x) = input(x);
    output.bound(x, 0, n);
    output.split(x, xo, xi, 8, TailStrategy::ShiftInwards);
    const hwir::Design d = design_of(output, {input}, {}, {n.parameter(), m.parameter()});
    const auto allowed = [&](int n_value, int m_value) {
        hwir::ExprPool pool = d.exprs;
        return std::all_of(
            d.requirements.begin(), d.requirements.end(), [&](const hwir::Requirement &r) {
                return hwir::evaluate(pool,
                                      hwir::substitute(pool, r.condition,
                                                       [&](const hwir::ExprNode &leaf) {
                                                           return pool.constant(
                                                               leaf.value ? m_value : n_value);
                                                       }),
                                      {}) != 0;
            });
    };
    CHECK(allowed(8, 8));
    CHECK(allowed(40, 40));
    CHECK(allowed(9, 10));
    CHECK_FALSE(allowed(0, 10)); // no element
    CHECK_FALSE(allowed(7, 10)); // shifted inwards beyond the start
    CHECK_FALSE(allowed(9, 8));  // the input is too small
}

TEST_CASE("lanes within a group: quotients and remainders are those of serial loops",
          "[frontend]") {
    // A grouped layer in one channel dimension: 2 groups of 12 filters and 3 channels, 4 filters at
    // a time.
    ImageParam input(Int(8), 2, "input"), weights(Int(8), 2, "weights");
    Var k("k"), x("x"), ko("ko"), ki("ki");
    RDom r(0, 3, "r");
    Func acc("acc"), output("output");
    acc(k, x) = 0;
    acc(k, x) +=
        cast<int>(input(k / 12 * 3 + r, x)) * cast<int>(weights(k % 12 * 3 + r, 1 - k / 12));
    output(k, x) = acc(k, x);
    output.bound(k, 0, 24).bound(x, 0, 5);
    acc.compute_root().update().split(k, ko, ki, 4).reorder(ki, r, ko, x).unroll(ki);
    const hwir::Design d = design_of(output, {input, weights});
    INFO(hwir::print(d));
    hwir::verify(d);
    const hwir::Process &process = process_of(d, "acc", 1);
    // All lanes read one element of the input.
    for (const hwir::Access &load : process.loads) {
        if (load.kind == hwir::MemoryKind::Tensor && d.tensors[load.memory].name == "input") {
            CHECK(load.indices[0].coefficients.back() == 0);
            CHECK(load.indices[0].base.defined());
        }
    }
}
