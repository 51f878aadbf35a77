#pragma once
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/network.h"

#include <Halide.h>

namespace Orrery::frontend {

/// Elements of an image with fixed contents that is worth no memory of its own.
inline constexpr int64_t max_table_elements = 4096;

/// The element of an image with fixed contents, chosen from its constants bit by bit of the index:
/// what synthesis tools turn into the logic of a read-only memory.
///
///     image(i), 4 elements of 5, 7, 9, 9   ->   select((i & 2) != 0, 9, select((i & 1) != 0, 7,
///     5))
///
/// `call` is the load as the algorithm has it, `coordinates` are its arguments with load variables
/// in place of loads. Throws UserError if the image is too large, or if a coordinate may lie
/// outside of it.
Expr constant_element(const Halide::Internal::Call &call, const std::vector<Expr> &coordinates,
                      const CounterSpace &space, const std::string &where);

} // namespace Orrery::frontend
