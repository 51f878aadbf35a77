#pragma once
#include <set>
#include <string>

namespace Orrery::frontend {

/// Names of one table of the design: the user's, with a number where two would be the same.
class Identifiers {
    std::set<std::string> taken;

public:
    /// An identifier for a name of Halide's ("acc$1" -> "acc", then "acc_2").
    std::string claim(const std::string &halide_name);
    /// The text as it is, if it is not taken.
    std::string claim_exactly(const std::string &name);
};

} // namespace Orrery::frontend
