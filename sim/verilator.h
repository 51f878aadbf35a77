#pragma once
#include <filesystem>
#include <string>

namespace Orrery::sim {

/// An installed Verilator.
struct Verilator {
    std::filesystem::path program;
    std::filesystem::path root; ///< holds include/verilated.h
    std::string version;        ///< what `verilator --version` says, in one line
    bool set_root = false;      ///< VERILATOR_ROOT must be set for the program
};

/// Finds a Verilator: `wanted` (a program) if not empty, else the environment variable
/// ORRERY_VERILATOR, else `verilator` in PATH, else the one of the PyPI package in the active or
/// the project's virtual environment. User error when there is none or when it does not run.
Verilator find_verilator(const std::string &wanted = "");

} // namespace Orrery::sim
