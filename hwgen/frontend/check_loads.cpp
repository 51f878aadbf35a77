#include "hwgen/frontend/check_loads.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// All that must hold at a point where the load happens, as far as counters tell.
Expr conditions_of(const Network &network, const Stage &stage, const StageAccess &load) {
    Expr all = Halide::Internal::const_true();
    const auto add = [&](const Expr &c) {
        if (!reads_memory(c)) {
            all = all && c;
        }
    };
    for (LevelId level : stage.nest) {
        if (network.levels[level].kind == LevelKind::Guard) {
            add(network.levels[level].condition);
        }
    }
    for (const std::vector<Expr> *conditions : {&stage.predicate, &load.predicate}) {
        for (const Expr &c : *conditions) {
            add(c);
        }
    }
    return all;
}

} // namespace

void check_loads(const Network &network) {
    const CounterSpace space(network.levels);
    for (const Stage &stage : network.stages) {
        for (const StageAccess &load : stage.loads) {
            const Storage *buffer = load.is_tensor ? nullptr : network.find_storage(load.memory);
            for (size_t d = 0; buffer && d < load.coordinates.size(); d++) {
                const Expr element = simplify(load.coordinates[d] - buffer->min[d]);
                const auto inside = [&](const std::optional<hwir::Interval> &range) {
                    return !range || range->min > range->max ||
                           (range->min >= 0 && range->max < buffer->max_extents[d]);
                };
                if (inside(space.range(element, stage.nest))) {
                    continue;
                }
                const Expr reached = select(conditions_of(network, stage, load), element, 0);
                const bool is_inside = inside(space.exact_range(reached, stage.nest));
                if (!is_inside && load.previous) {
                    user_error("{}: it reads more of the last step than {} has in dimension {}; "
                               "clamp the coordinate, or let {} compute more",
                               stage_label(stage), user_name(load.memory), d,
                               user_name(load.memory));
                }
                if (!is_inside) {
                    user_error("{}: it reads {} beyond what is computed of it in dimension {}, "
                               "because it is rounded up itself; use TailStrategy::GuardWithIf in "
                               "the splits of {}",
                               stage_label(stage), user_name(load.memory), d,
                               user_name(stage.func));
                }
            }
        }
    }
}

} // namespace Orrery::frontend
