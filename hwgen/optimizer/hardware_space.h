#pragma once
#include "hwgen/optimizer/part_cost.h"

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
    HardwareSpace(const InterstellarModel &model, const Constraints &constraints);

    const Hardware &hardware() const { return hardware_; }

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
    MappingPart whole(const Lanes &lanes) const;
    /// No mapping with this part costs less; at level 0, what it costs.
    Amount bound(const Lanes &lanes, const MappingPart &part) const {
        return cost_.bound(lanes, part);
    }

    /// Calls visit(part with one more level, step) for all tiles that fit, with each order and each
    /// set of operands that bypass the level. Left out are those of which excluded(bound, ragged
    /// loops) says, of what they and others have at least, that they are of no interest.
    template <typename Excluded, typename Visit>
    void each_child(const Lanes &lanes, const MappingPart &part, const Excluded &excluded,
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
    PartCost cost_;
    int loops_;
    size_t tensors_;
    size_t output_;                                ///< tensor
    std::vector<std::vector<Order>> orders_;       ///< [level]
    std::vector<std::vector<TensorSet>> bypassed_; ///< [level]: what may bypass it together
    std::vector<TensorSet> always_held_;           ///< [level]: what may not
    std::vector<int> longest_first_;               ///< loops
    std::map<std::pair<int, int64_t>, std::unique_ptr<LoopTiles>> tiles_; ///< {loop, lanes}

    Order order_keeping(const std::vector<size_t> &sequence, LoopSet innermost) const;
    std::vector<Order> orders_with(LoopSet innermost) const;
    void make_orders();
    void choose_bypassed();
    bool is_allowed(const Lanes &lanes, const MappingPart &part, int loop, int64_t extent) const;
    bool may_fit(const Lanes &lanes, const MappingPart &part, int cut, const Tile &tile) const;
    bool reaches_array(const MappingPart &part) const;
    PerTensor repeats_inside(const MappingPart &part, const Order &order, const Tile &tile) const;
    Amount least_inside(const Lanes &lanes, const MappingPart &part, const Tile &tile) const;
    int ragged_loops(const MappingPart &part, const Tile &tile) const;
    Step step_of(const MappingPart &part, const Tile &tile) const;

    template <typename Excluded, typename Visit>
    void cut_loop(const Lanes &lanes, const MappingPart &part, int cut, Tile &tile,
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
    void take_tile(const Lanes &lanes, const MappingPart &part, const Tile &tile,
                   const Visit &visit) const {
        const std::vector<Order> &orders = orders_[part.level];
        Step step = step_of(part, tile);
        std::array<PartCost::Moved, max_tensors> all_moved;
        for (size_t x = 0; x < tensors_; x++) {
            all_moved[x] = cost_.moved(x, tile);
        }
        for (size_t o = 0; o < orders.size(); o++) {
            MappingPart inner{part.level - 1, tile, repeats_inside(part, orders[o], tile),
                              part.source, part.amount};
            cost_.drain(all_moved[output_], inner);
            step.order = int(o);
            for (const TensorSet bypassed : bypassed_[inner.level]) {
                MappingPart held = inner;
                cost_.hold(bypassed, all_moved, held);
                if (reaches_array(held) && cost_.fits(lanes, held)) {
                    step.bypassed = bypassed;
                    visit(held, step);
                }
            }
        }
    }
};

} // namespace Orrery::optimizer
