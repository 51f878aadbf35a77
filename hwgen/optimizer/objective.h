#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace Orrery::optimizer {

enum class Objective { Energy, Cycles, EnergyDelay };

/// By the names that users give them: energy, cycles, edp.
const std::map<std::string, Objective> &objectives();

/// Twice as wide as energies and cycles, so that their product is exact.
__extension__ using Product = __int128;

/// What is minimised, and what decides between equals: energy, then cycles; cycles, then energy;
/// energy times cycles, then energy.
struct ObjectiveValue {
    Product first = 0, second = 0;

    bool operator<(const ObjectiveValue &other) const {
        return first != other.first ? first < other.first : second < other.second;
    }
    bool operator==(const ObjectiveValue &other) const {
        return first == other.first && second == other.second;
    }
};

ObjectiveValue value_of(Objective objective, int64_t energy, int64_t cycles);

} // namespace Orrery::optimizer
