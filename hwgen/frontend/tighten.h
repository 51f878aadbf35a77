#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Replaces every let of a statement by its value, so that a guard that Halide put under a let
/// stands right under its loop.
Stmt inline_lets(const Stmt &s);

/// Turns a guard that is true up to a bound into a smaller extent of the loop around it. Lets must
/// be inlined.
///
///     for (k, 0, 4) { if (likely(ko*4 + k <= 9)) body }   ->   for (k, 0, min(4, 10 - ko*4)) body
///
/// Iterations at the end of a loop in which all loops inside are empty are left out as well.
Stmt tighten_loops(const Stmt &s);

} // namespace Orrery::frontend
