#pragma once
#include "auto-schedule/convolution.h"
#include "hwgen/optimizer/layer_shape.h"

#include <vector>

namespace Orrery::scheduling {

/// The layer of the optimizer as a convolution. UserError if it has more than one group.
ConvolutionLayer convolution_layer(const optimizer::LayerShape &shape);

/// A pipeline without a schedule.
struct LayerPipeline {
    Halide::Func output;
    std::vector<Halide::ImageParam> inputs; ///< input, weights, bias
};

/// What a layer of the optimizer computes: Convolution, or GroupedConvolution where there are
/// groups; with the extents of all tensors. A dense loop that is not the usual one is that of the
/// innermost dimension in memory, and the others are around it in their order; with none, every
/// second element in memory is one of the tensor. UserError for a tensor that is too large for
/// hardware.
LayerPipeline layer_pipeline(const optimizer::LayerShape &shape);

} // namespace Orrery::scheduling
