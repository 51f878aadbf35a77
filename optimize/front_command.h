#pragma once
#include "hwgen/optimizer/front_search.h"
#include "optimize/optimize_command.h"

namespace Orrery::optimize {

/// `orrery optimize --objective pareto`: searches the front, prints it, and writes its directory.
void optimize_front(const OptimizeCommand &command, const optimizer::Problem &problem,
                    const optimizer::Resources &resources,
                    const optimizer::Constraints &constraints,
                    const optimizer::SearchOptions &options);

} // namespace Orrery::optimize
