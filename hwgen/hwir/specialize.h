#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::hwir {

/// The design with its scalars replaced by values (one per scalar of the pool, in its order), which
/// must be in their ranges and fulfil the requirements. Maximum extents and sizes of buffers stay: it is the same hardware.
///
///     for x in 0..n at most 64   ->   for x in 0..13 at most 64    (n = 13)
Design specialize(const Design &design, const std::vector<int64_t> &values);

/// Are the values in their ranges, and are the requirements fulfilled?
bool takes(const Design &design, const std::vector<int64_t> &values);

} // namespace Orrery::hwir
