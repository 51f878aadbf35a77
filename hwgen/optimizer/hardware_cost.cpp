#include "hwgen/optimizer/hardware_cost.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

namespace {

constexpr double most_energy = 9e18; ///< in units: below 2^63, with room for rounding

} // namespace

EnergyUnit level_energy_unit(const Hardware &hardware) {
    std::vector<double> energies;
    for (const MemoryLevel &level : hardware.levels) {
        energies.push_back(level.read_pj);
        energies.push_back(level.write_pj);
    }
    return EnergyUnit(energies, hardware.energy_digits);
}

void check_range(const Problem &problem, const Hardware &hardware) {
    // No copy is filled with more than its window's elements in each iteration. Whole tiles have at
    // least the lanes of the array, and each level makes at most one ragged tile of each tile
    // around it: so lanes times points are, along a loop, at most the extent times
    // (levels - 1 cuts + 2); and there are no more points than operations.
    const double operations = double(problem.operations());
    double rounds = 1;
    for (const Loop &loop : problem.loops) {
        rounds *= loop.extent > 1 ? double(hardware.levels.size() + 1) : 1;
    }
    rounds = std::min(rounds, double(hardware.array.elements));
    double worst = operations * rounds;
    const EnergyUnit unit = level_energy_unit(hardware);
    for (const Tensor &tensor : problem.tensors) {
        double window = 1;
        for (const Dimension &dimension : tensor.dimensions) {
            int64_t most = 1;
            for (const Dimension::Term &term : dimension.terms) {
                most = std::max(most, term.coefficient);
            }
            window *= double(most);
        }
        for (const MemoryLevel &level : hardware.levels) {
            const bool last = &level == &hardware.levels.back();
            worst += operations * window * (last ? 1 : rounds) *
                     double(unit.units(level.read_pj) + unit.units(level.write_pj));
        }
    }
    if (worst > most_energy) {
        user_error("{}: energies of up to {:.1g} pJ do not fit into 63 bits with the digits of {}: "
                   "give its energies with fewer digits, or a smaller layer",
                   problem.name, worst / double(unit.units(1)), hardware.name);
    }
}

HardwareCost hardware_cost(const MappedLayer &mapped, const Hardware &hardware) {
    const HardwareAccesses counts = hardware_accesses(mapped);
    const size_t levels = hardware.levels.size(), tensors = mapped.problem.tensors.size();
    HardwareCost cost;
    cost.reads.assign(levels, std::vector<int64_t>(tensors, 0));
    cost.writes = cost.energy = cost.reads;
    cost.cycles = std::max(counts.points, counts.drain_cycles);
    for (size_t x = 0; x < tensors; x++) {
        if (mapped.problem.tensors[x].output) {
            cost.reads[counts.sums.level][x] = counts.sums.reads;
            cost.writes[counts.sums.level][x] = counts.sums.writes;
            cost.writes[levels - 1][x] = counts.outputs;
        }
        for (const CopyAccesses &copy : counts.copies[x]) {
            cost.reads[copy.level][x] = copy.reads;
            cost.writes[copy.level][x] = copy.writes;
            cost.cycles = std::max(cost.cycles, copy.cycles);
        }
        if (!counts.copies[x].empty()) {
            cost.reads[levels - 1][x] = counts.copies[x].front().writes;
        }
    }
    const EnergyUnit unit = level_energy_unit(hardware);
    for (size_t level = 0; level < levels; level++) {
        const int64_t read = unit.units(hardware.levels[level].read_pj),
                      write = unit.units(hardware.levels[level].write_pj);
        for (size_t x = 0; x < tensors; x++) {
            cost.energy[level][x] = read * cost.reads[level][x] + write * cost.writes[level][x];
            cost.total_energy += cost.energy[level][x];
        }
    }
    return cost;
}

} // namespace Orrery::optimizer
