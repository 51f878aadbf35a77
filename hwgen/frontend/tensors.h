#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"

#include <vector>

namespace Orrery::frontend {

/// Replaces the variables for the sizes of inputs and outputs ("input.extent.0") by the constants that their parameters are
/// constrained to.
Stmt substitute_sizes(const Stmt &s, const std::vector<Halide::Parameter> &parameters);

/// Tensor of an input or output parameter. The shape is what the constraints say (set_bounds and set_stride of its dimensions),
/// else the accessed region, dense.
/// `s` is the whole statement, `network` its stages.
/// Throws UserError if the accessed region has no constant bounds or does not fit the constraints.
hwir::Tensor make_tensor(const Halide::Parameter &parameter, hwir::Direction direction,
                         const Stmt &s, const Network &network);

/// Applies the port directive of a tensor. Throws UserError for values that AXI4 does not know.
void apply_port(const PortDirective &port, hwir::Tensor &tensor);

} // namespace Orrery::frontend
