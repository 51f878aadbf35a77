#include "layer.h"

#include "hwgen/support/error.h"

namespace dataflows {

Layer layer_of(const Orrery::optimizer::LayerShape &shape) {
    if (shape.groups != 1) {
        Orrery::user_error("the layer has {} groups, and this convolution one: take a group "
                           "(K and C divided by the groups)",
                           shape.groups);
    }
    Layer layer;
    layer.batch = int(shape.batch);
    layer.channels = int(shape.channels);
    layer.filters = int(shape.filters);
    layer.width = int(shape.out_width);
    layer.height = int(shape.out_height);
    layer.kernel_width = int(shape.kernel_width);
    layer.kernel_height = int(shape.kernel_height);
    layer.stride = int(shape.stride);
    return layer;
}

} // namespace dataflows
