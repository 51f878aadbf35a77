#pragma once
#include "auto-schedule/product.h"
#include "hwgen/optimizer/problem.h"

namespace Orrery::scheduling {

/// The product as a problem of the optimizer: `optimizer::convolution` where it is a layer. Extents
/// are those of RDoms and of the output: its bounds where they are constants, else its estimates
/// (`set_estimate`); scalar inputs count with their estimates, else with their defaults. Dense
/// dimensions are those of the tensors' memory. UserError for an extent that nothing says.
optimizer::Problem problem_of(const Product &product);

/// The name of a loop in a problem: OX2 of X2, N of B.
std::string name_in_problem(const Loop &loop);

} // namespace Orrery::scheduling
