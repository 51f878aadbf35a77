#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/model/prediction.h"
#include "hwgen/model/read_port.h"

namespace Orrery::model {

/// How a design is run.
struct Run {
    Memory memory;
    std::vector<uint64_t> starts{0}; ///< cycle of each invocation's start, from the first one's
    std::vector<std::vector<int64_t>> scalars; ///< of each invocation; none: the design has none
    /// Byte address of each tensor in each invocation (its place in 4 KB is what matters); none:
    /// multiples of 4 KB.
    std::vector<std::vector<uint64_t>> bases;
};

/// All that a simulation of the run measures.
///
/// The control of the hardware is run, without data, by the clock cycle; cycles in which nothing
/// changes, and points that cannot wait for anything, are passed over. Every class has its
/// counterpart in rtl-templates or in sim.
Prediction predict(const hwir::Design &design, const hwir::Timing &timing, const Run &run);

} // namespace Orrery::model
