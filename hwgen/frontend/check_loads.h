#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// UserError if a stage loads elements that its buffer does not have. Halide takes such loads when
/// a stage is rounded up beyond what is needed and the excess is thrown away; a buffer in hardware
/// ends where its Func does.
void check_loads(const Network &network);

} // namespace Orrery::frontend
