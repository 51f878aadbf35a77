#pragma once
#include <optional>
#include <string>
#include <vector>

namespace Orrery::optimize {

/// What `orrery optimize` was asked to do.
struct OptimizeCommand {
    std::string layer, workload, problem_file; ///< one of them
    int64_t batch = 1;
    std::string hardware;
    std::vector<std::string> fixes;
    std::string objective = "energy";
    std::string factors; ///< of the tiles; "": as the cost model has them
    std::string cost_model = "orrery";
    std::string json_file = "mapping.json";
    std::string directory = "pareto"; ///< of the objective pareto
    std::optional<double> area_mm2;   ///< of the hardware, at most; else as its file says
    int threads = 0;                  ///< 0: one per processor
    double seconds = 0;
    /// So many of the best mappings are made into hardware; of the cost model orrery. With the
    /// objective pareto, every point is, or none if this is 0.
    std::optional<int> candidates;
};

/// Searches, prints the mapping and writes it. 0, also where the time was not enough for a proof.
int optimize(const OptimizeCommand &command);

} // namespace Orrery::optimize
