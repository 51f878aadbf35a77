#pragma once
#include "sim/check.h"

#include <filesystem>
#include <string>

namespace Orrery::sim {

/// Share of the array's processing elements that do a useful operation, over the whole run:
/// operations / (lane points x cycles) of the processes with `processing_elements`, all of them
/// together. Negative when there is none or no cycle.
double array_utilisation(const DesignDescription &design, const Result &result);

/// The tables that `orrery simulate` prints.
std::string report_table(const DesignDescription &design, const Outcome &outcome);

/// The same as JSON; docs/design-json.md describes it.
std::string report_json(const DesignDescription &design, const Outcome &outcome);

/// Writes a file so that a reader sees the old contents or the new ones. User error when it cannot
/// be written.
void write_atomically(const std::filesystem::path &file, const std::string &text);

} // namespace Orrery::sim
