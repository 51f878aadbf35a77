#pragma once
#include "tests/equivalence/scalar_layers.h"

/// Layers with scalars whose buffers are not plain ones: see scalar_layers.h.
namespace Orrery::test {

/// A convolution and a maximum, each behind a line buffer; channels, filters, width and
/// requantisation are scalars.
ScalarLayer line_buffer_with_scalars(bool scheduled);
/// Two stages of any size with a feature map in DRAM between them, and a systolic array behind it.
ScalarLayer feature_map_with_scalars(bool scheduled);
/// A matrix product of any size whose partial sums are spilled to DRAM.
ScalarLayer spilled_with_scalars(bool scheduled);

} // namespace Orrery::test
