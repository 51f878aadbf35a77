#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace Orrery::optimizer {

/// A set of loops of a problem: bit i is loop i.
using LoopSet = uint32_t;

/// A set of tensors of a problem: bit x is tensor x.
using TensorSet = uint32_t;

constexpr int max_loops = 8; ///< of a problem

/// A loop of the nest, by the letters of the field: N batch, K output channels, C input channels,
/// OY OX positions of the output, FY FX of the kernel, G groups.
struct Loop {
    std::string name;
    int64_t extent = 1;
};

/// One coordinate of a tensor: the sum of coefficient * counter over its terms.
struct Dimension {
    struct Term {
        int loop;
        int64_t coefficient = 1;
    };
    std::vector<Term> terms;
};

/// An operand or the result. The output is read and written, once in each iteration.
struct Tensor {
    std::string name;
    bool output = false;
    std::vector<Dimension> dimensions;
    int dense = -1; ///< dimension whose neighbours are neighbours in memory; -1: there is none
};

/// A perfect nest of loops around one multiply-accumulate, with affine accesses: a convolution, a
/// matrix product, a gate of an LSTM, ...
struct Problem {
    std::string name;
    std::vector<Loop> loops;
    std::vector<Tensor> tensors; ///< one of them is the output

    int find_loop(const std::string &loop_name) const;     ///< -1: there is none
    int find_tensor(const std::string &tensor_name) const; ///< -1: there is none
    int64_t operations() const;                            ///< product of the extents
    /// The loop whose neighbours are neighbours in the tensor's memory, of a window's dimension
    /// that of its positions; "none" if there is none.
    std::string dense_loop(const Tensor &tensor) const;
    /// Loops that index the tensor at all.
    LoopSet loops_of(const Tensor &tensor) const;
    /// Elements that the tensor has in a tile with these extents, windows with their halo.
    static int64_t elements(const Tensor &tensor, const int64_t *tile);
    static int64_t extent(const Dimension &dimension, const int64_t *tile); ///< of these elements
    /// Different elements that iterations 0 to counts[loop] - 1 of the loops reach together: fewer
    /// than `elements` where a stride leaves gaps.
    static int64_t distinct_elements(const Tensor &tensor, const std::vector<int64_t> &counts);
    /// The same of one dimension: different coordinates.
    static int64_t distinct_coordinates(const Dimension &dimension, const int64_t *counts);
};

/// For each tensor of a layer the loop whose neighbours are neighbours in memory, or "none". Empty:
/// the first with more than one iteration of C G OX OY N for the input, of C FX FY K G for the
/// weights, of K G OX OY N for the output: channels are innermost.
struct DenseLoops {
    std::string input, weights, output;
};

/// Shape of a layer, as the command line and the table of workloads give it. Channels are those of
/// the whole layer; `groups` divides both.
struct LayerShape {
    int64_t batch = 1, filters = 1, channels = 1;
    int64_t out_height = 1, out_width = 1, kernel_height = 1, kernel_width = 1;
    int64_t stride = 1, groups = 1;
    DenseLoops dense = {};
};

/// A convolution: loops FX FY OX OY K C N, and G outside of them if there is more than one group. A
/// matrix product is one with a kernel and an image of 1 x 1.
Problem convolution(const std::string &name, const LayerShape &shape);

/// Those of the shape that are not the usual ones, as "input=OX" has them: tensor and loop. Where
/// windows slide, OX and OY stand for FX and FY, too.
std::vector<std::pair<std::string, std::string>> unusual_dense_loops(const LayerShape &shape);

/// "N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3 stride=1 groups=1"; what is left out is 1. Dense loops
/// as "input=OX weights=FX output=OX". User error for anything else.
LayerShape parse_layer(const std::string &text);

} // namespace Orrery::optimizer
