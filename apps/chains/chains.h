#pragma once
#include <Halide.h>
#include <orrery.h>

/// Layers one behind the other in one accelerator. A tile of the output is computed at a time, and
/// what is between the layers passes through buffers of a tile, not through memory.
namespace chains {

struct Shape {
    int channels = 16, filters = 16, width = 32, height = 32; ///< of the output
    int middle = 8; ///< channels between the 1 x 1 convolutions of a bottleneck
    int tile_width = 32, tile_height = 4;
    int lanes = 8;          ///< arrays are lanes x lanes, or less
    int pointwise_rows = 0; ///< of the arrays of a bottleneck's 1 x 1 convolutions; 0: lanes
    int slots = 2;
    int bus_bits = 128;
    /// The tiles of a strip overlap in memory that slides down the image; otherwise each tile
    /// brings and computes its border again.
    bool slide = true;
};

/// The output of a chain, tiled: strips of `tile_width` columns from left to right, in each the
/// tiles from top to bottom.
class Chain {
public:
    explicit Chain(const Shape &shape);
    Halide::Func output{"output"};

protected:
    /// Sum of a convolution of 3 x 3, or 1 x 1, over `from`, which counts from the kernel's corner.
    Halide::Func convolve(const std::string &name, const Halide::Func &from,
                          const Halide::Func &weights, const Halide::RDom &r);
    /// Zeros around an image of width x height.
    Halide::Func pad(const std::string &name, const Halide::Func &from, int width, int height);
    static Halide::Expr requantised(const Halide::Expr &sum, int shift);

    /// Tiles the output and makes the accelerator.
    void tile_output();
    /// A buffer of a tile, or one that slides.
    void place(Halide::Func func, bool slides);
    /// Input channels | filters on an array of `rows` rows; 0: as many as columns.
    void channels_array(Halide::Func sum, const Halide::RDom &r, int rows = 0);
    /// All of it in a buffer, once.
    void keep(Halide::Func tensor, const Halide::Func &user);
    void set_ports(const std::vector<Halide::Func> &tensors);

    Shape shape_;
    Halide::Var k{"k"}, x{"x"}, y{"y"}, ki{"ki"}, xt{"xt"}, yt{"yt"}, xi{"xi"}, yi{"yi"};
    std::optional<Orrery::Accelerator> hw;
};

/// A convolution and its input added to it, or another tensor: output = conv(input) + shortcut.
/// As many filters as channels.
class Residual : public Chain {
public:
    Residual(const Shape &shape, const Halide::Func &input, const Halide::Func &weights,
             const Halide::Func &shortcut = {});
    void schedule();

private:
    Halide::RDom r;
    Halide::Func input, weights, shortcut, padded, sum;
};

/// The block of a residual network: output = conv(conv(input)) + input.
class ResidualBlock : public Chain {
public:
    ResidualBlock(const Shape &shape, const Halide::Func &input, const Halide::Func &weights1,
                  const Halide::Func &weights2);
    void schedule();

private:
    Halide::RDom r;
    Halide::Func input, weights1, weights2, padded1, padded2, sum1, sum2, between{"between"};
};

/// The bottleneck of a residual network: 1 x 1 to fewer channels, 3 x 3, 1 x 1 back to all of them,
/// and the input added: output = expand(conv(reduce(input))) + input.
class Bottleneck : public Chain {
public:
    Bottleneck(const Shape &shape, const Halide::Func &input, const Halide::Func &reduce_weights,
               const Halide::Func &weights, const Halide::Func &expand_weights);
    void schedule();

private:
    Halide::RDom all, window, few;
    Halide::Func input, weights1, weights2, weights3, brought, sum1, sum2, sum3, padded,
        reduced{"reduced"}, between{"between"};
    std::vector<Halide::Func> waiting; ///< tiles of the input on their way to the addition
};

/// A convolution of 3 x 3 of each channel by itself, and one of 1 x 1 over all channels.
class DepthwisePointwise : public Chain {
public:
    DepthwisePointwise(const Shape &shape, const Halide::Func &input, const Halide::Func &depthwise,
                       const Halide::Func &pointwise);
    void schedule();

private:
    Halide::RDom window, r;
    Halide::Func input, depthwise, pointwise, padded, depth_sum{"depth_sum"}, depth{"depth"}, sum;
};

/// A convolution and the maximum of 2 x 2 of its results. The image is twice as wide and high as
/// the output.
class ConvPool : public Chain {
public:
    ConvPool(const Shape &shape, const Halide::Func &input, const Halide::Func &weights);
    void schedule();

private:
    Halide::RDom r, window;
    Halide::Func input, weights, padded, sum, result{"result"}, pool{"pool"};
};

} // namespace chains
