#pragma once
#include "fuzz/run_case.h"

#include <functional>
#include <vector>

namespace Orrery::fuzz {

/// The case without step `index`, and without what depends on it: loops and Funcs that it makes
/// become those that it made them of, where that is possible.
Case without_step(const Case &c, size_t index);

/// Cases that are a little simpler: fewer steps, smaller sizes, simpler choices.
std::vector<Case> simpler_cases(const Case &c);

struct Shrunk {
    Case smallest;
    Outcome outcome;
    int tried = 0; ///< cases that were run
};

/// Looks for a simpler case with the same fault until no simpler one has it. `run` runs several
/// cases; it is given `batch` of them at a time.
Shrunk shrink(const Case &c, const Outcome &outcome,
              const std::function<std::vector<Outcome>(const std::vector<Case> &)> &run,
              size_t batch);

} // namespace Orrery::fuzz
