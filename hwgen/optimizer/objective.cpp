#include "hwgen/optimizer/objective.h"

namespace Orrery::optimizer {

const std::map<std::string, Objective> &objectives() {
    static const std::map<std::string, Objective> all = {{"energy", Objective::Energy},
                                                         {"cycles", Objective::Cycles},
                                                         {"edp", Objective::EnergyDelay}};
    return all;
}

ObjectiveValue value_of(Objective objective, int64_t energy, int64_t cycles) {
    switch (objective) {
    case Objective::Energy:
        return {energy, cycles};
    case Objective::Cycles:
        return {cycles, energy};
    case Objective::EnergyDelay:
        break;
    }
    return {Product(energy) * cycles, energy};
}

} // namespace Orrery::optimizer
