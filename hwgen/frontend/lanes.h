#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Finds for every Realize inside lane loops the lanes on which its contents depend
/// (Storage::lane_dims): those become dimensions of the buffer; the other lanes share one copy.
void share_lanes(Network &network);

/// Splits the nest of every stage into sequencer levels and lanes (innermost), and what conditions
/// involve lanes into enables. A stage leaves out the outer lanes on which its own buffer does not
/// depend: it runs once for all of them, where any of them would.
///
///     for ko / lanes k in min(4, 10 - ko*4) / for x / if (x + k < 9)
///         ->  serial: ko, x     lanes: k (4)     enables: k < min(4, 10 - ko*4), x + k < 9
void order_lanes(Network &network);

} // namespace Orrery::frontend
