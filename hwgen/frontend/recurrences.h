#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Turns loads of an input that is fed back into loads of the Func's buffer as it was one
/// generation before (StageAccess::previous), which are 0 in the first iteration of the loop of the
/// time:
///
///     feedback(before, state):  before(u, t)  ->  state's buffer(u) of iteration t - 1  if t is
///     not the first
///
/// Throws UserError where a step is not one generation of the buffer.
void connect_recurrences(Network &network, const HardwareSchedule &schedule);

} // namespace Orrery::frontend
