#include "hwgen/frontend/trim_buffers.h"

#include "hwgen/frontend/counter_space.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Collects the greatest coordinates with which buffers are accessed.
class Trimmer {
    Network &network;
    const CounterSpace space;

public:
    explicit Trimmer(Network &n) : network(n), space(n.levels) {}

    void run() {
        for (Storage &storage : network.storages) {
            for (size_t d = 0; d < storage.max_extents.size(); d++) {
                const int64_t used = used_extent(storage, d);
                storage.max_extents[d] = std::min(storage.max_extents[d], used);
            }
        }
    }

private:
    int64_t used_extent(const Storage &storage, size_t dimension) const {
        int64_t extent = 1;
        for (const Stage &stage : network.stages) {
            if (stage.folded_away) {
                continue;
            }
            if (stage.func == storage.func) {
                extent = std::max(extent, reach(storage, stage, stage.store, dimension));
            }
            for (const StageAccess &load : stage.loads) {
                if (!load.is_tensor && load.memory == storage.func) {
                    extent = std::max(extent, reach(storage, stage, load, dimension));
                }
            }
        }
        return extent;
    }

    /// Elements of a dimension up to the last one that is accessed.
    int64_t reach(const Storage &storage, const Stage &stage, const StageAccess &access,
                  size_t dimension) const {
        std::vector<Expr> conditions = access.predicate;
        conditions.insert(conditions.end(), stage.enables.begin(), stage.enables.end());
        const Expr element = simplify(access.coordinates[dimension] - storage.min[dimension]);
        const auto range = space.range(element, stage.nest, conditions);
        return range ? range->max + 1 : storage.max_extents[dimension];
    }
};

} // namespace

void trim_buffers(Network &network) { Trimmer(network).run(); }

} // namespace Orrery::frontend
