#pragma once
#include "tests/apps/app_runner.h"

#include <string>
#include <vector>

namespace Orrery::test {

/// Parameters from "name=value name=value ...".
std::map<std::string, std::string> parameters_of(const std::string &text);

/// Draws zero points and a clamp within the types of the case, and multipliers and shifts for its
/// rule (each channel its own). `left` and `right` are the operands' tensors; `channels` are the
/// extents of the tensors multiplier and shift. Some scales are powers of two, so that halves
/// occur; one bias is so large that a float32 does not hold the sum.
void set_quantisation(AppCase &app, const std::string &left, const std::string &right,
                      const std::vector<int> &channels, unsigned seed);

/// The plain requantisation of a sum of the output channel `at`: rule, zero point, clamp.
int64_t requantised(const AppCase &app, const Tensors &tensors, int64_t sum,
                    const std::vector<int> &at);

} // namespace Orrery::test
