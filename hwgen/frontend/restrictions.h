#pragma once
#include "halide-fork/lowering.h"
#include "hwgen/frontend/hardware_schedule.h"

#include <string>
#include <vector>

namespace Orrery::frontend {

/// Rejects what the frontend cannot turn into hardware and what shows in the Funcs themselves:
/// tuples, extern stages, floating point, schedule directives without a hardware form, updates of
/// the output. Throws one UserError that lists all of them.
void check_pipeline(const LoweredPipeline &pipeline, const HardwareSchedule &schedule);

/// Rejects variables that no loop defines and that are not among the scalar inputs: sizes that are
/// not known at compile time.
void check_free_variables(const Halide::Internal::Stmt &s, const std::string &output,
                          const std::vector<std::string> &scalars);

} // namespace Orrery::frontend
