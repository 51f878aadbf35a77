#pragma once
#include "auto-schedule/product.h"
#include "hwgen/optimizer/mapping_json.h"

/// Mappings that the optimizer finds, as schedules.
namespace Orrery::scheduling {

/// The dataflow that a mapping describes: its axes, blocks and orders; a copy of the inputs and of
/// the weights for every level of memory but the last and those that they bypass, refilled by the
/// innermost of the loops further out that index the operand; and the sums of a tile of the last
/// but one level in one buffer, in which the array accumulates (a mapping's levels inside of it
/// hold no sums of their own). Fills and the drain are wide along the dense dimension of the
/// tensor.
///
/// The loops of the last level must keep the output in place, since sums do not go to DRAM and come
/// back; other mappings are user errors, and so is a mapping of another problem than the product's.
Dataflow dataflow_of(const optimizer::MappedLayer &mapped, const Product &product);

/// Schedules the pipeline behind `output`, which has no schedule yet, as the mapping says, and
/// gives the directives; `accelerate` is called if it was not. Returns the calls as C++. The
/// hardware does what optimizer::hardware_accesses counts.
std::string apply_mapping(const Halide::Func &output, const optimizer::MappedLayer &mapped);

/// UserError if a Func behind the output has a schedule, or if there are other directives than
/// those of ports.
void check_unscheduled(const Halide::Func &output);

} // namespace Orrery::scheduling
