#include "hwgen/optimizer/hardware_cost.h"

#include <algorithm>

namespace Orrery::optimizer {

EnergyUnit level_energy_unit(const Hardware &hardware) {
    std::vector<double> energies;
    for (const MemoryLevel &level : hardware.levels) {
        energies.push_back(level.pj_per_access);
    }
    return EnergyUnit(energies);
}

HardwareCost hardware_cost(const MappedLayer &mapped, const Hardware &hardware) {
    const HardwareAccesses counts = hardware_accesses(mapped);
    const size_t levels = hardware.levels.size(), tensors = mapped.problem.tensors.size();
    HardwareCost cost;
    cost.reads.assign(levels, std::vector<int64_t>(tensors, 0));
    cost.writes = cost.energy = cost.reads;
    cost.cycles = std::max(counts.points, counts.outputs / drain_width(mapped));
    for (size_t x = 0; x < tensors; x++) {
        if (mapped.problem.tensors[x].output) {
            cost.reads[counts.sums.level][x] = counts.sums.reads;
            cost.writes[counts.sums.level][x] = counts.sums.writes;
            cost.writes[levels - 1][x] = counts.outputs;
        }
        for (const CopyAccesses &copy : counts.copies[x]) {
            cost.reads[copy.level][x] = copy.reads;
            cost.writes[copy.level][x] = copy.writes;
            cost.cycles = std::max(cost.cycles, copy.writes / fill_width(mapped, copy.level));
        }
        if (!counts.copies[x].empty()) {
            cost.reads[levels - 1][x] = counts.copies[x].front().writes;
        }
    }
    const EnergyUnit unit = level_energy_unit(hardware);
    for (size_t level = 0; level < levels; level++) {
        const int64_t each = unit.units(hardware.levels[level].pj_per_access);
        for (size_t x = 0; x < tensors; x++) {
            cost.energy[level][x] = each * (cost.reads[level][x] + cost.writes[level][x]);
            cost.total_energy += cost.energy[level][x];
        }
    }
    return cost;
}

} // namespace Orrery::optimizer
