#pragma once
#include "convolution.h"
#include "hwgen/optimizer/problem.h"

namespace dataflows {

/// The layer of the optimizer as one of this folder. UserError if it has more than one group.
Layer layer_of(const Orrery::optimizer::LayerShape &shape);

} // namespace dataflows
