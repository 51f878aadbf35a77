#pragma once
#include "hwgen/frontend/network.h"

#include <vector>

/// Conditions taken apart, further than Halide's simplifier does.
namespace Orrery::frontend {

/// The conjuncts of a condition (of its negation if `negated`), comparisons as `<` or `<=` where
/// possible.
///
///     !(x < 0 || 9 <= x)     ->  0 <= x, x < 9
///     max(a, b) <= min(c, d) ->  a <= c, a <= d, b <= c, b <= d
std::vector<Expr> conjuncts(const Expr &condition, bool negated = false);

/// An expression that is >= 0 if and only if the conjunct holds; undefined if it is no comparison
/// of 32-bit integers.
///
///     a < b  ->  b - a - 1
Expr nonnegative_form(const Expr &conjunct);

} // namespace Orrery::frontend
