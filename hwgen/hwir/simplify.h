#pragma once
#include "hwgen/hwir/expr.h"

namespace Orrery::hwir {

/// A simpler equal of an operation that is about to be built, or an undefined id. Constants are
/// folded, neutral and absorbing operands dropped, constants of neighbouring additions,
/// multiplications, minima and maxima joined. A constant operand of a commutative operation must be
/// the second one.
///
///     (x + 3) + -3        ->  x
///     min(min(x, 7), 5)   ->  min(x, 5)
///     select(true, a, b)  ->  a
///     (i + 3) < 10        ->  i < 7      (counters only: data may wrap)
///
/// Everything holds for wrapping arithmetic, except the last line, which relies on the signed
/// 32-bit arithmetic of indices not to overflow, as Halide does.
ExprId simplify(ExprPool &pool, Op op, Type type, const std::vector<ExprId> &args);

} // namespace Orrery::hwir
