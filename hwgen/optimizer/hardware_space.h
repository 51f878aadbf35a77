#pragma once
#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/optimizer/lattice.h"
#include "hwgen/optimizer/search.h"

#include <array>
#include <tuple>
#include <vector>

namespace Orrery::optimizer {

/// The mappings among which search_hardware chooses, as a tree: from the whole problem inwards, one
/// tile after the other, each with the order of the loops that make it of the one around it.
class HardwareSpace {
public:
    static constexpr int most_tensors = 4;
    using PerTensor = std::array<int64_t, most_tensors>;
    using LevelPerTensor = std::array<int, most_tensors>;

    HardwareSpace(const InterstellarModel &model, const Constraints &constraints);

    const Hardware &hardware() const { return hardware_; }

    /// Energy in units, and cycles of the part of the hardware that works longest.
    struct Amount {
        int64_t energy = 0, cycles = 0;
    };
    /// The array: lanes of each loop.
    struct Lanes {
        std::vector<int64_t> factors;
        PerTensor distinct{}; ///< elements that the array reads at a point
        Amount least;         ///< of the sums, and of the cycles of the array
    };
    /// The tiles down to a level are chosen.
    struct Part {
        int level; ///< of the tile
        Lattice::Point tile;
        int64_t iterations = 1;  ///< of the loops further out
        PerTensor stays{};       ///< of these, those over which the tensor's copy stays
        LevelPerTensor source{}; ///< level of the tensor's innermost copy
        Amount amount;           ///< of the copies of this level and further out
    };
    /// The next tile, the order of the loops that make it, and the operands without a copy of it.
    struct Step {
        Lattice::Point tile;
        int order;
        TensorSet bypassed;
        bool operator<(const Step &other) const {
            return std::tie(tile, order, bypassed) <
                   std::tie(other.tile, other.order, other.bypassed);
        }
    };

    Lanes lanes(const std::vector<int64_t> &factors) const;
    Part whole() const;
    /// No mapping with this part costs less; at level 0, what it costs.
    Amount bound(const Lanes &lanes, const Part &part) const;

    /// Calls visit(part with one more level, step) for all tiles that fit, with each order and each
    /// set of operands that bypass the level.
    template <typename Visit>
    void each_child(const Lanes &lanes, const Part &part, const Visit &visit) const {
        const std::vector<Order> &orders = orders_[part.level];
        const bool sums = part.level == hardware_.last_level();
        const int64_t most_sums = room(lanes, part.level - 1);
        each_tile(lanes, part, 0, 0, [&](Lattice::Point tile) {
            if (sums && elements_[output_][tile] > most_sums) {
                return; // early, since most tiles end here
            }
            for (size_t o = 0; o < orders.size(); o++) {
                Part inner{part.level - 1, tile, 1, {}, part.source, part.amount};
                pass(part, orders[o], inner);
                for (const TensorSet bypassed : bypassed_[inner.level]) {
                    Part held = inner;
                    hold(bypassed, held);
                    if (reaches_array(held) && fits(lanes, held)) {
                        visit(held, Step{tile, int(o), bypassed});
                    }
                }
            }
        });
    }

    /// The mapping of a path from the whole problem to level 0.
    MappedLayer mapped(const LayerShape &shape, const std::vector<int64_t> &factors,
                       const std::vector<Axis> &axes, const std::vector<Step> &path) const;

private:
    /// Loops, innermost first.
    using Order = std::vector<int>;

    const Problem &problem_;
    const Hardware &hardware_;
    const Constraints &constraints_;
    Lattice lattice_;
    size_t tensors_;
    size_t output_ = 0;                               ///< tensor
    std::vector<LoopSet> indexing_;                   ///< [tensor]
    std::vector<std::vector<int64_t>> elements_;      ///< [tensor][tile]
    std::vector<std::vector<int64_t>> needed_;        ///< the same, without gaps of a stride
    std::vector<int64_t> read_energy_, write_energy_; ///< [level], in units
    std::vector<std::vector<Order>> orders_;          ///< [level]
    std::vector<std::vector<TensorSet>> bypassed_;    ///< [level]: what may bypass it together
    std::vector<std::vector<std::vector<int>>> divisors_of_; ///< [loop][divisor]: its divisors
    std::vector<std::vector<int>> widths_; ///< [tensor][tile]: elements that are moved in a cycle
    std::vector<std::vector<int64_t>> cycles_; ///< the same: in which the tile is moved

    Order order_keeping(size_t tensor, LoopSet first) const;
    void make_orders();
    void choose_bypassed();
    bool may_hold(int level, size_t tensor) const;
    void hold(TensorSet bypassed, Part &part) const;
    bool reaches_array(const Part &part) const;
    int64_t least_energy(const Lanes &lanes, const Part &part, size_t tensor) const;
    void pass(const Part &part, const Order &order, Part &inner) const;
    bool allowed(const Lanes &lanes, const Part &part, int loop, int64_t extent) const;
    /// Words of a level, for all lanes together.
    int64_t room(const Lanes &lanes, int level) const;
    bool fits(const Lanes &lanes, const Part &part) const;
    int64_t fills(const Part &part, size_t tensor) const {
        return part.iterations / part.stays[tensor];
    }
    /// Of sums that the array stores so often, and of the results.
    int64_t output_energy(int64_t stored) const;
    Amount array_amount(const Lanes &lanes, const Part &part) const;

    /// Tiles that divide the part's, loop by loop.
    template <typename Visit>
    void each_tile(const Lanes &lanes, const Part &part, int loop, Lattice::Point point,
                   const Visit &visit) const {
        if (loop == lattice_.loops()) {
            visit(point);
            return;
        }
        for (const int number : divisors_of_[loop][lattice_.coordinate(part.tile, loop)]) {
            if (allowed(lanes, part, loop, lattice_.divisors(loop)[size_t(number)])) {
                each_tile(lanes, part, loop + 1, point + number * lattice_.stride(loop), visit);
            }
        }
    }
};

} // namespace Orrery::optimizer
