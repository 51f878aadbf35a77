#include "hwgen/optimizer/exact_choice.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

double ExactChoice::gap_percent() const {
    return optimal() ? 0 : 100 * double(value.first - bound.first) / double(bound.first);
}

ExactChoice choose_exact(Objective objective, const std::vector<CandidateCost> &candidates,
                         const std::optional<ObjectiveValue> &others,
                         const std::function<int64_t(size_t)> &exact_cycles,
                         const std::function<bool()> &over) {
    ExactChoice choice;
    std::optional<ObjectiveValue> open = others; ///< nothing of what has no hardware is below
    for (size_t i = 0; i < candidates.size(); i++) {
        const CandidateCost &cost = candidates[i];
        const ObjectiveValue least = value_of(objective, cost.energy, cost.least_cycles);
        if (choice.taken && !(least < choice.value)) {
            break;
        }
        if (choice.taken && over && over()) {
            open = open ? std::min(*open, least) : least;
            choice.in_time = false;
            break;
        }
        RatedCandidate rated;
        try {
            rated.cycles = exact_cycles(i);
        } catch (const UserError &error) {
            rated.refused = error.what();
        }
        choice.rated.push_back(rated);
        if (!rated.refused.empty()) {
            continue;
        }
        ORRERY_CHECK(rated.cycles >= cost.least_cycles,
                     "hardware of {} cycles, of which a part works {}", rated.cycles,
                     cost.least_cycles);
        const ObjectiveValue value = value_of(objective, cost.energy, rated.cycles);
        if (!choice.taken || value < choice.value) {
            choice.taken = i;
            choice.value = value;
        }
    }
    choice.bound = open ? std::min(*open, choice.value) : choice.value;
    return choice;
}

} // namespace Orrery::optimizer
