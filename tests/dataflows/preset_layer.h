#pragma once
#include "apps/dataflows/convolution.h"

namespace Orrery::test {

/// A layer that is ragged for every preset.
inline dataflows::Layer preset_layer() {
    dataflows::Layer layer;
    layer.channels = 24;
    layer.filters = 20;
    layer.width = layer.height = 9;
    layer.kernel_width = layer.kernel_height = 3;
    return layer;
}

} // namespace Orrery::test
