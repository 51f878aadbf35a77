#pragma once
#include "tests/apps/app_runner.h"

#include <string>

namespace Orrery::test {

/// A case of the generator gemm with random tensors, multipliers by its rule, and plain loops.
AppCase gemm_case(const std::string &name, const std::string &parameters, unsigned seed);

} // namespace Orrery::test
