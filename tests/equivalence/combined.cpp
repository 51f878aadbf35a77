// Features together: systolic arrays that read line buffers and tensors in DRAM, and line buffers
// of tensors in DRAM. What has scalar inputs is among scalar_layers.h.
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

using namespace Halide;
using namespace Orrery;
using test::Layer;
using test::Measured;

namespace {

ImageParam tensor(const std::string &name, Type type, const std::vector<int> &shape) {
    ImageParam input(type, int(shape.size()), name);
    int stride = 1;
    for (size_t d = 0; d < shape.size(); d++) {
        input.dim(int(d)).set_bounds(0, shape[d]).set_stride(stride);
        stride *= shape[d];
    }
    return input;
}

/// A convolution of 3 x 3 with a border of zeros.
struct Convolution {
    static constexpr int width = 6, height = 11;
    Var c{"c"}, x{"x"}, y{"y"}, k{"k"}, ko{"ko"}, ki{"ki"}, yo{"yo"}, yi{"yi"}, ys{"ys"}, yl{"yl"};
    RVar co{"co"}, ci{"ci"};
    int channels, filters;
    RDom r;
    ImageParam weights;
    Func padded, sum, result;

    Convolution(const std::string &name, const Func &input, int channels, int filters)
        : channels(channels), filters(filters), r(0, channels, 0, 3, 0, 3, "r_" + name),
          weights(tensor("weights_" + name, Int(8), {channels, 3, 3, filters})),
          padded("padded_" + name), sum("sum_" + name), result("result_" + name) {
        padded(c, x, y) = BoundaryConditions::constant_exterior(
            input, cast<int8_t>(0), {{0, channels}, {0, width}, {0, height}})(c, x, y);
        sum(k, x, y) = k;
        sum(k, x, y) += cast<int32_t>(padded(r.x, x + r.y - 1, y + r.z - 1)) *
                        cast<int32_t>(weights(r.x, r.y, r.z, k));
        result(k, x, y) = cast<int8_t>(sum(k, x, y) >> 5);
    }

    /// Rows one after the other, channels of the input | filters on a systolic array.
    void rows(Accelerator &hw, Func stage) {
        stage.reorder(k, x, y);
        sum.compute_at(stage, y);
        sum.update()
            .split(k, ko, ki, 3, TailStrategy::GuardWithIf)
            .split(r.x, co, ci, 3, TailStrategy::GuardWithIf)
            .reorder(ci, ki, x, r.y, r.z, co, ko);
        finish(hw, {ci}, {ki});
    }

    void finish(Accelerator &hw, const std::vector<VarOrRVar> &down,
                const std::vector<VarOrRVar> &across) {
        weights.in(sum).compute_root();
        hw.pe_array(sum.update(), down, across);
        hw.systolic(sum.update());
        hw.buffer(sum).slots(2);
    }
};

struct OneLayer {
    ImageParam input = tensor("input", Int(8), {5, Convolution::width, Convolution::height});
    Convolution conv{"a", input, 5, 4};
    Func output{"output"};

    OneLayer() {
        output(conv.k, conv.x, conv.y) = conv.result(conv.k, conv.x, conv.y);
        output.bound(conv.k, 0, 4)
            .bound(conv.x, 0, Convolution::width)
            .bound(conv.y, 0, Convolution::height);
    }
    Layer layer() const { return {output, {input, conv.weights}}; }
};

/// Rows of the input in a line buffer.
Layer line_buffer(int slots, bool scheduled) {
    OneLayer l;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.conv.rows(hw, l.output);
        l.conv.padded.store_root().compute_at(l.output, l.conv.y);
        hw.buffer(l.conv.padded).slots(slots);
    }
    return l.layer();
}

/// Kernel rows | output rows (tiles of 2): every lane of a diagonal reads a row of the circle.
Layer diagonals_of_line_buffer(int slots, bool scheduled) {
    OneLayer l;
    Convolution &c = l.conv;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.output.split(c.y, c.yo, c.yi, 2, TailStrategy::GuardWithIf).reorder(c.k, c.x, c.yi, c.yo);
        c.sum.compute_at(l.output, c.yo);
        c.sum.update()
            .split(c.y, c.ys, c.yl, 2, TailStrategy::GuardWithIf)
            .reorder(c.r.z, c.yl, c.k, c.x, c.r.x, c.r.y, c.ys);
        c.padded.store_root().compute_at(l.output, c.yo);
        hw.buffer(c.padded).slots(slots);
        c.finish(hw, {c.r.z}, {c.yl});
    }
    return l.layer();
}

/// Two systolic layers, one behind the other, with a line buffer in front of each.
struct TwoLayers {
    ImageParam input = tensor("input", Int(8), {5, Convolution::width, Convolution::height});
    Convolution a{"a", input, 5, 4}, b;
    Func output{"output"};

    TwoLayers() : b("b", a.result, 4, 5) {
        output(b.k, b.x, b.y) = b.result(b.k, b.x, b.y);
        output.bound(b.k, 0, 5)
            .bound(b.x, 0, Convolution::width)
            .bound(b.y, 0, Convolution::height);
    }
    Layer layer() const { return {output, {input, a.weights, b.weights}}; }
};

Layer chain(int slots, bool scheduled) {
    TwoLayers l;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.b.rows(hw, l.output);
        l.b.padded.store_root().compute_at(l.output, l.b.y);
        hw.buffer(l.b.padded).slots(slots);
        l.a.rows(hw, l.a.result);
        l.a.result.compute_at(l.output, l.b.y);
        l.a.padded.compute_root();
    }
    return l.layer();
}

/// Both paddings slide down the image, and what the second one pads does not.
Layer paddings_slide(int slots, bool scheduled) {
    TwoLayers l;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.b.rows(hw, l.output);
        l.b.padded.store_root().compute_at(l.output, l.b.y);
        l.a.rows(hw, l.a.result);
        l.a.result.compute_at(l.output, l.b.y);
        l.a.padded.store_root().compute_at(l.output, l.b.y);
        hw.buffer(l.a.padded).slots(slots);
        hw.buffer(l.b.padded).slots(slots);
    }
    return l.layer();
}

/// One row of the first layer is kept, a circle with a single place, whose coordinate is no sum of
/// counters.
Layer single_row(bool scheduled) {
    TwoLayers l;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.b.rows(hw, l.output);
        l.b.padded.store_root().compute_at(l.output, l.b.y);
        l.a.rows(hw, l.a.result);
        l.a.result.store_root().compute_at(l.output, l.b.y);
        l.a.padded.compute_root();
    }
    return l.layer();
}

/// A feature map in DRAM between two systolic layers; of the second one with a line buffer, if
/// `window`.
Layer feature_map(bool window, bool scheduled) {
    TwoLayers l;
    if (scheduled) {
        Accelerator hw = accelerate(l.output);
        l.b.rows(hw, l.output);
        l.a.rows(hw, l.a.result);
        l.a.result.compute_root();
        l.a.padded.compute_root();
        hw.buffer(l.a.result, Memory::Dram);
        hw.port(l.a.result).bus_bits(64);
        if (window) {
            l.b.padded.store_root().compute_at(l.output, l.b.y);
            hw.buffer(l.b.padded).slots(2);
        } else {
            l.b.padded.compute_root();
        }
    }
    return l.layer();
}

/// The array itself stores to DRAM and reads from it: a stage that reduces nothing.
Layer array_on_dram(bool scheduled) {
    ImageParam a = tensor("a", Int(8), {6}), b = tensor("b", Int(8), {5});
    Var i("i"), j("j"), io("io"), ii("ii"), jo("jo"), ji("ji");
    Func outer("outer"), output("output");
    outer(i, j) = cast<int16_t>(a(i)) * b(j) + cast<int16_t>(i);
    output(i, j) = outer(i, j) * 3;
    output.bound(i, 0, 6).bound(j, 0, 5);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        outer.compute_root().split(i, io, ii, 3);
        hw.buffer(outer, Memory::Dram);
        hw.pe_array(outer, {}, {ii});
        hw.systolic(outer);
        a.in(outer).compute_root();
        b.in(outer).compute_root();
        output.split(i, io, ii, 2);
        hw.pe_array(output, {}, {ii});
        hw.systolic(output);
    }
    return {output, {a, b}};
}

/// Partial sums in DRAM; tiles of them come from a systolic array.
Layer spilled(bool scheduled) {
    ImageParam a = tensor("a", Int(8), {20, 7}), b = tensor("b", Int(8), {13, 20});
    Var n("n"), m("m"), u("u"), no("no"), ni("ni"), mo("mo"), mi("mi"), n1("n1"), n2("n2");
    RDom r(0, 20, "r");
    RVar ko("ko"), ki("ki"), k1("k1"), k2("k2");
    Func sum("sum"), result("result");
    sum(n, m) = n - m;
    sum(n, m) += cast<int32_t>(a(r, m)) * cast<int32_t>(b(n, r));
    result(n, m) = cast<int16_t>(sum(n, m) >> 3);
    result.bound(n, 0, 13).bound(m, 0, 7);
    if (scheduled) {
        Accelerator hw = accelerate(result);
        sum.compute_root();
        hw.buffer(sum, Memory::Dram);
        sum.update().split(r, ko, ki, 8, TailStrategy::GuardWithIf);
        Func tile = sum.update().rfactor(ko, u);
        sum.update()
            .tile(n, m, no, mo, ni, mi, 8, 4, TailStrategy::GuardWithIf)
            .reorder(ni, mi, no, mo, ko);
        tile.compute_at(sum, no);
        tile.update()
            .split(ki, k1, k2, 4, TailStrategy::GuardWithIf)
            .split(n, n1, n2, 3, TailStrategy::GuardWithIf)
            .reorder(k2, n2, n1, m, k1);
        hw.pe_array(tile.update(), {k2}, {n2});
        hw.systolic(tile.update());
        hw.buffer(tile).slots(2);
        a.in(tile).compute_root();
        b.in(tile).compute_root();
    }
    return {result, {a, b}};
}

/// A grouped layer whose channels lie in one dimension: 2 groups of 12 filters and 3 channels.
/// The lanes are 4 filters of a group, so that the group is a quotient of the serial loop alone.
Layer grouped(bool scheduled) {
    constexpr int channels = 3, filters = 12, width = 5;
    ImageParam input = tensor("input", Int(8), {2 * channels, width + 2}),
               weights = tensor("weights", Int(8), {channels, 3, 2 * filters});
    Var k("k"), x("x"), ko("ko"), ki("ki");
    RDom r(0, channels, 0, 3, "r");
    Func sum("sum"), output("output");
    sum(k, x) = k;
    sum(k, x) +=
        cast<int>(input(k / filters * channels + r.x, x + r.y)) * cast<int>(weights(r.x, r.y, k));
    output(k, x) = cast<int16_t>(sum(k, x) + k % filters);
    output.bound(k, 0, 2 * filters).bound(x, 0, width);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        sum.compute_root().update().split(k, ko, ki, 4).reorder(r.x, ki, r.y, ko, x);
        input.in(sum).compute_root();
        weights.in(sum).compute_root();
        hw.pe_array(sum.update(), {r.x}, {ki});
        hw.systolic(sum.update());
    }
    return {output, {input, weights}};
}

} // namespace

TEST_CASE("systolic arrays, line buffers and DRAM together compute what Halide does") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "combined");
    for (int slots : {1, 2}) {
        const std::string suffix = "_slots" + std::to_string(slots);
        runner.add("line_buffer" + suffix, [=](bool s) { return line_buffer(slots, s); });
        runner.add("diagonals_of_line_buffer" + suffix,
                   [=](bool s) { return diagonals_of_line_buffer(slots, s); });
        runner.add("chain" + suffix, [=](bool s) { return chain(slots, s); });
        runner.add("paddings_slide" + suffix, [=](bool s) { return paddings_slide(slots, s); });
    }
    runner.add("single_row", single_row);
    runner.add("feature_map", [](bool s) { return feature_map(false, s); });
    runner.add("feature_map_window", [](bool s) { return feature_map(true, s); });
    runner.add("array_on_dram", array_on_dram);
    runner.add("spilled", spilled);
    runner.add("grouped", grouped);
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == 14);
    for (const Measured &design : designs) {
        INFO("design " << design.name);
        bool systolic = false;
        for (const hwir::Process &process : design.hardware().processes) {
            systolic = systolic ||
                       (process.array && (process.array->row_links || process.array->column_links));
        }
        CHECK(systolic);
    }
}
