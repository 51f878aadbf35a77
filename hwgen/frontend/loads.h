#pragma once
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Replaces the loads of an expression by load variables and appends them to `loads`, equal ones
/// once.
///
/// A load whose clamped address is only used where the clamps do nothing becomes a predicated load
/// of the plain address; the select stays. That is how boundary conditions arrive:
///
///     select(x < 0 || 9 <= x, 0, input(max(min(x, 8), 0)))
///         ->  select(x < 0 || 9 <= x, 0, load0),   load0 = input(x) if 0 <= x and x < 9
///
/// Elements of images with fixed contents become selections of constants (constant_tables.h).
///
/// Throws UserError for an address that is itself read from memory.
Expr collect_loads(const Expr &e, const std::string &output, const CounterSpace &space,
                   const std::string &where, std::vector<StageAccess> &loads);

} // namespace Orrery::frontend
