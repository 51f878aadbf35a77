#pragma once
#include "hwgen/optimizer/hardware_search.h"

#include <functional>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// What the cost model counts of a mapping: its hardware takes no fewer cycles.
struct CandidateCost {
    int64_t energy = 0, least_cycles = 0;
};

/// A mapping of which hardware was made, or was to be made.
struct RatedCandidate {
    int64_t cycles = 0;  ///< exact
    std::string refused; ///< why there is no hardware; empty: there is
};

/// Which of the best mappings of a search is best in exact cycles, and what that proves.
struct ExactChoice {
    std::vector<RatedCandidate> rated; ///< the first candidates; those that follow are not better
    std::optional<size_t> taken;       ///< of the candidates; empty: all are refused
    bool in_time = true;               ///< false: the time was over for some that may be better
    ObjectiveValue value;              ///< of the one that is taken, in exact cycles
    ObjectiveValue bound; ///< proved: no mapping that hardware can be made of is below, in these

    bool optimal() const { return taken && value.first == bound.first; }
    /// By so much, at most, the value is above that of any mapping.
    double gap_percent() const;
};

/// The candidates are the best mappings of a search by ascending value, and no other mapping is
/// below `others` (empty: there is no other). `exact_cycles` gives the cycles of a candidate's
/// hardware, or throws UserError if there can be none.
///
/// Since no hardware takes fewer cycles than the cost model counts, a candidate whose value there
/// is not below the best exact one ends the choice. So does `over`, once there is a result. Of
/// equal candidates, the first one is taken.
ExactChoice choose_exact(Objective objective, const std::vector<CandidateCost> &candidates,
                         const std::optional<ObjectiveValue> &others,
                         const std::function<int64_t(size_t candidate)> &exact_cycles,
                         const std::function<bool()> &over = {});

} // namespace Orrery::optimizer
