#pragma once
#include "explore/ranks.h"

#include <string>

namespace Orrery::explore {

/// What `orrery explore` was asked to do.
struct ExploreCommand {
    std::string sweep_file;
    std::string directory = "explore";
    int threads = 0; ///< 0: one per processor; with MPI each rank has one
};

/// Searches all points that the directory does not have yet, and writes results.csv. With ranks,
/// rank 0 does so, and the others work for it.
int explore(const ExploreCommand &command, Ranks *ranks);

} // namespace Orrery::explore
