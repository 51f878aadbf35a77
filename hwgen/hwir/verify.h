#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::hwir {

/// Checks every invariant that design.h states; called after the frontend and after every pass.
/// Throws InternalError that names the process, buffer or stream at fault. What a pass has not set
/// yet (banks, read ports, streams) is checked only where it is present.
void verify(const Design &design);

} // namespace Orrery::hwir
