#pragma once
#include <string>
#include <vector>

namespace Orrery::sim {

/// What `orrery model` was asked to do.
struct ModelCommand {
    std::string directory;
    std::vector<std::string> scalars; ///< "name=value"
    std::string memory; ///< "latency=N,queue=N,misalign=N"; empty: as the last simulation, else the
                        ///< defaults
    std::string technology; ///< name or file; empty: no energies
    std::string json_file;
};

/// Predicts and prints; beside the last simulation of the design if that is what is predicted. 0:
/// no number differs from the simulation's; 1 otherwise.
int predict(const ModelCommand &command);

} // namespace Orrery::sim
