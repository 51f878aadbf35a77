// The chains of apps/chains: layers one behind the other, tile by tile or with memory that slides.
// Bit for bit as Halide computes them, and every port moves the bytes that the loop nest says:
// nothing between the layers goes through DRAM.
#include "apps/chains/chains.h"
#include "tests/equivalence/design_runner.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iostream>

using namespace Halide;
using namespace Orrery;
using chains::Shape;
using test::Layer;
using test::Measured;

namespace {

ImageParam tensor(const std::string &name, const std::vector<int> &shape) {
    ImageParam input(Int(8), int(shape.size()), name);
    int stride = 1;
    for (size_t d = 0; d < shape.size(); d++) {
        input.dim(int(d)).set_bounds(0, shape[d]).set_stride(stride);
        stride *= shape[d];
    }
    return input;
}

template <typename C>
Layer layer_of(C chain, std::vector<ImageParam> inputs, bool scheduled) {
    if (scheduled) {
        chain.schedule();
    }
    return {chain.output, std::move(inputs)};
}

Layer residual(const Shape &s, bool with_shortcut, bool scheduled) {
    ImageParam input = tensor("input", {s.channels, s.width, s.height}),
               weights = tensor("weights", {s.channels, s.filters, 3, 3}),
               shortcut = tensor("shortcut", {s.filters, s.width, s.height});
    if (with_shortcut) {
        return layer_of(chains::Residual(s, input, weights, shortcut), {input, weights, shortcut},
                        scheduled);
    }
    return layer_of(chains::Residual(s, input, weights), {input, weights}, scheduled);
}

Layer residual_block(const Shape &s, bool scheduled) {
    ImageParam input = tensor("input", {s.channels, s.width, s.height}),
               weights1 = tensor("weights1", {s.channels, s.filters, 3, 3}),
               weights2 = tensor("weights2", {s.filters, s.filters, 3, 3});
    return layer_of(chains::ResidualBlock(s, input, weights1, weights2),
                    {input, weights1, weights2}, scheduled);
}

/// Fewer channels between the 1 x 1 convolutions, and arrays of another shape for these.
Layer bottleneck(const Shape &shape, bool scheduled) {
    Shape s = shape;
    s.middle = 5;
    s.pointwise_rows = 3;
    ImageParam input = tensor("input", {s.channels, s.width, s.height}),
               reduce = tensor("weights1", {s.channels, s.middle}),
               weights = tensor("weights2", {s.middle, s.middle, 3, 3}),
               expand = tensor("weights3", {s.middle, s.channels});
    return layer_of(chains::Bottleneck(s, input, reduce, weights, expand),
                    {input, reduce, weights, expand}, scheduled);
}

Layer depthwise_pointwise(const Shape &s, bool scheduled) {
    ImageParam input = tensor("input", {s.channels, s.width, s.height}),
               depthwise = tensor("depthwise", {s.channels, 3, 3}),
               pointwise = tensor("pointwise", {s.channels, s.filters});
    return layer_of(chains::DepthwisePointwise(s, input, depthwise, pointwise),
                    {input, depthwise, pointwise}, scheduled);
}

Layer conv_pool(const Shape &s, bool scheduled) {
    ImageParam input = tensor("input", {s.channels, 2 * s.width, 2 * s.height}),
               weights = tensor("weights", {s.channels, s.filters, 3, 3});
    return layer_of(chains::ConvPool(s, input, weights), {input, weights}, scheduled);
}

/// Elements along one dimension that tiles of `tile` bring, each with its border inside the image.
int brought(int size, int tile, int border) {
    int elements = 0;
    for (int first = 0; first < size; first += tile) {
        elements +=
            std::min(size, std::min(first + tile, size) + border) - std::max(0, first - border);
    }
    return elements;
}

struct Example {
    const char *name;
    Layer (*make)(const Shape &shape, bool scheduled);
    int border, scale;  ///< of the input around a tile; pixels of the input per output, each way
    bool same_channels; ///< as many filters
    bool whole_tiles;   ///< of two windows that slide, only if the tiles divide the image
};
const Example examples[] = {
    {"residual", [](const Shape &s, bool on) { return residual(s, false, on); }, 1, 1, true, false},
    {"residual_shortcut", [](const Shape &s, bool on) { return residual(s, true, on); }, 1, 1, true,
     false},
    {"residual_block", residual_block, 2, 1, true, true},
    {"bottleneck", bottleneck, 1, 1, true, true},
    {"depthwise_pointwise", depthwise_pointwise, 1, 1, false, false},
    {"conv_pool", conv_pool, 1, 2, false, false},
};

struct Plan {
    std::string name;
    Example example;
    Shape shape;
    int input_bytes;
};

std::vector<Plan> plans() {
    std::vector<Plan> all;
    for (const Example &e : examples) {
        for (bool slide : {false, true}) {
            Shape s;
            s.width = 6;
            s.height = slide && e.whole_tiles ? 8 : 7;
            s.channels = 8;
            s.filters = e.same_channels ? 8 : 12;
            s.tile_width = slide ? 6 : 4;
            s.tile_height = 2;
            s.lanes = 4;
            s.bus_bits = 64; // a pixel is a beat
            s.slide = slide;
            const int columns = brought(e.scale * s.width, e.scale * s.tile_width, e.border),
                      rows = slide ? e.scale * s.height
                                   : brought(e.scale * s.height, e.scale * s.tile_height, e.border);
            all.push_back({std::string(e.name) + (slide ? "_sliding" : "_tiles"), e, s,
                           s.channels * columns * rows});
        }
    }
    return all;
}

} // namespace

TEST_CASE("layers one behind the other: nothing between them goes through DRAM") {
    test::DesignRunner runner(std::filesystem::path(ORRERY_DESIGN_DIR) / "chains");
    const std::vector<Plan> all = plans();
    for (const Plan &plan : all) {
        runner.add(plan.name, [&](bool on) { return plan.example.make(plan.shape, on); });
    }
    const std::vector<Measured> designs = runner.run();
    REQUIRE(designs.size() == all.size());
    for (size_t i = 0; i < designs.size(); i++) {
        const Measured &design = designs[i];
        INFO("design " << design.name);
        CHECK(design.description.scratch.empty());
        std::cout << design.name << ": " << design.simulated.cycles << " cycles";
        for (size_t t = 0; t < design.description.tensors.size(); t++) {
            const sim::TensorDescription &tensor = design.description.tensors[t];
            const uint64_t bytes = design.simulated.ports[t].bytes;
            std::cout << ", " << tensor.name << " " << bytes << " bytes";
            INFO("tensor " << tensor.name);
            // All but the input pass once, in whole beats of 8 bytes.
            CHECK(bytes == (tensor.name == "input"
                                ? uint64_t(all[i].input_bytes)
                                : (uint64_t(tensor.element_count()) + 7) / 8 * 8));
        }
        std::cout << "\n";
    }
}
