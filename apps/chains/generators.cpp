#include "chains.h"

namespace {

using namespace Halide;

/// The parameters that all chains have.
template <typename T>
class ChainGenerator : public Generator<T> {
public:
    GeneratorParam<int> channels{"channels", 16}, filters{"filters", 16}, width{"width", 32},
        height{"height", 32}, tile_width{"tile_width", 32}, tile_height{"tile_height", 4},
        lanes{"lanes", 8}, slots{"slots", 2}, bus_bits{"bus_bits", 128};
    GeneratorParam<bool> slide{"slide", true};

protected:
    chains::Shape shape() const {
        chains::Shape s;
        s.channels = channels;
        s.filters = filters;
        s.width = width;
        s.height = height;
        s.tile_width = tile_width;
        s.tile_height = tile_height;
        s.lanes = lanes;
        s.slots = slots;
        s.bus_bits = bus_bits;
        s.slide = slide;
        return s;
    }
};

template <typename T, typename C>
class Scheduled : public ChainGenerator<T> {
public:
    void schedule() { chain->schedule(); }

protected:
    std::unique_ptr<C> chain;
};

class ChainResidual : public Scheduled<ChainResidual, chains::Residual> {
public:
    GeneratorParam<bool> shortcut{"shortcut", false}; ///< of a tensor of its own
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Input<Buffer<int8_t, 3>> added{"added"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        chain = std::make_unique<chains::Residual>(shape(), input, weights,
                                                   shortcut ? Func(added) : Func());
        output = chain->output;
    }
};

class ChainResidualBlock : public Scheduled<ChainResidualBlock, chains::ResidualBlock> {
public:
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights1{"weights1"}, weights2{"weights2"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        chain = std::make_unique<chains::ResidualBlock>(shape(), input, weights1, weights2);
        output = chain->output;
    }
};

class ChainBottleneck : public Scheduled<ChainBottleneck, chains::Bottleneck> {
public:
    GeneratorParam<int> middle{"middle", 8}; ///< channels of the 3 x 3 convolution
    GeneratorParam<int> pointwise_rows{"pointwise_rows", 0};
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 2>> weights1{"weights1"};
    Input<Buffer<int8_t, 4>> weights2{"weights2"};
    Input<Buffer<int8_t, 2>> weights3{"weights3"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        chains::Shape s = shape();
        s.filters = s.channels;
        s.middle = middle;
        s.pointwise_rows = pointwise_rows;
        chain = std::make_unique<chains::Bottleneck>(s, input, weights1, weights2, weights3);
        output = chain->output;
    }
};

class ChainDepthwisePointwise
    : public Scheduled<ChainDepthwisePointwise, chains::DepthwisePointwise> {
public:
    Input<Buffer<int8_t, 3>> input{"input"}, depthwise{"depthwise"};
    Input<Buffer<int8_t, 2>> pointwise{"pointwise"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        chain = std::make_unique<chains::DepthwisePointwise>(shape(), input, depthwise, pointwise);
        output = chain->output;
    }
};

class ChainConvPool : public Scheduled<ChainConvPool, chains::ConvPool> {
public:
    Input<Buffer<int8_t, 3>> input{"input"};
    Input<Buffer<int8_t, 4>> weights{"weights"};
    Output<Buffer<int8_t, 3>> output{"output"};

    void generate() {
        chain = std::make_unique<chains::ConvPool>(shape(), input, weights);
        output = chain->output;
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(ChainResidual, chain_residual)
HALIDE_REGISTER_GENERATOR(ChainResidualBlock, chain_residual_block)
HALIDE_REGISTER_GENERATOR(ChainBottleneck, chain_bottleneck)
HALIDE_REGISTER_GENERATOR(ChainDepthwisePointwise, chain_depthwise_pointwise)
HALIDE_REGISTER_GENERATOR(ChainConvPool, chain_conv_pool)
