#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::passes {

/// All passes from the frontend's design to the one that is lowered to hardware, with `verify`
/// before and after each. Throws UserError where a schedule asks for what cannot be built.
void run_passes(hwir::Design &design);

} // namespace Orrery::passes
