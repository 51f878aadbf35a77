#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace Orrery::netlist {

enum class PortDirection { Input, Output };

struct Port {
    std::string name;
    PortDirection direction = PortDirection::Input;
    int width = 1;
    bool is_signed = false;
};

/// Value of a Verilog parameter: a plain integer, or a packed constant of `width` bits (least significant word first).
struct ParameterValue {
    int64_t integer = 0;
    int width = 0; ///< 0: plain integer
    std::vector<uint64_t> bits;
};

struct Parameter {
    std::string name;
    ParameterValue value;
};

/// What an instance needs to know of a module: its name, parameter values and the ports these give.
struct Signature {
    std::string module;
    std::vector<Parameter> parameters;
    std::vector<Port> ports;
};

} // namespace Orrery::netlist
