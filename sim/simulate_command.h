#pragma once
#include "sim/simulator.h"

#include <string>
#include <vector>

namespace Orrery::sim {

/// What `orrery simulate` was asked to do.
struct SimulateCommand {
    std::string directory;
    uint64_t seed = 1;
    int invocations = 1; ///< one behind the other; outputs are saved of the first one
    std::vector<std::string> scalars;         ///< "name=value"
    std::vector<std::string> inputs, outputs; ///< "name=file.npy"
    std::string json_file, trace_file;
    std::string memory; ///< "latency=N,stall=P,queue=N,misalign=N"; see parse_memory
    uint64_t max_cycles = 0;
    bool quick = false; ///< see BuildOptions
    std::string verilator;
};

/// Sets latency, stall percentage, queue and misalignment from "key=value,..."; user error for
/// anything else.
void parse_memory(const std::string &text, RunOptions &options);

/// The values of --set NAME=VALUE, by name.
std::map<std::string, int64_t> parse_scalars(const std::vector<std::string> &texts, const DesignDescription &design);

/// The report of the last simulation of the design in a directory.
std::filesystem::path last_report(const std::filesystem::path &directory);

/// Builds, runs, compares and prints. 0: all elements agree and no rule was broken; 1 otherwise.
int simulate(const SimulateCommand &command);

} // namespace Orrery::sim
