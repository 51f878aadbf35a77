#pragma once
#include "hwgen/optimizer/problem.h"

#include <Halide.h>

namespace Orrery::scheduling {

/// A pipeline without a schedule that is this problem to the auto-scheduler: of a layer that of
/// layer_pipeline, else
///
///     sum(...) += input(...) * weights(...) * ...
///     output(...) = requantise(sum(...))
///
/// int8 with sums of int32; operands hold all elements that are read. UserError for a tensor that
/// is too large for hardware, and where find_product gives loops and tensors other names.
Halide::Func problem_pipeline(const optimizer::Problem &problem);

} // namespace Orrery::scheduling
