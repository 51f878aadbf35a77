#pragma once
#include "sim/design_description.h"

#include <string>

namespace Orrery::sim {

/// C++ source that connects the module class that Verilator emits for a design to the pins of
/// sim/pins.h, and exports its ModelFunctions as the C symbol `symbol`.
std::string model_glue(const DesignDescription &design, const std::string &module_class,
                       const std::string &symbol);

/// The C++ member that Verilator makes of a port: a double underscore is encoded.
std::string verilator_member(const std::string &port);

} // namespace Orrery::sim
