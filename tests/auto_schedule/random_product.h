#pragma once
#include "tests/equivalence/design_runner.h"
#include "tests/equivalence/random_layer.h"

#include <string>
#include <vector>

/// Random pipelines without a schedule that the auto-scheduler takes: a sum (minimum, maximum) over
/// one to three operands with affine accesses.
namespace Orrery::test {

/// A description, from which the same pipeline is made any number of times.
struct RandomProduct {
    struct Loop {
        int min, extent;
        bool reduction;
    };
    struct Term {
        int loop, coefficient;
    };
    /// A coordinate: the sum of its terms and a constant, which is within `first` and `last`.
    struct Dimension {
        std::vector<Term> terms;
        int constant, first, last;
    };
    struct Layout {
        std::vector<int> mins, extents, strides;
    };
    enum class Front { None, Padded, PaddedTransposed, Shifted, Transposed, Repeated, Two };
    struct Operand {
        std::string tensor; ///< of the input
        Halide::Type type;
        std::vector<Dimension> dimensions;
        Front front;
        Layout layout; ///< of the tensor in memory
        int zero_point;

        std::string func() const { return front == Front::None ? tensor : tensor + "_front"; }
    };
    enum class Combination { Product, Difference, Least, Greatest };
    enum class Update { Sum, Minimum, Maximum };
    /// A tensor that is read at some of the output's coordinates.
    struct Side {
        std::vector<int> loops;
        Layout layout;
    };

    std::vector<Loop> loops;    ///< the output's, in its order, then the reduction's
    std::vector<int> sum_order; ///< of the output's loops among the dimensions of the sum
    std::vector<Operand> operands;
    Combination combination;
    Update update;
    std::vector<Side> bias, scale, shortcut; ///< of each none or one
    bool turned;                             ///< the summand is in front of the sum
    int output_bits, shift;
    Layout output;

    explicit RandomProduct(Dice &dice);
    Layer make() const;
    Halide::Buffer<> output_buffer() const;
    int outputs() const { return int(sum_order.size()); }
    std::string text() const;
};

} // namespace Orrery::test
