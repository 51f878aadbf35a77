#pragma once
#include <map>
#include <string>

namespace Orrery::optimizer {

/// Which tiles a search tries.
enum class Factors {
    Divide, ///< those that divide what they are cut from
    /// also those of a factor that does not, divided up: n tiles of ceil(extent / n) iterations,
    /// the last one ragged
    Ceil,
    All ///< of every extent
};

/// By the names that users give them: divide, ceil, all.
const std::map<std::string, Factors> &factor_kinds();

/// User error, which names the option, for any other name.
Factors factors_named(const std::string &option, const std::string &name);

} // namespace Orrery::optimizer
