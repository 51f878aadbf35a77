#pragma once
#include "sim/verilator.h"

#include <string>
#include <vector>

namespace Orrery::sim {

/// The programs that make a model, and their flags: the same for all files of a library.
struct Toolchain {
    Verilator verilator;
    std::vector<std::string> compiler; ///< ccache, if there is one, and the compiler
    std::string compiler_version;
    std::vector<std::string> verilator_flags, compiler_flags, link_flags;
};

/// The Verilator that `verilator` names (see find_verilator), and the compiler that the environment
/// variable CXX names, else g++. `trace` adds what waveforms need. User error when something is not
/// installed.
Toolchain find_toolchain(const std::string &verilator, bool trace);

} // namespace Orrery::sim
