// Tensors with any strides: designs whose tensors lie in memory in other orders, with gaps or with
// a row pitch in a register, run on Halide buffers that are crops, slices, transposed or mirrored
// views of others. Halide on the CPU gets the same views.
#include "halide-fork/orrery.h"
#include "sim/check.h"
#include "sim/model_build.h"

#include <Halide.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace fs = std::filesystem;
using namespace Halide;
using namespace Orrery;

namespace {

constexpr int channels = 3, width = 7, height = 5; // of the output
constexpr int first_x = 4, first_y = -2;           // its minima

/// How the design's tensors lie in memory.
struct Placement {
    std::string name;
    std::vector<int> order{0, 1, 2}; ///< of the dimensions, fastest first
    int gap = 0;                     ///< elements skipped behind each run along a dimension
    bool pitch = false;              ///< the stride of the slowest dimension is a scalar
};

std::vector<Placement> placements() {
    return {{"interleaved"},
            {"planes", {1, 2, 0}},
            {"columns_with_gaps", {2, 0, 1}, 3},
            {"pitch", {0, 1, 2}, 0, true}};
}

template <typename Dimensions>
void place(Dimensions tensor, const Placement &how, const std::vector<int> &extents,
           const Expr &pitch) {
    int stride = 1;
    for (int d : how.order) {
        tensor.dim(d).set_stride(stride);
        stride = stride * extents[size_t(d)] + how.gap;
    }
    if (how.pitch) {
        tensor.dim(how.order.back()).set_stride(pitch);
    }
}

/// A constant table that is itself a transposed crop: table(a, b) = (31 a - 7 b) b.
Buffer<int16_t> transposed_crop() {
    Buffer<int16_t> plane(20, 18);
    plane.for_each_element([&](int i, int j) { plane(i, j) = int16_t((31 * j - 7 * i) * i); });
    return plane.cropped(0, 2, 16).cropped(1, 1, 16).transposed(0, 1);
}

struct Filter {
    Func output;
    ImageParam input;
};

/// A 3 x 3 filter of each channel, then the table. Without a placement: the plain algorithm, which
/// takes buffers of all strides.
Filter make_filter(const Placement *how) {
    ImageParam input(UInt(8), 3, "input");
    Var c("c"), x("x"), y("y");
    Func sum("sum"), output("output");
    RDom r(-1, 3, -1, 3, "r");
    sum(c, x, y) = cast<int32_t>(c);
    sum(c, x, y) += cast<int32_t>(input(c, x + r.x, y + r.y)) * (3 * r.y - 2 * r.x + 5);
    const Buffer<int16_t> table = transposed_crop();
    const Expr value = cast<uint8_t>(sum(c, x, y) >> 5);
    output(c, x, y) = table(cast<int32_t>(value >> 4) + 1, cast<int32_t>(value & 15) + 2) +
                      cast<int16_t>(sum(c, x, y));
    if (how == nullptr) {
        input.dim(0).set_stride(Expr());
        output.output_buffer().dim(0).set_stride(Expr());
        return {output, input};
    }
    Param<int> pitch("pitch", 40, 27, 100);
    output.bound(c, 0, channels).bound(x, first_x, width).bound(y, first_y, height);
    input.dim(0).set_bounds(0, channels);
    input.dim(1).set_bounds(first_x - 1, width + 2);
    input.dim(2).set_bounds(first_y - 1, height + 2);
    place(input, *how, {channels, width + 2, height + 2}, pitch);
    place(output.output_buffer(), *how, {channels, width, height}, pitch);

    const TailStrategy guard = TailStrategy::GuardWithIf;
    const int fastest = how->order[0];
    Accelerator hw = accelerate(output);
    std::vector<VarOrRVar> loops;
    for (int d : how->order) {
        loops.push_back(std::vector<Var>{c, x, y}[size_t(d)]);
    }
    output.reorder(loops).vectorize(std::vector<Var>{c, x, y}[size_t(fastest)], 4, guard);
    sum.compute_root().update().unroll(r.x);
    Func copy = input.in(sum);
    copy.compute_root().vectorize(copy.args()[size_t(fastest)], 4, guard);
    hw.port(input).bus_bits(32);
    hw.port(output).bus_bits(64);
    return {output, input};
}

/// A view of a larger buffer: what a program that uses Halide may hand over.
struct View {
    std::string name;
    std::vector<int> order; ///< of the dimensions in the larger buffer, fastest first
    int more = 0;           ///< its elements on each side of the tensor's
    bool sliced = false;    ///< it has one dimension more
    bool mirrored = false;  ///< the view goes backwards along dimension 1
};

std::vector<View> views() {
    return {{"crop", {0, 1, 2}, 2},
            {"transposed", {2, 1, 0}},
            {"crop of a transposed slice", {1, 2, 0}, 3, true},
            {"mirrored crop", {2, 0, 1}, 1, false, true}};
}

/// The same elements from the last one of a dimension to the first one: the stride is negative.
sim::Buffer mirror(const sim::Buffer &buffer, int dimension) {
    std::vector<halide_dimension_t> shape;
    std::vector<int> first;
    for (int d = 0; d < buffer.dimensions(); d++) {
        shape.emplace_back(buffer.dim(d).min(), buffer.dim(d).extent(), buffer.dim(d).stride());
        first.push_back(d == dimension ? buffer.dim(d).max() : buffer.dim(d).min());
    }
    shape[size_t(dimension)].stride *= -1;
    return sim::Buffer(buffer.type(), buffer.raw_buffer()->address_of(first.data()),
                       buffer.dimensions(), shape.data());
}

constexpr uint8_t untouched = 0x5A;

/// The larger buffer, and its part that is the tensor.
struct Tensor {
    sim::Buffer whole, part;

    Tensor(const sim::TensorDescription &tensor, const View &view) {
        std::vector<int> sizes, mins;
        for (size_t i = 0; i < view.order.size(); i++) {
            const sim::TensorDimension &d = tensor.dimensions[size_t(view.order[i])];
            sizes.push_back(int(d.extent) + 2 * view.more);
            mins.push_back(int(d.min) - view.more);
        }
        if (view.sliced) {
            sizes.push_back(3);
            mins.push_back(0);
        }
        whole = sim::Buffer(tensor.type, sizes);
        whole.set_min(mins);
        std::memset(whole.begin(), untouched, whole.size_in_bytes());
        part = view.sliced ? whole.sliced(int(view.order.size()), 1) : whole;
        part.transpose(view.order); // dimension i becomes dimension order[i]
        sim::check_buffer(tensor, part);
        for (int d = 0; d < part.dimensions(); d++) {
            part.crop(d, int(tensor.dimensions[size_t(d)].min),
                      int(tensor.dimensions[size_t(d)].extent));
        }
        part = view.mirrored ? mirror(part, 1) : part;
    }

    /// Takes away what the tensor holds: is the rest as it was?
    bool rest_is_untouched(const sim::TensorDescription &tensor) {
        sim::for_each_element(tensor, [&](const int *at, int64_t) {
            std::memset(part.raw_buffer()->address_of(at), untouched, tensor.element_bytes());
        });
        const uint8_t *bytes = static_cast<const uint8_t *>(whole.data());
        return std::all_of(bytes, bytes + whole.size_in_bytes(),
                           [](uint8_t byte) { return byte == untouched; });
    }
};

/// Halide on the CPU, with views of the same kind.
void compute(const Tensor &input, const Tensor &output) {
    Filter plain = make_filter(nullptr);
    plain.input.set(Buffer<>(*input.part.raw_buffer()));
    Buffer<> result(*output.part.raw_buffer());
    plain.output.realize(result);
}

sim::DesignDescription compile_design(const Placement &how, const fs::path &directory) {
    const Orrery::Design design = Orrery::compile(make_filter(&how).output);
    for (const auto &[path, text] : design.files()) {
        fs::create_directories((directory / path).parent_path());
        std::ofstream(directory / path, std::ios::binary) << text;
    }
    return sim::read_design(directory);
}

void run(sim::Simulator &simulator, const View &view, unsigned seed) {
    sim::RunOptions options;
    options.seed = seed;
    options.misalignment = -1;
    options.memory = {9, 20, 0};
    if (simulator.design().find_scalar("pitch") >= 0) {
        options.scalars = {{"pitch", 27 + 13 * int64_t(seed)}};
    }
    const sim::DesignDescription design =
        simulator.design().at(simulator.design().scalar_values(options.scalars));
    const sim::TensorDescription &input_tensor =
                                     design.tensors[size_t(design.find_tensor("input"))],
                                 &output_tensor =
                                     design.tensors[size_t(design.find_tensor("output"))];
    Tensor input(input_tensor, view), output(output_tensor, view), expected(output_tensor, view);
    sim::fill_random(input_tensor, input.part, seed);
    compute(input, expected);

    std::vector<sim::Buffer> tensors(design.tensors.size());
    tensors[size_t(design.find_tensor("input"))] = input.part;
    tensors[size_t(design.find_tensor("output"))] = output.part;
    sim::Outcome outcome;
    outcome.result = simulator.run(tensors, options);
    outcome.elements = uint64_t(output_tensor.element_count());
    outcome.differing =
        sim::compare_tensors(output_tensor, output.part, expected.part, 5, outcome.differences);
    INFO(sim::describe_failure(outcome) << outcome.result.messages);
    CHECK(outcome.passed());
    CHECK(input.rest_is_untouched(input_tensor));
    CHECK(output.rest_is_untouched(output_tensor));
}

} // namespace

TEST_CASE("designs of any strides on crops, slices, transposed and mirrored buffers") {
    const fs::path directory = fs::path(ORRERY_DESIGN_DIR) / "strides";
    fs::remove_all(directory);
    std::vector<sim::DesignDescription> designs;
    for (const Placement &how : placements()) {
        designs.push_back(compile_design(how, directory / how.name));
    }
    std::vector<const sim::DesignDescription *> pointers;
    for (const sim::DesignDescription &design : designs) {
        pointers.push_back(&design);
    }
    sim::BuildOptions options;
    options.quick = true;
    const std::vector<sim::Model> models =
        sim::build_models(pointers, directory / "models", options);
    for (size_t i = 0; i < designs.size(); i++) {
        sim::Simulator simulator(designs[i], models[i]);
        unsigned seed = 1;
        for (const View &view : views()) {
            INFO("placement " << placements()[i].name << ", view " << view.name);
            run(simulator, view, seed++);
        }
    }
}
