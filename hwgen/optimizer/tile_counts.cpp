#include "hwgen/optimizer/tile_counts.h"

#include "hwgen/support/arithmetic.h"

namespace Orrery::optimizer {

TileCounts TileCounts::cut(int64_t tile) const {
    TileCounts result(std::vector<Count>{});
    for (const auto &[extent, tiles] : counts_) {
        result.add(tile, tiles * (extent / tile));
        result.add(extent % tile, tiles);
    }
    return result;
}

int64_t TileCounts::tiles() const {
    int64_t sum = 0;
    for (const auto &[extent, tiles] : counts_) {
        sum += tiles;
    }
    return sum;
}

int64_t TileCounts::tiles_of(int64_t tile) const {
    int64_t sum = 0;
    for (const auto &[extent, tiles] : counts_) {
        sum += tiles * divided_up(extent, tile);
    }
    return sum;
}

TileCounts TileCounts::windows(const TileCounts &other, int64_t coefficient) const {
    TileCounts result(1);
    result.counts_.clear();
    for (const auto &[extent, tiles] : counts_) {
        for (const auto &[positions, others] : other.counts_) {
            result.add(extent + coefficient * (positions - 1), tiles * others);
        }
    }
    return result;
}

void TileCounts::add(int64_t extent, int64_t tiles) {
    if (extent == 0 || tiles == 0) {
        return;
    }
    auto place = counts_.begin();
    while (place != counts_.end() && place->first > extent) {
        ++place;
    }
    if (place != counts_.end() && place->first == extent) {
        place->second += tiles;
    } else {
        counts_.insert(place, {extent, tiles});
    }
}

} // namespace Orrery::optimizer
