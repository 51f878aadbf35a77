#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"
#include "hwgen/frontend/tensors.h"

#include <map>
#include <string>
#include <vector>

namespace Orrery::frontend {

/// Writes the network as hardware IR. `tensors` and `scalars` are named by their parameters.
/// Throws UserError for directives that name a Func, stage, loop or tensor that does not exist.
hwir::Design emit_design(const Network &network, const HardwareSchedule &schedule,
                         const std::map<std::string, Halide::Internal::Function> &environment,
                         const std::vector<ShapedTensor> &tensors,
                         const std::vector<hwir::Scalar> &scalars, const std::string &name);

} // namespace Orrery::frontend
