#pragma once
#include "hwgen/optimizer/search_tables.h"
#include "hwgen/optimizer/spatial.h"

#include <array>

namespace Orrery::optimizer {

/// The level next to the array: where the spatial loops, the tile of the array and the tile above
/// it meet. Energies are those of this level, of the hops and of the levels further out.
class Junction {
public:
    Junction(const InterstellarModel &model, const SearchTables &tables);

    /// No mapping with these spatial loops and this tile of the array needs less; no_energy if
    /// there is no such mapping.
    int64_t bound(const SpatialChoice &choice, Lattice::Point tile) const;

    /// Calls found(energy, assignment of axes, tile above, order) for every mapping, once for each
    /// order; gives the number of mappings.
    template <typename Found>
    int64_t evaluate(const SpatialChoice &choice, Lattice::Point tile, const Found &found) const {
        switch (tensors_) {
        case 2:
            return evaluate_all<2>(choice, tile, found);
        case 3:
            return evaluate_all<3>(choice, tile, found);
        default:
            return evaluate_all<4>(choice, tile, found);
        }
    }

private:
    const SearchTables &tables_;
    int tensors_;
    std::vector<int64_t> divisors_, weights_; ///< of each tensor: energy of one access per element
    std::vector<int64_t> first_;              ///< energy of the access that an output does without
    int64_t all_first_ = 0;
    bool divided_ = false; ///< some divisor is not 1

    template <int tensors, typename Found>
    int64_t evaluate_all(const SpatialChoice &choice, Lattice::Point tile,
                         const Found &found) const {
        return divided_ ? evaluate_all<tensors, true>(choice, tile, found)
                        : evaluate_all<tensors, false>(choice, tile, found);
    }

    template <int tensors, bool divided, typename Found>
    int64_t evaluate_all(const SpatialChoice &choice, Lattice::Point tile,
                         const Found &found) const {
        const std::vector<int64_t> &above = tables_.above();
        const int assignments = int(choice.hops.size());
        const int orders = int(tables_.orders().size());
        int64_t evaluated = 0;
        tables_.junction_steps().walk(
            tile, [&](Lattice::Point point) { return tables_.leads_above(point); },
            [&](Lattice::Point tile_above) {
                if (above[tile_above] == no_energy) {
                    return;
                }
                const int64_t rest = above[tile_above] - all_first_;
                evaluated += assignments;
                for (int o = 0; o < orders; o++) {
                    if (!tables_.allows(tables_.junction(), size_t(o), tile, tile_above)) {
                        continue;
                    }
                    const SearchTables::OrderTables &order = tables_.orders()[o];
                    std::array<int64_t, tensors> accesses;
                    for (int x = 0; x < tensors; x++) {
                        accesses[x] = order.outer[x][tile] * order.inner[x][tile_above];
                        accesses[x] /= divided ? divisors_[x] : 1;
                    }
                    for (int a = 0; a < assignments; a++) {
                        int64_t energy = rest;
                        for (int x = 0; x < tensors; x++) {
                            energy += (weights_[x] + choice.hops[a][x]) * accesses[x];
                        }
                        found(energy, a, tile_above, o);
                    }
                }
            });
        return evaluated;
    }
};

} // namespace Orrery::optimizer
