#pragma once
#include "tests/apps/app_runner.h"

#include <string>

namespace Orrery::test {

/// Cases of the generators recurrent, rhn, mlp and attention with random tensors and plain loops.
AppCase recurrent_case(const std::string &name, const std::string &parameters, int steps);
AppCase rhn_case(const std::string &name, const std::string &parameters, int steps);
AppCase mlp_case(const std::string &name, const std::string &parameters,
                 const std::vector<int> &sizes);
AppCase attention_case(const std::string &name, const std::string &parameters);

} // namespace Orrery::test
