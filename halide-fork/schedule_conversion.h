#pragma once
#include "halide-fork/directives.h"
#include "hwgen/frontend/hardware_schedule.h"

namespace Orrery {

/// The directives in the frontend's form, keyed by the unique names that Halide gives Funcs within
/// one pipeline. UserError for a directive that is not supported yet.
HardwareSchedule to_hardware_schedule(const Directives::Scope &scope,
                                      const Directives::Environment &environment);

} // namespace Orrery
