#include "hwgen/optimizer/loop_tiles.h"

#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

const std::map<std::string, Factors> &factor_kinds() {
    static const std::map<std::string, Factors> all = {
        {"divide", Factors::Divide}, {"ceil", Factors::Ceil}, {"all", Factors::All}};
    return all;
}

Factors factors_named(const std::string &option, const std::string &name) {
    const auto found = factor_kinds().find(name);
    if (found == factor_kinds().end()) {
        user_error("{} {}: expected divide, ceil or all", option, name);
    }
    return found->second;
}

LoopTiles::LoopTiles(int64_t extent, int64_t lanes, Factors factors)
    : lanes_(lanes), factors_(factors), whole_(tiling_of(TileCounts(extent))) {}

const std::vector<const Tiling *> &LoopTiles::cuts(const Tiling *tiling) const {
    if (const auto *known = tiling->cuts_.load(std::memory_order_acquire)) {
        return *known;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto *known = tiling->cuts_.load(std::memory_order_relaxed)) {
        return *known;
    }
    const TileCounts tiles(tiling->counts);
    std::vector<const Tiling *> &cuts = cuts_.emplace_back();
    for (const int64_t extent : extents_in(tiling->extent)) {
        cuts.push_back(tiling_of(tiles.cut(extent)));
    }
    tiling->cuts_.store(&cuts, std::memory_order_release);
    return cuts;
}

const Tiling *LoopTiles::tiling_of(const TileCounts &tiles) const {
    const auto [place, fresh] = tilings_.try_emplace(tiles.counts());
    Tiling &tiling = place->second;
    if (fresh) {
        tiling.counts = tiles.counts();
        tiling.extent = tiles.counts().front().first;
        tiling.tiles = tiles.tiles();
        tiling.steps = tiles.tiles_of(lanes_);
    }
    return &tiling;
}

/// Of the tiles that are tried of one with this extent.
std::vector<int64_t> LoopTiles::extents_in(int64_t extent) const {
    std::vector<int64_t> extents;
    for (int64_t tile = 1; tile <= extent; tile++) {
        const int64_t factor = divided_up(extent, tile), least = divided_up(extent, factor);
        const bool tried =
            factors_ == Factors::Divide ? extent % tile == 0
            : factors_ == Factors::Ceil
                // The lanes take the fewest steps in tiles that are a multiple of them.
                ? tile == least || tile == divided_up(least, lanes_) * lanes_
                : true;
        if (tried) {
            extents.push_back(tile);
        }
    }
    return extents;
}

} // namespace Orrery::optimizer
