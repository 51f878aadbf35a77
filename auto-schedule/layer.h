#pragma once
#include "auto-schedule/product.h"
#include "hwgen/optimizer/problem.h"

namespace Orrery::scheduling {

/// The product as a layer of the optimizer. Extents are those of RDoms and of the output: its
/// bounds where they are constants, else its estimates (`set_estimate`); scalar inputs count with
/// their estimates, else with their defaults. Dense loops are those of the tensors' memory.
/// UserError for what a layer does not have: dilation,
/// different strides, an extent that nothing says.
optimizer::LayerShape layer_of(const Product &product);

/// A loop by the name that it has in a layer: OX is X, N is B.
Loop loop_named(const std::string &name);
std::string name_in_layer(Loop loop);

/// The same for the pipeline behind an accelerated output.
optimizer::Problem problem_of(const Halide::Func &output);

/// "N=1 K=16 C=8 ...", as `orrery optimize --layer` takes it.
std::string text_of(const optimizer::LayerShape &shape);

} // namespace Orrery::scheduling
