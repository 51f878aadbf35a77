#pragma once
#include "hwgen/optimizer/mapping_json.h"

#include <Halide.h>

namespace Orrery::scheduling {

/// Cycles that the pipeline behind `output` takes with the mapping: those that `orrery model`
/// predicts for the design, behind its default memory, scalar inputs with their defaults, else with
/// the possible values next to 0. The pipeline itself, which has no schedule, stays as it is; a
/// copy is compiled. UserError if the compiler refuses it.
int64_t exact_cycles(const Halide::Func &output, const optimizer::MappedLayer &mapped);

} // namespace Orrery::scheduling
