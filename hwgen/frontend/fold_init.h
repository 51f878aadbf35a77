#pragma once
#include "hwgen/frontend/network.h"

#include <map>
#include <string>

namespace Orrery::frontend {

/// Merges the pure definition of a Func into its first update where every element is updated from
/// its initial value on: the update then takes the initial value at the first visit of an element,
/// and the pure definition is no process of its own.
///
///     acc(x) = bias(x);  acc(x) += a(x, r)    ->    acc(x) = (r == 0 ? bias(x) : acc(x)) + a(x, r)
///
/// Where the test fails (the left side is not the pure variables, an element may be left out or
/// visited late), both stages stay: two phases of each generation.
void fold_initial_values(Network &network,
                         const std::map<std::string, Halide::Internal::Function> &environment);

} // namespace Orrery::frontend
