#pragma once
#include "hwgen/hwir/expr.h"

/// Halide's richer integer operations, built of those of the hardware IR.
namespace Orrery::frontend {

/// |a - b| as the unsigned type t; both operands are of type `operand`.
hwir::ExprId absolute_difference(hwir::ExprPool &pool, hwir::Type t, hwir::Type operand,
                                 hwir::ExprId a, hwir::ExprId b);

/// a / b rounded towards zero; the hardware IR's own division is Euclidean.
hwir::ExprId divide_to_zero(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a, hwir::ExprId b);

/// a >> shift.
hwir::ExprId shift_right(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a, int shift);

/// (a + 2^(shift - 1)) >> shift without overflow, for a constant shift of at most t.bits < 64. One
/// adder of one more bit, where Halide's own lowering takes three of the same width.
hwir::ExprId rounding_shift_right(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a, int shift);

/// (a * b) >> shift, saturated to t, optionally rounded; for a constant shift of at most t.bits
/// <= 32.
hwir::ExprId multiply_shift_right(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a,
                                  hwir::ExprId b, int shift, bool rounding);

/// Number of ones in a, in its own type t of 2^n bits.
hwir::ExprId population_count(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a);

/// Number of zeros above the highest one, and below the lowest one; t.bits if a is 0.
hwir::ExprId leading_zeros(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a);
hwir::ExprId trailing_zeros(hwir::ExprPool &pool, hwir::Type t, hwir::ExprId a);

/// The bits of several values side by side in the unsigned type t, those of the first one lowest.
hwir::ExprId concatenate_bits(hwir::ExprPool &pool, hwir::Type t,
                              const std::vector<hwir::ExprId> &parts);

} // namespace Orrery::frontend
