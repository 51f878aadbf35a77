#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/model/prediction.h"

namespace Orrery::model {

/// All that does not depend on time, of one invocation: points, operations, accesses of buffers,
/// bursts and bytes. Loops on which nothing depends are multiplied, the others walked. The design
/// has no scalars (hwir::specialize). `bases`: byte address of each tensor (its place in 4 KB is
/// what matters).
Prediction count(const hwir::Design &design, const hwir::Timing &timing,
                 const std::vector<uint64_t> &bases);

} // namespace Orrery::model
