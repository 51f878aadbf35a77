#pragma once
#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/optimizer/loop_tiles.h"
#include "hwgen/optimizer/search.h"

#include <array>
#include <vector>

namespace Orrery::optimizer {

using PerTensor = std::array<int64_t, max_tensors>;
using LevelPerTensor = std::array<int, max_tensors>;
/// How each loop is cut.
using Tile = std::array<const Tiling *, max_loops>;

/// Energy in units, and cycles of the part of the hardware that works longest.
struct Amount {
    int64_t energy = 0, cycles = 0;
};

/// The array: lanes of each loop.
struct Lanes {
    std::vector<int64_t> factors;
    std::array<const LoopTiles *, max_loops> tiles{}; ///< for so many lanes
    PerTensor distinct{};                             ///< elements that the array reads at a point
};

/// A part of a mapping: the tiles down to a level are chosen.
struct MappingPart {
    int level; ///< of the tile
    Tile tile;
    /// How often the loops that do not index the tensor make its copies be filled anew.
    PerTensor repeats{};
    LevelPerTensor source{}; ///< level of the tensor's innermost copy
    Amount amount;           ///< of the copies of this level and further out, and of the drain
};

/// What parts of mappings cost in the cost model `orrery`, as far as they are chosen, and what all
/// mappings with them cost at least. At level 0, where all is chosen, that is hardware_cost.
class PartCost {
public:
    PartCost(const Problem &problem, const Hardware &hardware, const Constraints &constraints);

    size_t output() const { return output_; } ///< number of the tensor
    bool indexes(size_t tensor, int loop) const { return (indexing_[tensor] >> loop & 1) != 0; }
    LoopSet indexing(size_t tensor) const { return indexing_[tensor]; }
    bool may_hold(int level, size_t tensor) const;

    /// Words of a level, for all lanes together.
    int64_t room(const Lanes &lanes, int level) const;
    bool fits(const Lanes &lanes, const MappingPart &part) const;
    /// Of the tensor, in a tile of these extents.
    int64_t whole_elements(size_t tensor, const int64_t *extents) const;
    int64_t tiles_indexing(size_t tensor, const Tile &tile) const;

    /// What fills, or drains, all tiles once.
    struct Moved {
        int64_t elements = 0, cycles = 0;
        int width = 1; ///< elements in a cycle
    };
    Moved moved(size_t tensor, const Tile &tile) const;
    /// Adds the results that leave the tiles of the last but one level.
    void drain(const Moved &results, MappingPart &part) const;
    /// Adds the copies of the part's tile, of the operands that do not bypass its level.
    void hold(TensorSet bypassed, const std::array<Moved, max_tensors> &moved,
              MappingPart &part) const;

    /// What the array does in a tile's cuts, or more.
    struct Work {
        int64_t points = 1;
        int64_t energy = 0; ///< of the sums and the results
        PerTensor needed{}; ///< elements
    };
    Work work_of(const Lanes &lanes, const Tile &tile) const;
    /// No mapping with this part costs less, when tiles further in do that work at least.
    Amount bound(const Lanes &lanes, const MappingPart &part, const Work &work) const;
    Amount bound(const Lanes &lanes, const MappingPart &part) const;

private:
    const Problem &problem_;
    const Hardware &hardware_;
    const Constraints &constraints_;
    int loops_;
    size_t tensors_;
    size_t output_ = 0;                               ///< tensor
    int64_t outputs_;                                 ///< elements of it
    std::vector<LoopSet> indexing_;                   ///< [tensor]
    std::vector<int64_t> read_energy_, write_energy_; ///< [level], in units

    int64_t moved_coordinates(const Dimension &dimension, const Tile &tile) const;
    int64_t dense_extent(size_t tensor, const Tile &tile) const;
    int64_t needed_elements(size_t tensor, const Tile &tile) const;
    int64_t fills(const MappingPart &part, size_t tensor) const {
        return part.repeats[tensor] * tiles_indexing(tensor, part.tile);
    }
    int64_t least_energy(const Lanes &lanes, const MappingPart &part, const Work &work,
                         size_t tensor) const;
    int64_t least_cycles(const MappingPart &part, const Work &work, size_t tensor) const;
    int64_t widest(const MappingPart &part, size_t tensor) const;

    /// The sum of amount(extents of the loops) over all combinations of tiles of the dimension's.
    template <typename AmountOf>
    static int64_t sum_of_tiles(const Dimension &dimension, const Tile &tile,
                                const AmountOf &amount, size_t term = 0,
                                std::array<int64_t, max_loops> extents = {}) {
        if (term == dimension.terms.size()) {
            return amount(extents.data());
        }
        const int loop = dimension.terms[term].loop;
        int64_t sum = 0;
        for (const auto &[extent, tiles] : tile[loop]->counts) {
            extents[size_t(loop)] = extent;
            sum += tiles * sum_of_tiles(dimension, tile, amount, term + 1, extents);
        }
        return sum;
    }
};

} // namespace Orrery::optimizer
