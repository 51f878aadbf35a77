#pragma once
#include "tests/apps/app_runner.h"

#include <string>

namespace Orrery::test {

/// Cases of the generators pool and residual_add with random tensors and plain loops.
AppCase pool_case(const std::string &name, const std::string &parameters,
                  const std::map<std::string, int64_t> &scalars = {});
AppCase residual_add_case(const std::string &name, const std::string &parameters,
                          const std::map<std::string, int64_t> &scalars);

} // namespace Orrery::test
