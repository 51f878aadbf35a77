#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace Orrery::optimizer {

/// A set of loops of a problem: bit i is loop i.
using LoopSet = uint32_t;

inline bool contains(LoopSet set, int loop) { return (set >> loop & 1) != 0; }

/// A set of tensors of a problem: bit x is tensor x.
using TensorSet = uint32_t;

constexpr int max_loops = 12;  ///< of a problem
constexpr int max_tensors = 4; ///< of a problem: the output and at most three operands

/// A loop of the nest, by the letters of the field: N batch, K output channels, C input channels,
/// OY OX positions of the output, FY FX of the kernel, G groups. Where a problem has more of one
/// kind than a layer, they have numbers: K2, C2.
struct Loop {
    std::string name;
    int64_t extent = 1;
};

/// One coordinate of a tensor: the sum of coefficient * counter over its terms. Coefficients are
/// positive: a loop that runs backwards reaches as many elements as one that runs forwards.
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
/// matrix product, a gate of an LSTM, ... No loop indexes two dimensions of one tensor.
struct Problem {
    std::string name;
    std::vector<Loop> loops;
    std::vector<Tensor> tensors; ///< one of them is the output

    int find_loop(const std::string &loop_name) const;     ///< -1: there is none
    int find_tensor(const std::string &tensor_name) const; ///< -1: there is none
    std::vector<int64_t> extents() const;                  ///< of the loops: of the whole tile
    int64_t operations() const;                            ///< product of the extents
    /// The loop whose neighbours are neighbours in the tensor's memory, of a window's dimension
    /// that of its positions, if there are several; "none" if there is none.
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

/// What decides how the mappings of a problem work, without its name: "C=8 K=4 OX=6 FX=3:
/// output(K, OX) += input(C, FX + 2 OX) * weights(C, FX, K), ...". Loops of one iteration are left
/// out, and the order of dimensions is of no account, but for the one that is dense in memory.
std::string text_of(const Problem &problem);

/// The dimension of the tensor that the loop indexes, or -1.
int dimension_of(const Tensor &tensor, int loop);

} // namespace Orrery::optimizer
