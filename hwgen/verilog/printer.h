#pragma once
#include "hwgen/netlist/netlist.h"

#include <string>

namespace Orrery::verilog {

/// Text of a module in Verilog-2005. The module must have passed netlist::verify (after
/// absorb_unused): nothing is checked here.
std::string print(const netlist::Module &module);

} // namespace Orrery::verilog
