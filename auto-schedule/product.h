#pragma once
#include "auto-schedule/accesses.h"
#include "auto-schedule/dataflow.h"

#include <optional>

namespace Orrery::scheduling {

/// A loop around the multiply-accumulate.
struct ProductLoop {
    Loop loop;        ///< which one of a layer it is
    std::string name; ///< of the variable in the update of the sum
    bool reduction = false;
    int output_dimension = -1; ///< of the output that it indexes; none for a reduction
};

/// What the products are made of: an element of a Func, perhaps cast or less a zero point.
struct Operand {
    struct Term {
        int loop;            ///< of the product
        int64_t coefficient; ///< not 0
    };
    std::string name; ///< "input", "weights", ...
    Halide::Internal::Function func;
    std::vector<std::vector<Term>> dimensions; ///< loops that index each, with their coefficients
    int dense = -1; ///< dimension whose neighbours are neighbours in memory; -1: none

    bool indexed_by(int loop) const;
    /// The dimension that the loop indexes, or -1.
    int dimension_of(int loop) const;
};

/// A tensor that is read beside the operands: a bias, scales, the other summand of a residual
/// layer.
struct SideTensor {
    Halide::Internal::Function func, reader; ///< reader: the Func whose definition has the access
    bool initial = false;                    ///< read by the initial value of the sum
    bool copied = false; ///< needs a buffer: not read once, in the order of the output
};

/// A pipeline whose work is a sum of products:
///
///     sum(k, x, ...) = initial value
///     sum(k, x, ...) += input(...) * weights(...)
///     output(k, x, ...) = f(sum(k, x, ...), ...)
///
/// with pure Funcs before and behind, which are computed where they are used. There may be one
/// operand or three, another function of them than their product, and `min` or `max` in place of
/// the sum.
struct Product {
    Halide::Func output, sum;
    std::vector<ProductLoop> loops;
    std::vector<Operand> operands; ///< the input is the first
    std::vector<SideTensor> sides;
    std::vector<Halide::Internal::Function> tensors; ///< all inputs, as the Funcs that wrap them
    int dense_output = -1; ///< dimension of the output whose neighbours are neighbours in memory

    /// The loop, or null.
    const ProductLoop *find(const Loop &loop) const;
    int index_of(const Loop &loop) const; ///< in loops, or -1
};

/// Finds the product in the pipeline behind `output`. UserError, which names the Func, the loop and
/// the remedy, for a pipeline that has none, or another one.
///
/// The operand that a window slides over, that is read with a stride or that has more than one
/// loop of the output to itself is the input; if that leaves the choice, it is the left factor, but
/// for the one that has the output's dimension 0 to itself. The others are weights, weights2, ...
/// Loops are named by what they index: C the reduction's, FX, FY, FZ those that index a dimension
/// of the input together with X, Y, Z; X, Y, Z and B input and output alone, G all operands and the
/// output, K the others of the output.
Product find_product(const Halide::Func &output);

} // namespace Orrery::scheduling
