#pragma once
#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/optimizer/loop_tiles.h"
#include "hwgen/optimizer/search.h"

#include <array>
#include <memory>
#include <tuple>
#include <vector>

namespace Orrery::optimizer {

/// The mappings among which search_hardware chooses, as a tree: from the whole problem inwards, one
/// tile after the other, each with the order of the loops that make it of the one around it. A
/// tile's loops are cut one by one, the longest first, so that parts of it can be left out early.
class HardwareSpace {
public:
    using PerTensor = std::array<int64_t, max_tensors>;
    using LevelPerTensor = std::array<int, max_tensors>;
    /// How each loop is cut.
    using Tile = std::array<const Tiling *, max_loops>;

    HardwareSpace(const InterstellarModel &model, const Constraints &constraints);

    const Hardware &hardware() const { return hardware_; }

    /// Energy in units, and cycles of the part of the hardware that works longest.
    struct Amount {
        int64_t energy = 0, cycles = 0;
    };
    /// The array: lanes of each loop.
    struct Lanes {
        std::vector<int64_t> factors;
        std::array<const LoopTiles *, max_loops> tiles{}; ///< for so many lanes
        PerTensor distinct{}; ///< elements that the array reads at a point
    };
    /// The tiles down to a level are chosen.
    struct Part {
        int level; ///< of the tile
        Tile tile;
        /// How often the loops that do not index the tensor make its copies be filled anew.
        PerTensor repeats{};
        LevelPerTensor source{}; ///< level of the tensor's innermost copy
        Amount amount;           ///< of the copies of this level and further out, and of the drain
    };
    /// The next tile, the order of the loops that make it, and the operands without a copy of it.
    struct Step {
        std::array<int32_t, max_loops> extents{}; ///< of the tile
        int ragged = 0;                           ///< loops that it does not divide
        int order = 0;
        TensorSet bypassed = 0;
        bool operator<(const Step &other) const {
            return std::tie(ragged, extents, order, bypassed) <
                   std::tie(other.ragged, other.extents, other.order, other.bypassed);
        }
        bool operator==(const Step &other) const { return !(*this < other) && !(other < *this); }
    };

    /// Not from several threads.
    Lanes lanes(const std::vector<int64_t> &factors);
    Part whole(const Lanes &lanes) const;
    /// No mapping with this part costs less; at level 0, what it costs.
    Amount bound(const Lanes &lanes, const Part &part) const;

    /// Calls visit(part with one more level, step) for all tiles that fit, with each order and each
    /// set of operands that bypass the level. Left out are those of which excluded(bound, ragged
    /// loops) says, of what they and others have at least, that they are of no interest.
    template <typename Excluded, typename Visit>
    void each_child(const Lanes &lanes, const Part &part, const Excluded &excluded,
                    const Visit &visit) const {
        Tile tile = part.tile;
        cut_loop(lanes, part, 0, tile, excluded, visit);
    }

    /// The mapping of a path from the whole problem to level 0.
    MappedLayer mapped(const std::vector<int64_t> &factors, const std::vector<Axis> &axes,
                       const std::vector<Step> &path) const;

private:
    /// Loops, innermost first.
    using Order = std::vector<int>;

    const Problem &problem_;
    const Hardware &hardware_;
    const Constraints &constraints_;
    int loops_;
    size_t tensors_;
    size_t output_ = 0;                               ///< tensor
    int64_t outputs_;                                 ///< elements of it
    std::vector<LoopSet> indexing_;                   ///< [tensor]
    std::vector<int64_t> read_energy_, write_energy_; ///< [level], in units
    std::vector<std::vector<Order>> orders_;          ///< [level]
    std::vector<std::vector<TensorSet>> bypassed_;    ///< [level]: what may bypass it together
    std::vector<TensorSet> always_held_;              ///< [level]: what may not
    std::vector<int> longest_first_;                  ///< loops
    std::map<std::pair<int, int64_t>, std::unique_ptr<LoopTiles>> tiles_; ///< {loop, lanes}

    Order order_keeping(const std::vector<size_t> &sequence, LoopSet innermost) const;
    std::vector<Order> orders_with(LoopSet innermost) const;
    void make_orders();
    void choose_bypassed();
    bool may_hold(int level, size_t tensor) const;
    bool is_allowed(const Lanes &lanes, const Part &part, int loop, int64_t extent) const;
    /// Words of a level, for all lanes together.
    int64_t room(const Lanes &lanes, int level) const;
    bool may_fit(const Lanes &lanes, const Part &part, int cut, const Tile &tile) const;
    bool fits(const Lanes &lanes, const Part &part) const;
    /// What the array does in a tile's cuts, or more.
    struct Work {
        int64_t points = 1;
        int64_t energy = 0; ///< of the sums and the results
        PerTensor needed{}; ///< elements
    };
    Work work_of(const Lanes &lanes, const Tile &tile) const;
    Amount bound(const Lanes &lanes, const Part &part, const Work &work) const;
    Amount least_inside(const Lanes &lanes, const Part &part, const Tile &tile) const;

    int64_t tiles_indexing(size_t tensor, const Tile &tile) const;
    int64_t whole_elements(size_t tensor, const int64_t *extents) const;
    /// What fills, or drains, all tiles once.
    struct Moved {
        int64_t elements = 0, cycles = 0;
        int width = 1; ///< elements in a cycle
    };
    Moved moved(size_t tensor, const Tile &tile) const;
    int64_t moved_coordinates(const Dimension &dimension, const Tile &tile) const;
    int64_t dense_extent(size_t tensor, const Tile &tile) const;
    int64_t needed_elements(size_t tensor, const Tile &tile) const;
    int64_t fills(const Part &part, size_t tensor) const {
        return part.repeats[tensor] * tiles_indexing(tensor, part.tile);
    }
    PerTensor repeats_inside(const Part &part, const Order &order, const Tile &tile) const;
    void drain(Part &part) const;
    void hold(TensorSet bypassed, const std::array<Moved, max_tensors> &moved, Part &part) const;
    bool reaches_array(const Part &part) const;
    int64_t least_energy(const Lanes &lanes, const Part &part, const Work &work,
                         size_t tensor) const;
    int ragged_loops(const Part &part, const Tile &tile) const;
    int64_t least_cycles(const Part &part, const Work &work, size_t tensor) const;
    int64_t widest(const Part &part, size_t tensor) const;

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

    Step step_of(const Part &part, const Tile &tile) const;

    template <typename Excluded, typename Visit>
    void cut_loop(const Lanes &lanes, const Part &part, int cut, Tile &tile,
                  const Excluded &excluded, const Visit &visit) const {
        if (cut == loops_) {
            take_tile(lanes, part, tile, visit);
            return;
        }
        const int loop = longest_first_[size_t(cut)];
        for (const Tiling *tiling : lanes.tiles[loop]->cuts(part.tile[loop])) {
            tile[loop] = tiling;
            if (is_allowed(lanes, part, loop, tiling->extent) &&
                may_fit(lanes, part, cut + 1, tile) &&
                !excluded(least_inside(lanes, part, tile), ragged_loops(part, tile))) {
                cut_loop(lanes, part, cut + 1, tile, excluded, visit);
            }
        }
        tile[loop] = part.tile[loop];
    }

    template <typename Visit>
    void take_tile(const Lanes &lanes, const Part &part, const Tile &tile,
                   const Visit &visit) const {
        const std::vector<Order> &orders = orders_[part.level];
        Step step = step_of(part, tile);
        std::array<Moved, max_tensors> all_moved;
        for (size_t x = 0; x < tensors_; x++) {
            all_moved[x] = moved(x, tile);
        }
        for (size_t o = 0; o < orders.size(); o++) {
            Part inner{part.level - 1, tile, repeats_inside(part, orders[o], tile), part.source,
                       part.amount};
            drain(inner);
            step.order = int(o);
            for (const TensorSet bypassed : bypassed_[inner.level]) {
                Part held = inner;
                hold(bypassed, all_moved, held);
                if (reaches_array(held) && fits(lanes, held)) {
                    step.bypassed = bypassed;
                    visit(held, step);
                }
            }
        }
    }
};

} // namespace Orrery::optimizer
