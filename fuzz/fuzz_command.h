#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace Orrery::fuzz {

/// The command `orrery fuzz`.
struct FuzzCommand {
    uint64_t cases = 1000;
    uint64_t seed = 1;
    uint64_t first = 0; ///< number of the first case
    int jobs = 2;
    bool rtl = false; ///< simulates the Verilog instead of interpreting the hardware IR
    std::string kind; ///< only layers whose kind's name contains it
    std::string directory = "fuzz-failures"; ///< for failures
    std::vector<std::string> replay;         ///< files with a case each, instead of random ones
    bool write = false; ///< writes every case down, with its hardware IR, and runs none
    bool shrink = true;
    bool verbose = false; ///< says why cases are refused
};

/// Draws cases, runs them, shrinks what fails and writes it down. 0 if nothing failed, else 1.
int fuzz(const FuzzCommand &command);

} // namespace Orrery::fuzz
