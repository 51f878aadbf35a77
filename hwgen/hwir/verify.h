#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::hwir {

/// Checks every invariant that design.h states; called after the frontend and after every pass.
/// Throws InternalError that names the process, buffer or stream at fault. What a pass has not set
/// yet (banks, read ports, streams) is checked only where it is present.
void verify(const Design &design);

/// The part of it on early readers of a buffer and the progress of its writer.
void verify_early_start(const Design &design, const Buffer &buffer);

} // namespace Orrery::hwir
