// Systolic arrays written out by hand, one for each way in which operands reach the processing
// elements and results leave them. All are compared with Halide bit for bit, with and without
// stalls of the memory; random ones are among those of rtl_random.cpp.
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

#include <iostream>

using namespace Halide;
using namespace Orrery;
using test::Layer;
using test::Measured;

namespace {

enum class Links { None, Rows, Columns, Both };

void give_links(Accelerator &hw, const Stage &stage, Links links) {
    if (links == Links::Both) {
        hw.systolic(stage);
    } else if (links != Links::None) {
        hw.systolic(stage, links == Links::Rows ? Axis::Rows : Axis::Columns);
    }
}

ImageParam tensor(const std::string &name, Type type, const std::vector<int> &shape) {
    ImageParam input(type, int(shape.size()), name);
    int stride = 1;
    for (size_t d = 0; d < shape.size(); d++) {
        input.dim(int(d)).set_bounds(0, shape[d]).set_stride(stride);
        stride *= shape[d];
    }
    return input;
}

/// Convolution 7 channels, 5 filters, 6 x 6, kernel 3 x 3 of the given stride.
struct Convolution {
    static constexpr int channels = 7, filters = 5, size = 6;
    Var k{"k"}, x{"x"}, y{"y"};
    RDom r{0, channels, 0, 3, 0, 3, "r"};
    ImageParam input, weights, bias = tensor("bias", Int(32), {filters});
    Func sum{"sum"}, output{"output"};

    explicit Convolution(int stride)
        : input(tensor("input", Int(8),
                       {channels, stride * (size - 1) + 3, stride * (size - 1) + 3})),
          weights(tensor("weights", Int(8), {channels, 3, 3, filters})) {
        sum(k, x, y) = bias(k);
        sum(k, x, y) += cast<int32_t>(input(r.x, x * stride + r.y, y * stride + r.z)) *
                        cast<int32_t>(weights(r.x, r.y, r.z, k));
        output(k, x, y) = sum(k, x, y) >> 1;
        output.bound(k, 0, filters).bound(x, 0, size).bound(y, 0, size);
    }
    Layer layer() const { return {output, {input, weights, bias}}; }
    /// Buffers of everything at the root, with two slots.
    void copy(Accelerator &hw) {
        for (Func copied : {input.in(sum), weights.in(sum), bias.in(sum), sum}) {
            copied.compute_root();
            hw.buffer(copied).slots(2);
        }
    }
};

/// Kernel rows | output rows: input elements are on diagonals of the array; filters are replicated
/// along the columns.
Layer diagonals(int stride, Links links, bool scheduled) {
    Convolution c(stride);
    if (scheduled) {
        Accelerator hw = accelerate(c.output);
        Var yo("yo"), yi("yi"), ko("ko"), ki("ki");
        c.copy(hw);
        c.sum.update()
            .split(c.y, yo, yi, 4, TailStrategy::GuardWithIf)
            .split(c.k, ko, ki, 2, TailStrategy::GuardWithIf)
            .reorder(c.r.z, yi, ki, c.x, c.r.x, c.r.y, yo, ko);
        hw.pe_array(c.sum.update(), {c.r.z}, {ki, yi});
        give_links(hw, c.sum.update(), links);
    }
    return c.layer();
}

/// Two loops of the reduction down the rows (two chains), ragged filters across, and a kernel row
/// inside of each processing element (a tree in front of the chains).
Layer chains(Links links, bool scheduled) {
    Convolution c(1);
    if (scheduled) {
        Accelerator hw = accelerate(c.output);
        Var ko("ko"), ki("ki");
        RVar co("co"), ci("ci");
        c.copy(hw);
        c.sum.update()
            .split(c.k, ko, ki, 3, TailStrategy::GuardWithIf)
            .split(c.r.x, co, ci, 4, TailStrategy::GuardWithIf)
            .reorder(ci, c.r.y, c.r.z, ki, c.x, c.y, co, ko)
            .unroll(c.r.z);
        hw.pe_array(c.sum.update(), {c.r.y, ci}, {ki});
        give_links(hw, c.sum.update(), links);
    }
    return c.layer();
}

/// Channels | output columns: the input goes through a rotator, and the accumulators too (their
/// tiles do not divide).
Layer rotators(Links links, bool scheduled) {
    Convolution c(1);
    if (scheduled) {
        Accelerator hw = accelerate(c.output);
        Var xo("xo"), xi("xi");
        RVar co("co"), ci("ci");
        c.copy(hw);
        c.output.vectorize(c.x, 4, TailStrategy::GuardWithIf).reorder(c.k, c.x, c.y);
        c.sum.update()
            .split(c.x, xo, xi, 3, TailStrategy::GuardWithIf)
            .split(c.r.x, co, ci, 4, TailStrategy::GuardWithIf)
            .reorder(ci, xi, c.k, c.y, xo, c.r.y, c.r.z, co);
        hw.pe_array(c.sum.update(), {ci}, {xi});
        give_links(hw, c.sum.update(), links);
    }
    return {c.output, {c.input, c.weights, c.bias}};
}

/// A maximum or a minimum over a window, ragged on both axes.
Layer pooling(bool maximum, Links links, bool scheduled) {
    ImageParam input = tensor("input", Int(16), {5, 9});
    Var c("c"), x("x"), co("co"), ci("ci");
    RDom r(0, 5, "r");
    RVar ro("ro"), ri("ri");
    Func pool("pool"), output("output");
    Expr value = input(c, x + r);
    pool(c, x) = maximum ? input.type().min() : input.type().max();
    pool(c, x) = maximum ? max(pool(c, x), value) : min(pool(c, x), value);
    output(c, x) = pool(c, x);
    output.bound(c, 0, 5).bound(x, 0, 5);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        pool.compute_root();
        input.in(pool).compute_root();
        pool.update()
            .split(c, co, ci, 3, TailStrategy::GuardWithIf)
            .split(r, ro, ri, 3, TailStrategy::GuardWithIf)
            .reorder(ri, ci, x, ro, co);
        hw.pe_array(pool.update(), {ri}, {ci});
        give_links(hw, pool.update(), links);
    }
    return {output, {input}};
}

/// The initial value shares a load with the increment, and has conditions and counters of its own.
Layer initial_values(Links links, bool scheduled) {
    ImageParam a = tensor("a", Int(16), {4}), b = tensor("b", Int(16), {8});
    Var i("i"), j("j"), io("io"), ii("ii");
    RDom r(0, 8, "r");
    RVar ro("ro"), ri("ri");
    Func sum("sum"), output("output");
    sum(i, j) = select(j > 1, cast<int32_t>(a(i)) * (i + 3), j - i);
    sum(i, j) += cast<int32_t>(a(i)) * cast<int32_t>(b(r)) + select(r + i > 4, 7, j);
    output(i, j) = sum(i, j);
    output.bound(i, 0, 4).bound(j, 0, 3);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        sum.compute_root();
        a.in(sum).compute_root();
        b.in(sum).compute_root();
        sum.update().split(i, io, ii, 2).split(r, ro, ri, 4).reorder(ri, ii, j, ro, io);
        hw.pe_array(sum.update(), {ri}, {ii});
        give_links(hw, sum.update(), links);
    }
    return {output, {a, b}};
}

/// An update that is no sum: no lane is reduced, the old value goes through any function.
Layer other_updates(Links links, bool scheduled) {
    ImageParam a = tensor("a", UInt(16), {6, 5});
    Var i("i"), j("j"), io("io"), ii("ii"), jo("jo"), ji("ji");
    RDom r(0, 5, "r");
    Func hash("hash"), output("output");
    hash(i, j) = cast<uint16_t>(j);
    hash(i, j) = (hash(i, j) * cast<uint16_t>(3)) ^ (a(i, r) + cast<uint16_t>(j));
    output(i, j) = hash(i, j);
    output.bound(i, 0, 6).bound(j, 0, 3);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        hash.compute_root();
        a.in(hash).compute_root();
        hash.update()
            .split(i, io, ii, 4, TailStrategy::GuardWithIf)
            .split(j, jo, ji, 2, TailStrategy::GuardWithIf)
            .reorder(ii, ji, r, io, jo);
        hw.pe_array(hash.update(), {ji}, {ii});
        give_links(hw, hash.update(), links);
    }
    return {output, {a}};
}

/// Stages that reduce nothing: an outer product into a buffer, and an array that reads and writes
/// tensors itself.
Layer forwarding(Links links, bool scheduled) {
    ImageParam a = tensor("a", Int(8), {6}), b = tensor("b", Int(8), {5}),
               d = tensor("d", Int(16), {6, 5});
    Var i("i"), j("j"), io("io"), ii("ii"), jo("jo"), ji("ji");
    Func outer("outer"), output("output");
    outer(i, j) = cast<int16_t>(a(i)) * b(j) + cast<int16_t>(i);
    output(i, j) = outer(i, j) + d(i, j) * cast<int16_t>(j + 1);
    output.bound(i, 0, 6).bound(j, 0, 5);
    if (scheduled) {
        Accelerator hw = accelerate(output);
        outer.compute_root()
            .split(i, io, ii, 4, TailStrategy::GuardWithIf)
            .split(j, jo, ji, 3, TailStrategy::GuardWithIf)
            .reorder(ii, ji, io, jo);
        a.in(outer).compute_root();
        b.in(outer).compute_root();
        hw.pe_array(outer, {ji}, {ii});
        output.split(i, io, ii, 4, TailStrategy::GuardWithIf);
        hw.pe_array(output, {}, {ii});
        give_links(hw, outer, links);
        give_links(hw, output, links == Links::Rows ? Links::None : links);
    }
    return {output, {a, b, d}};
}

struct Example {
    std::string name;
    std::function<Layer(Links, bool)> make;
};

const std::vector<Example> examples{
    {"diagonals", [](Links l, bool s) { return diagonals(1, l, s); }},
    {"diagonals_stride2", [](Links l, bool s) { return diagonals(2, l, s); }},
    {"chains", chains},
    {"rotators", rotators},
    {"maxima", [](Links l, bool s) { return pooling(true, l, s); }},
    {"minima", [](Links l, bool s) { return pooling(false, l, s); }},
    {"initial_values", initial_values},
    {"other_updates", other_updates},
    {"forwarding", forwarding},
};

} // namespace

TEST_CASE("systolic arrays compute what Halide does, at the rate of broadcast") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "systolic");
    const std::vector<std::pair<Links, std::string>> forms{{Links::None, "none"},
                                                           {Links::Rows, "rows"},
                                                           {Links::Columns, "columns"},
                                                           {Links::Both, "both"}};
    for (const Example &e : examples) {
        for (const auto &[links, text] : forms) {
            if (links == Links::None || links == Links::Both || e.name == "diagonals" ||
                e.name == "chains") {
                runner.add(e.name + "_" + text,
                           [&, form = links](bool scheduled) { return e.make(form, scheduled); });
            }
        }
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == 2 * examples.size() + 4);
    uint64_t broadcast = 0; // cycles of the form without links, the first one of each example
    for (const Measured &design : designs) {
        const uint64_t cycles = design.simulated.cycles;
        const bool has_links = design.name.substr(design.name.rfind('_') + 1) != "none";
        broadcast = has_links ? broadcast : cycles;
        std::cout << design.name << ": " << cycles << " cycles\n";
        // No cycle more per point: the skew of the array comes once per layer.
        CHECK(cycles <= broadcast + 16);
    }
}
