#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Reduces the dimensions of buffers to what is stored and loaded. Halide's bounds of a tile are
/// often larger: they see the iterations of a split that its guard leaves out.
void trim_buffers(Network &network);

} // namespace Orrery::frontend
