#pragma once
#include <string>
#include <vector>

namespace Orrery::lower {

/// One entry of the AXI4-Lite register map.
struct Register {
    std::string name;
    int offset = 0; ///< bytes; the low word of a register of two words
    int words = 1;
    std::string access; ///< "read", "write", "read-write"
    std::string description;
};

/// What the registers count, for the manifest.
struct Counter {
    enum Kind { Busy, Operations, Stall, Reads, Writes } kind = Busy;
    int process = -1;
    int buffer = -1;   ///< Reads, Writes
    std::string cause; ///< Stall
    std::string register_name;
};

/// Registers of a design in the order of their offsets. Fixed ones first: see docs/templates.md, axi_lite_registers.
struct RegisterMap {
    int address_bits = 12;
    std::vector<Register> registers;
    std::vector<int> base_offset;   ///< per tensor
    std::vector<int> scalar_offset; ///< per scalar
    std::vector<Counter> counters;
    int write_words = 0, read_words = 0;
};

} // namespace Orrery::lower
