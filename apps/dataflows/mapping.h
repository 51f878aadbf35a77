#pragma once
#include "dataflow.h"
#include "hwgen/optimizer/mapping_json.h"

/// Mappings that `orrery optimize` finds, as dataflows.
namespace dataflows {

/// The layer of a mapping; one group only.
Layer layer_of(const Orrery::optimizer::MappedLayer &mapped);

/// The dataflow that a mapping describes: its axes, blocks and orders; a copy of the inputs and of
/// the weights for every level of memory but the last and those that they bypass, refilled by the
/// innermost of the loops further out that index the operand; and the sums of a tile of the last
/// but one level in one buffer, in which the array accumulates (a mapping's levels inside of it
/// hold no sums of their own).
///
/// The loops of the last level must keep the output in place, since sums do not go to DRAM and come
/// back; other mappings are user errors.
Dataflow dataflow_of(const Orrery::optimizer::MappedLayer &mapped);

} // namespace dataflows
