#pragma once
#include "auto-schedule/layer_pipeline.h"
#include "convolution.h"
#include "hwgen/optimizer/layer_shape.h"

namespace dataflows {

/// The layer of the optimizer as one of this folder. UserError if it has more than one group.
inline Layer layer_of(const Orrery::optimizer::LayerShape &shape) {
    return Orrery::scheduling::convolution_layer(shape);
}

} // namespace dataflows
