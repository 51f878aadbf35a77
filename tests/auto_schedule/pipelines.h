#pragma once
#include "tests/equivalence/design_runner.h"

#include <vector>

/// Layers without a schedule, as users write them.
namespace Orrery::test {

struct Pipeline {
    const char *name;
    Layer (*make)();
    const char *layer;                 ///< what it is to the optimizer
    const char *input, *weights, *sum; ///< Funcs
};

const std::vector<Pipeline> &pipelines();

} // namespace Orrery::test
