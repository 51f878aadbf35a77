#pragma once
#include "hwgen/model/timeline.h"

namespace Orrery::model {

/// Cycles of a process, by what it waited for.
struct Loss {
    std::string cause; ///< "input from tensor weights", "readers of sum", "memory of tensor input",
                       ///< "memory of tensor output"
    uint64_t cycles = 0;
};
struct ProcessLosses {
    std::vector<Loss> waits; ///< the greatest first
    uint64_t busy = 0;
    uint64_t idle = 0; ///< before its first point and behind its last one
    uint64_t lanes = 1;
    double ragged = 0; ///< busy cycles that its disabled lanes are worth
};
/// One per process.
std::vector<ProcessLosses> losses(const hwir::Design &design, const hwir::Timing &timing,
                                  const Prediction &prediction);

/// Cycles that a part of the design needs at least, for what it has to do.
struct Bound {
    std::string part; ///< "array sum_s1", "process output_s0", "port weights (read)"
    uint64_t cycles = 0;
    bool memory = false;
};
/// The greatest first.
std::vector<Bound> bounds(const hwir::Design &design, const Prediction &prediction);

/// A change of the design or of the memory, and the cycles that the run would take with it.
struct Relief {
    std::string change; ///< "2 slots in tile"
    uint64_t cycles = 0;
};
/// All of these changes that save cycles, the best first: another slot, a bus of twice the width,
/// twice the bursts in flight, half the latency. Each is predicted like the design itself; the
/// pipelines are taken to be the same.
std::vector<Relief> reliefs(const hwir::Design &design, const hwir::Timing &timing, const Run &run,
                            uint64_t cycles);

} // namespace Orrery::model
