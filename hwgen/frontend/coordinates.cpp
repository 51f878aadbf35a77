#include "hwgen/frontend/coordinates.h"

#include "hwgen/frontend/assumptions.h"

namespace Orrery::frontend {

Expr reduced_coordinate(const Network &network, const Stage &stage, const StageAccess &access,
                        size_t d, const Expr &origin) {
    const CounterSpace space(network.levels);
    Assumptions assumptions(space);
    for (LevelId id : stage.nest) {
        const Level &level = network.levels[id];
        if (level.kind == LevelKind::Guard) {
            assumptions.add(level.condition);
        }
    }
    for (const Expr &c : stage.enables) {
        assumptions.add(c);
    }
    for (const Expr &c : access.predicate) {
        assumptions.add(c);
    }
    return assumptions.reduce(Halide::Internal::simplify(access.coordinates[d] - origin));
}

} // namespace Orrery::frontend
