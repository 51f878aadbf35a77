#pragma once
#include "hwgen/optimizer/factors.h"
#include "hwgen/optimizer/tile_counts.h"

#include <atomic>
#include <deque>
#include <map>
#include <mutex>

namespace Orrery::optimizer {

/// A loop that was cut into tiles, some of them ragged: what a search needs to know of it.
struct Tiling {
    std::vector<TileCounts::Count> counts; ///< by descending extent; whole tiles are the first
    int64_t extent = 1;                    ///< of a whole tile
    int64_t tiles = 1;                     ///< in all
    int64_t steps = 1;                     ///< of the lanes, in all tiles

private:
    friend class LoopTiles;
    mutable std::atomic<const std::vector<const Tiling *> *> cuts_{nullptr};
};

/// All ways to cut a loop into tiles, these into further ones, and so on. They are made when they
/// are asked for first, by any thread; equal ones are one object.
class LoopTiles {
public:
    /// Of a loop of which the array has so many lanes.
    LoopTiles(int64_t extent, int64_t lanes, Factors factors);

    const Tiling *whole() const { return whole_; }
    /// Each cut into tiles of one extent, by ascending extent; the last one is uncut.
    const std::vector<const Tiling *> &cuts(const Tiling *tiling) const;

private:
    int64_t lanes_;
    Factors factors_;
    mutable std::mutex mutex_; ///< of what follows
    mutable std::map<std::vector<TileCounts::Count>, Tiling> tilings_;
    mutable std::deque<std::vector<const Tiling *>> cuts_;
    const Tiling *whole_;

    const Tiling *tiling_of(const TileCounts &tiles) const;
    std::vector<int64_t> extents_in(int64_t extent) const;
};

} // namespace Orrery::optimizer
