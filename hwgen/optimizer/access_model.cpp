#include "hwgen/optimizer/access_model.h"

#include "hwgen/optimizer/tile_counts.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

namespace {

/// Extents of a tile of the level, the lanes of the array included.
std::vector<int64_t> level_tile(const MappedLayer &mapped, const std::vector<NestLoop> &nest,
                                int level) {
    std::vector<int64_t> tile = mapped.problem.extents();
    for (const NestLoop &loop : nest) {
        if (loop.level > level) {
            tile[loop.loop] = loop.inside;
        }
    }
    return tile;
}

/// Of a tile, along the dense dimension.
int64_t dense_extent(const Tensor &tensor, const std::vector<int64_t> &tile) {
    return tensor.dense < 0 ? 1
                            : Problem::extent(tensor.dimensions[size_t(tensor.dense)], tile.data());
}

class Counter {
public:
    explicit Counter(const MappedLayer &mapped) : mapped_(mapped), nest_(nest_of(mapped)) {
        for (int d = 0; d < int(mapped.problem.loops.size()); d++) {
            lanes_.push_back(mapped.mapping.spatial(d));
            steps_.push_back(cut(d, inside_of(0)).tiles_of(lanes_.back()));
        }
    }

    HardwareAccesses run() const {
        HardwareAccesses result;
        result.points = points();
        result.operations = mapped_.problem.operations();
        for (size_t x = 0; x < mapped_.problem.tensors.size(); x++) {
            const Tensor &tensor = mapped_.problem.tensors[x];
            result.copies.push_back(tensor.output ? std::vector<CopyAccesses>() : copies_of(x));
            if (tensor.output) {
                const int level = mapped_.last_level() - 1;
                result.sums.level = level;
                result.sums.fills = fills(tensor, level);
                result.sums.writes = stored(tensor);
                result.outputs = elements(tensor);
                result.drain_cycles =
                    chunks(tensor, refill_loops(tensor, level), drain_width(mapped_));
                // Each is read to be added to, and once more when it is finished; in a chunk that
                // is a partial one, lanes without work read too.
                result.sums.reads =
                    read_by_array(tensor) + result.drain_cycles * drain_width(mapped_);
            }
        }
        return result;
    }

private:
    const MappedLayer &mapped_;
    std::vector<NestLoop> nest_;
    std::vector<int64_t> lanes_, steps_; ///< of each loop: in the array; of these, in all tiles

    /// Loops of the nest that are further out than the tiles of the level.
    size_t inside_of(int level) const {
        size_t loops = 0;
        while (loops < nest_.size() && nest_[loops].level > level) {
            loops++;
        }
        return loops;
    }

    /// What the first loops of the nest make of a loop of the problem.
    TileCounts cut(int loop, size_t nest_loops) const {
        TileCounts counts(mapped_.problem.loops[size_t(loop)].extent);
        for (size_t i = 0; i < nest_loops; i++) {
            counts = nest_[i].loop == loop ? counts.cut(nest_[i].inside) : counts;
        }
        return counts;
    }

    size_t refill_loops(const Tensor &tensor, int level) const {
        return size_t(refill_loop(mapped_, nest_, tensor, level) + 1);
    }

    int64_t fills(const Tensor &tensor, int level) const {
        int64_t product = 1;
        for (int d = 0; d < int(lanes_.size()); d++) {
            product *= cut(d, refill_loops(tensor, level)).tiles();
        }
        return product;
    }

    int64_t elements(const Tensor &tensor) const {
        return Problem::elements(tensor, mapped_.problem.extents().data());
    }

    /// Chunks of `width` neighbours along the dense dimension in all tiles that the first loops of
    /// the nest make of the tensor; the last one of a tile may be a partial one.
    int64_t chunks(const Tensor &tensor, size_t outside, int width) const {
        int64_t product = 1;
        for (size_t i = 0; i < tensor.dimensions.size(); i++) {
            TileCounts extents(1);
            for (const Dimension::Term &term : tensor.dimensions[i].terms) {
                extents = extents.windows(cut(term.loop, outside), term.coefficient);
            }
            product *= extents.tiles_of(int(i) == tensor.dense ? width : 1);
        }
        return product;
    }

    /// Chunks of all fills together: elements, if the width is 1.
    int64_t moved(const Tensor &tensor, int level, int width) const {
        const LoopSet indexing = mapped_.problem.loops_of(tensor);
        const size_t outside = refill_loops(tensor, level);
        int64_t product = chunks(tensor, outside, width);
        for (int d = 0; d < int(lanes_.size()); d++) {
            product *= (indexing >> d & 1) != 0 ? 1 : cut(d, outside).tiles();
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
            const int width = fill_width(mapped_, tensor, level);
            CopyAccesses copy{level, fills(tensor, level), 0, moved(tensor, level, 1),
                              moved(tensor, level, width)};
            if (!copies.empty()) {
                copies.back().reads = copy.cycles * width;
            }
            copies.push_back(copy);
        }
        ORRERY_CHECK(!copies.empty(), "all levels bypass {}", tensor.name);
        copies.back().reads = read_by_array(tensor);
        return copies;
    }

    /// Points of the array: its tiles, each in steps of the lanes.
    int64_t points() const {
        int64_t product = 1;
        for (const int64_t steps : steps_) {
            product *= steps;
        }
        return product;
    }

    /// Elements that the array stores, of lanes that have work.
    int64_t stored(const Tensor &output) const {
        const LoopSet indexing = mapped_.problem.loops_of(output);
        int64_t product = 1;
        for (size_t d = 0; d < steps_.size(); d++) {
            product *= (indexing >> d & 1) != 0 ? mapped_.problem.loops[d].extent : steps_[d];
        }
        return product;
    }

    /// Elements that the array reads: at every point the different ones of all lanes, also of those
    /// that have no work in a last round that is a partial one.
    int64_t read_by_array(const Tensor &tensor) const {
        return points() * Problem::distinct_elements(tensor, lanes_);
    }
};

} // namespace

std::vector<NestLoop> nest_of(const MappedLayer &mapped) {
    std::vector<int64_t> left = mapped.problem.extents();
    std::vector<NestLoop> nest;
    for (int level = mapped.last_level(); level >= 0; level--) {
        const std::vector<int> &order = mapped.mapping.order[level];
        for (auto loop = order.rbegin(); loop != order.rend(); ++loop) {
            const int64_t factor = mapped.mapping.temporal[level][*loop];
            left[*loop] = mapped.mapping.inside(level, *loop, left[*loop]);
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

int width_of(const Tensor &tensor, int64_t dense_extent) {
    const int64_t cycles =
        divided_up(dense_extent, tensor.output ? most_drain_width : most_fill_width);
    return int(divided_up(dense_extent, cycles));
}

int fill_width(const MappedLayer &mapped, const Tensor &tensor, int level) {
    return width_of(tensor, dense_extent(tensor, level_tile(mapped, nest_of(mapped), level)));
}

int drain_width(const MappedLayer &mapped) {
    for (const Tensor &tensor : mapped.problem.tensors) {
        if (tensor.output) {
            return fill_width(mapped, tensor, mapped.last_level() - 1);
        }
    }
    ORRERY_CHECK(false, "{} has no output", mapped.problem.name);
}

} // namespace Orrery::optimizer
