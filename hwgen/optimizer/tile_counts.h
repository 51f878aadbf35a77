#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace Orrery::optimizer {

/// A loop that is cut into tiles, and these again: how many there are of each extent. Where a tile
/// does not divide what it is cut from, the last one is what is left, and has fewer tiles inside.
class TileCounts {
public:
    /// Extent of a tile, tiles of it.
    using Count = std::pair<int64_t, int64_t>;

    explicit TileCounts(int64_t extent) : counts_{{extent, 1}} {}
    /// By descending extent.
    explicit TileCounts(std::vector<Count> counts) : counts_(std::move(counts)) {}

    /// All of them cut into tiles of this extent.
    TileCounts cut(int64_t tile) const;
    int64_t tiles() const;
    /// cut(tile).tiles()
    int64_t tiles_of(int64_t tile) const;
    /// Each of them together with each of the other loop's, along one dimension of a tensor:
    /// extents of (this one's counter) + coefficient * (the other one's).
    TileCounts windows(const TileCounts &other, int64_t coefficient) const;
    /// By descending extent; whole tiles are the first.
    const std::vector<Count> &counts() const { return counts_; }

private:
    std::vector<Count> counts_;

    void add(int64_t extent, int64_t tiles);
};

} // namespace Orrery::optimizer
