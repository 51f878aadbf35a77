#pragma once
#include "hwgen/optimizer/access_model.h"
#include "hwgen/optimizer/energy_unit.h"
#include "hwgen/optimizer/hardware.h"

#include <optional>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// What the hardware made from a mapping costs: the cost model `orrery` (docs/optimizer.md).
/// Accesses are those of hardware_accesses, which the hardware's counters show; what the top level
/// is read and written is what is moved between it and the next one, padding included.
struct HardwareCost {
    std::vector<std::vector<int64_t>> reads, writes; ///< [level][tensor], elements
    std::vector<std::vector<int64_t>> energy;        ///< [level][tensor], in units
    int64_t total_energy = 0;                        ///< in units
    /// Of the part that works longest: the array, the filling of a copy, or the drain. The hardware
    /// takes no less; what it takes longer are the first fill, the last drain and waiting.
    int64_t cycles = 0;
};

/// Energies of the hardware's levels, as integers.
EnergyUnit level_energy_unit(const Hardware &hardware);

/// User error where a mapping of the problem could cost more energy (in units) or cycles than fit
/// into 63 bits.
void check_range(const Problem &problem, const Hardware &hardware);

HardwareCost hardware_cost(const MappedLayer &mapped, const Hardware &hardware);

/// What is known of a mapping beside its cost.
struct MappingProof {
    std::string objective;               ///< what it was searched for
    std::optional<bool> optimal;         ///< in the objective, with exact cycles; empty: of a front
    std::optional<int64_t> exact_cycles; ///< empty: no hardware was made of it
    std::optional<double> gap_percent{}; ///< so much, at most, it is above any mapping
};

/// mapping.json: the mapping, and its accesses and energy by level and tensor.
std::string hardware_mapping_json(const MappedLayer &mapped, const Hardware &hardware,
                                  const HardwareCost &cost, const MappingProof &proof);

} // namespace Orrery::optimizer
