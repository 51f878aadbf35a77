#pragma once
#include "hwgen/lower/datapath_signals.h"

namespace Orrery::lower {

/// Gives each signal its stage, when it is ready, and the last stage that needs it. The number of
/// registers from the inputs to the outputs; without registers if `combinational`.
int schedule(SignalGraph &graph, const std::vector<DatapathOutput> &outputs, bool combinational);

} // namespace Orrery::lower
