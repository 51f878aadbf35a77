#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace Orrery::optimizer {

/// A positive number up to 2^31; user error, which names `what`, for anything else.
int64_t parse_count(const std::string &what, const std::string &text);

/// "A=1 B=2" in the order of the text.
std::vector<std::pair<std::string, int64_t>> parse_assignments(const std::string &what,
                                                               const std::string &text);

} // namespace Orrery::optimizer
