#pragma once
#include "tests/equivalence/design_runner.h"

#include <vector>

/// Layers without a schedule, as users write them.
namespace Orrery::test {

struct Pipeline {
    const char *name;
    Layer (*make)();
    const char *problem; ///< to the optimizer: a layer, as --layer takes it, or its accesses
    std::vector<const char *> operands; ///< Funcs: input, weights, ...
    const char *sum;
};

const std::vector<Pipeline> &pipelines();

} // namespace Orrery::test
