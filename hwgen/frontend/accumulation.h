#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Recognises updates of the stored element (Stage::self_load, op and increment).
///
///     acc(x) = acc(x) + a*b      ->  Sum, increment a*b
///     m(x) = max(v, m(x))        ->  Max, increment v
///     f(x) = f(x) * 2 + v        ->  Other
///
/// Throws UserError for a stage that reads other elements of its own Func (a scan), and where lanes
/// meet in one element but cannot be combined.
void find_accumulations(Network &network);

} // namespace Orrery::frontend
