#pragma once
#include "fuzz/run_case.h"

#include <functional>
#include <vector>

namespace Orrery::fuzz {

struct IsolateOptions {
    int jobs = 1;       ///< processes at a time
    int seconds = 60;   ///< of processor time for one case; ten times that on the clock
    size_t batch = 240; ///< cases that one process runs, one after the other
    /// Told of each outcome as soon as it is known.
    std::function<void(size_t index, const Outcome &)> done;
};

/// Runs cases 0 .. count - 1 in child processes, so that one that crashes or does not end is an
/// outcome like any other. A child has a copy of all that its parent has.
std::vector<Outcome> run_isolated(size_t count, const std::function<Outcome(size_t)> &run,
                                  const IsolateOptions &options);

} // namespace Orrery::fuzz
