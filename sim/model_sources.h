#pragma once
#include <string>
#include <vector>

namespace Orrery::sim {

/// The files that become part of every model (sim/pins.h, sim/model, sim/checks): name and text.
struct ModelSource {
    std::string name, text;
};
const std::vector<ModelSource> &model_sources();

} // namespace Orrery::sim
