#include "hwgen/optimizer/access_model.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

namespace {

/// Iterations of a loop in a tile of the array, and how they are spread: in each of `steps` steps
/// the array does `lanes` of them, in the last one what is left.
struct Spread {
    int64_t extent, lanes;
    int64_t steps() const { return (extent + lanes - 1) / lanes; }
};

/// Extents of a tile of the level, the lanes of the array included.
std::vector<int64_t> level_tile(const MappedLayer &mapped, const std::vector<NestLoop> &nest,
                                int level) {
    std::vector<int64_t> tile;
    for (const Loop &loop : mapped.problem.loops) {
        tile.push_back(loop.extent);
    }
    for (const NestLoop &loop : nest) {
        if (loop.level > level) {
            tile[loop.loop] = loop.inside;
        }
    }
    return tile;
}

class Counter {
public:
    explicit Counter(const MappedLayer &mapped) : mapped_(mapped), nest_(nest_of(mapped)) {
        const std::vector<int64_t> tile = tile_of(mapped.array_level);
        for (size_t d = 0; d < tile.size(); d++) {
            spread_.push_back({tile[d], mapped.mapping.spatial(int(d))});
        }
        for (const NestLoop &loop : nest_) {
            tiles_ *= loop.level > mapped.array_level ? loop.factor : 1;
        }
    }

    HardwareAccesses run() const {
        HardwareAccesses result;
        result.points = points();
        result.operations = tiles_;
        for (const Spread &spread : spread_) {
            result.operations *= spread.extent;
        }
        for (size_t x = 0; x < mapped_.problem.tensors.size(); x++) {
            const Tensor &tensor = mapped_.problem.tensors[x];
            result.copies.push_back(tensor.output ? std::vector<CopyAccesses>() : copies_of(x));
            if (tensor.output) {
                result.sums.level = mapped_.last_level() - 1;
                result.sums.fills = fills(tensor, result.sums.level);
                result.sums.writes = stored(tensor);
                result.outputs = Problem::elements(tensor, tile_of(mapped_.last_level()).data());
                // Each is read to be added to, and once more when it is finished.
                result.sums.reads = read_by_array(tensor) + result.outputs;
            }
        }
        return result;
    }

private:
    const MappedLayer &mapped_;
    std::vector<NestLoop> nest_;
    std::vector<Spread> spread_; ///< of each loop
    int64_t tiles_ = 1;          ///< tiles of the array

    std::vector<int64_t> tile_of(int level) const { return level_tile(mapped_, nest_, level); }

    int64_t fills(const Tensor &tensor, int level) const {
        const int last = refill_loop(mapped_, nest_, tensor, level);
        int64_t product = 1;
        for (int i = 0; i <= last; i++) {
            product *= nest_[i].factor;
        }
        return product;
    }

    std::vector<CopyAccesses> copies_of(size_t number) const {
        const Tensor &tensor = mapped_.problem.tensors[number];
        std::vector<CopyAccesses> copies;
        for (int level = mapped_.last_level() - 1; level >= 0; level--) {
            if (mapped_.mapping.bypasses(level, number)) {
                continue;
            }
            CopyAccesses copy{level, fills(tensor, level), 0, 0};
            copy.writes = copy.fills * Problem::elements(tensor, tile_of(level).data());
            if (!copies.empty()) {
                copies.back().reads = copy.writes;
            }
            copies.push_back(copy);
        }
        ORRERY_CHECK(!copies.empty(), "all levels bypass {}", tensor.name);
        copies.back().reads = read_by_array(tensor);
        return copies;
    }

    /// Points of the array: its tiles, each in steps of the lanes.
    int64_t points() const {
        int64_t product = tiles_;
        for (const Spread &spread : spread_) {
            product *= spread.steps();
        }
        return product;
    }

    /// Elements that the array stores, of lanes that have work.
    int64_t stored(const Tensor &output) const {
        const LoopSet indexing = mapped_.problem.loops_of(output);
        int64_t product = tiles_;
        for (size_t d = 0; d < spread_.size(); d++) {
            product *= (indexing >> d & 1) != 0 ? spread_[d].extent : spread_[d].steps();
        }
        return product;
    }

    /// Elements that the array reads: at every point the different ones of all lanes, also of those
    /// that have no work in a last round that is a partial one.
    int64_t read_by_array(const Tensor &tensor) const {
        std::vector<int64_t> lanes;
        for (const Spread &spread : spread_) {
            lanes.push_back(spread.lanes);
        }
        return points() * Problem::distinct_elements(tensor, lanes);
    }
};

} // namespace

std::vector<NestLoop> nest_of(const MappedLayer &mapped) {
    std::vector<int64_t> left;
    for (const Loop &loop : mapped.problem.loops) {
        left.push_back(loop.extent);
    }
    std::vector<NestLoop> nest;
    for (int level = mapped.last_level(); level >= 0; level--) {
        const std::vector<int> &order = mapped.mapping.order[level];
        for (auto loop = order.rbegin(); loop != order.rend(); ++loop) {
            const int64_t factor = mapped.mapping.temporal[level][*loop];
            left[*loop] = (left[*loop] + factor - 1) / factor;
            if (factor > 1) {
                nest.push_back({level, *loop, factor, left[*loop]});
            }
        }
    }
    return nest;
}

int refill_loop(const MappedLayer &mapped, const std::vector<NestLoop> &nest, const Tensor &tensor,
                int level) {
    const LoopSet indexing = mapped.problem.loops_of(tensor);
    int found = -1;
    for (size_t i = 0; i < nest.size() && nest[i].level > level; i++) {
        found = (indexing >> nest[i].loop & 1) != 0 ? int(i) : found;
    }
    return found;
}

HardwareAccesses hardware_accesses(const MappedLayer &mapped) { return Counter(mapped).run(); }

int greatest_divisor(int64_t extent, int most) {
    while (extent % most != 0) {
        most--;
    }
    return most;
}

int fill_width(const MappedLayer &mapped, int level) {
    const int channels = mapped.problem.find_loop("C");
    return channels < 0 ? 1
                        : greatest_divisor(level_tile(mapped, nest_of(mapped), level)[channels],
                                           most_fill_width);
}

int drain_width(const MappedLayer &mapped) {
    const int filters = mapped.problem.find_loop("K");
    return filters < 0 ? 1
                       : greatest_divisor(
                             level_tile(mapped, nest_of(mapped), mapped.last_level() - 1)[filters],
                             most_drain_width);
}

} // namespace Orrery::optimizer
