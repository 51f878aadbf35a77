#pragma once
#include "sim/simulator.h"

#include <filesystem>

namespace Orrery::test {

/// Predicts a run without stalls of the design in a directory, and says which numbers differ from
/// those simulated; empty if none.
std::string wrong_predictions(const std::filesystem::path &directory,
                              const sim::RunOptions &options, const sim::Result &result);

} // namespace Orrery::test
