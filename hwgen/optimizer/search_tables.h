#pragma once
#include "hwgen/optimizer/lattice.h"
#include "hwgen/optimizer/search.h"

#include <map>
#include <memory>
#include <vector>

namespace Orrery::optimizer {

constexpr int64_t no_energy = INT64_MAX / 4; ///< of what breaks a rule; sums of two do not overflow

/// From a tile to the larger tiles that a level may make of it: for every loop the divisors that
/// are multiples, and fit what is given.
class Steps {
public:
    Steps(const Lattice &lattice, const Constraints &constraints, int level);

    /// Calls visit(point) for all larger tiles; tiles for which enter(point) is false are left out
    /// with all their multiples.
    template <typename Enter, typename Visit>
    void walk(Lattice::Point from, const Enter &enter, const Visit &visit) const {
        walk(0, from, from, enter, visit);
    }
    bool possible(Lattice::Point from, Lattice::Point to) const;

private:
    const Lattice &lattice_;
    std::vector<std::vector<std::vector<int>>> next_; ///< [loop][divisor]: divisors

    template <typename Enter, typename Visit>
    void walk(int loop, Lattice::Point from, Lattice::Point to, const Enter &enter,
              const Visit &visit) const {
        const int i = lattice_.coordinate(from, loop);
        const Lattice::Point stride = lattice_.stride(loop);
        for (const int j : next_[loop][i]) {
            const Lattice::Point point = to + (j - i) * stride;
            if (!enter(point)) {
                continue;
            }
            if (loop + 1 == lattice_.loops()) {
                visit(point);
            } else {
                walk(loop + 1, from, point, enter, visit);
            }
        }
    }
};

/// What the search knows of every tile before it begins.
class SearchTables {
public:
    /// One order of the loops of a level, and what the accesses of each tensor are made of:
    /// outer[tile of the level inside] * inner[tile of the level] / divisor.
    struct OrderTables {
        std::vector<const int64_t *> outer, inner;
        int kept = 0; ///< tensor that stays: its outer is 1

        // At the level next to the array, by the tile of the array, over all tiles that contain it:
        std::vector<const int64_t *> least_inner;
        std::vector<int64_t>
            least_kept; ///< energy of `kept` at this level, and of those further out
    };

    SearchTables(const InterstellarModel &model, const Constraints &constraints);

    const Lattice &lattice() const { return lattice_; }
    const std::vector<OrderTables> &orders() const { return orders_; }
    /// Whether what is given lets the level have this order, where its loops make `to` of `from`.
    bool allows(int level, size_t order, Lattice::Point from, Lattice::Point to) const {
        const int kept = kept_[level];
        return kept < 0 || orders_[order].outer[kept][from] == orders_[order].outer[kept][to];
    }
    int junction() const { return junction_; }
    const std::vector<int64_t> &inside() const { return inside_.back(); }
    const std::vector<int64_t> &above() const { return above_[junction_]; }
    /// Some multiple of the tile is a tile of the level next to the array.
    bool leads_above(Lattice::Point tile) const { return orders_[0].least_kept[tile] != no_energy; }
    /// Words of the tile of the array fit into all of its memories.
    bool fits_array(Lattice::Point tile) const;
    const Steps &junction_steps() const { return steps_[junction_]; }

    /// Factors and orders of the levels inside a processing element, for its tile.
    void fill_inside(const std::vector<int64_t> &element_tile, Mapping &mapping) const;
    /// Of the levels beyond the one next to the array, for the tile of that one.
    void fill_above(Lattice::Point tile, Mapping &mapping) const;
    /// Energy of a level whose loops make `to` of `from`, with its best order.
    int64_t level_energy(int level, Lattice::Point from, Lattice::Point to,
                         size_t *order = nullptr) const;

private:
    const InterstellarModel &model_;
    Lattice lattice_;
    int junction_;           ///< level next to the array
    std::vector<int> kept_;  ///< of each level: the tensor that must stay, or -1
    std::vector<bool> free_; ///< nothing is given of the level
    std::vector<Steps> steps_;
    std::vector<int64_t> words_;
    std::map<LoopSet, std::vector<int64_t>> iterations_; ///< product over loops of extent / tile
    std::map<const int64_t *, std::vector<int64_t>> least_iterations_; ///< over the tiles above
    /// [level up to the array's][tile in a processing element]: energy of levels 1 to this one.
    std::vector<std::vector<int64_t>> inside_;
    /// [level above the array][tile]: energy of the levels further out.
    std::vector<std::vector<int64_t>> above_;
    std::vector<OrderTables> orders_;

    const std::vector<int64_t> &iterations(LoopSet loops);
    /// Whether a tile fits into a level: if it does not, none of its multiples does.
    auto holds(int level) const {
        const int64_t most = model_.hardware().levels[level].words;
        return [this, most](Lattice::Point tile) { return most == 0 || words_[tile] <= most; };
    }
    void set_level(int level, Lattice::Point from, Lattice::Point to, Mapping &mapping) const;
    void solve_inside();
    void solve_above();
    /// Least energy of `level` and those further out, for each tile of the level inside: over all
    /// pairs of tiles, where something is given of the level.
    std::vector<int64_t> least_of_given(int level) const;
    /// The same without pairs: the tensor that stays costs by the tile of the level alone. The
    /// others cost by the tile inside alone, among tiles of equal inner iterations; the best of
    /// these that contains a tile is found loop by loop (spread_least).
    std::vector<int64_t> least_of_free(int level) const;
    void add_group(int level, const OrderTables &order, const std::vector<int64_t> &inner,
                   const std::vector<Lattice::Point> &tiles, std::vector<int64_t> &least) const;
    void make_orders();
    void bound_orders();
};

} // namespace Orrery::optimizer
