#pragma once
#include "hwgen/netlist/netlist.h"

#include <string>

namespace Orrery::verilog {

/// Text of an expression with the parentheses that it needs. Lines may be broken at any space.
std::string expression_text(const netlist::Value &value);
std::string integer_text(const netlist::Integer &integer);

/// "[7:0] " or, for a single bit, "".
std::string range_text(int width);

/// Text of a parameter's value.
std::string parameter_text(const netlist::ParameterValue &value);

} // namespace Orrery::verilog
