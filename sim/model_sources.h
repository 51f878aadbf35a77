#pragma once
#include <string>
#include <vector>

namespace Orrery::sim {

/// The files of sim/model, which are compiled into every model: name and text.
struct ModelSource {
    std::string name, text;
};
const std::vector<ModelSource> &model_sources();

} // namespace Orrery::sim
