#pragma once
#include <Halide.h>

namespace Orrery {

/// Writes differences in numerators, and in lets that numerators refer to, as sums:
///
///     (4*x - a)/2   ->   (4*x + a*-1)/2
///
/// For what solves them for a variable: Halide divides each part where the one with the variable is
/// a multiple of the divisor, which is right of a sum, x*2 + (a*-1)/2. Of a difference it makes
/// x*2 - a/2, which is one more where a is not a multiple, since quotients are rounded down.
Halide::Internal::Stmt sums_in_numerators(const Halide::Internal::Stmt &s);
Halide::Expr sums_in_numerators(const Halide::Expr &e);

} // namespace Orrery
