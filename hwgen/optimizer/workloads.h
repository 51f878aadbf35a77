#pragma once
#include "hwgen/optimizer/layer_shape.h"

#include <string>
#include <vector>

namespace Orrery::optimizer {

/// A row of data/workloads.csv, which the library carries.
struct Workload {
    std::string network, layer, operation;
    LayerShape shape;
    int64_t count = 1; ///< how often the network has it
};

const std::vector<Workload> &workloads();

/// "alexnet/conv3"; user error, with what there is, if it is not in the table.
const Workload &find_workload(const std::string &name);

} // namespace Orrery::optimizer
