#pragma once
#include "tests/apps/app_runner.h"

#include <string>
#include <vector>

namespace Orrery::test {

/// A case of the generator conv2d with random tensors, multipliers by its rule, and plain loops.
AppCase conv2d_case(const std::string &name, const std::string &parameters, unsigned seed);

} // namespace Orrery::test
