#pragma once
#include "sim/reference.h"
#include "sim/simulator.h"

#include <vector>

namespace Orrery::sim {

/// A run of the design beside the CPU reference on the same inputs.
struct Outcome {
    MemoryTiming memory;
    std::vector<int64_t> scalars; ///< in the order of the design
    Result result;
    uint64_t elements = 0;               ///< of all outputs
    uint64_t differing = 0;              ///< of them
    std::vector<Difference> differences; ///< the first ones
    /// Of each invocation: inputs, and the outputs of the design or of the reference.
    std::vector<std::vector<Buffer>> tensors, expected;

    bool passed() const { return result.clean() && differing == 0; }
};

/// Random inputs and empty outputs for a design, in the order of its tensors; for one with scalars
/// of the result of DesignDescription::at.
std::vector<Buffer> random_tensors(const DesignDescription &design, uint64_t seed);

/// Runs both on the inputs of `tensors` and compares all elements of the outputs.
Outcome check(Simulator &simulator, const Reference &reference, std::vector<Buffer> tensors,
              const RunOptions &options = {});
/// The same with several invocations that follow each other.
Outcome check(Simulator &simulator, const Reference &reference,
              std::vector<std::vector<Buffer>> invocations, const RunOptions &options = {});

/// One paragraph: what did not pass, and the first differences; "" for a run that passed.
std::string describe_failure(const Outcome &outcome);

} // namespace Orrery::sim
