#include "hwgen/frontend/lanes.h"

#include "hwgen/frontend/expressions.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

bool contains(const std::vector<LevelId> &levels, LevelId level) {
    return std::find(levels.begin(), levels.end(), level) != levels.end();
}

bool any_uses(const std::vector<Expr> &exprs, LevelId level) {
    return std::any_of(exprs.begin(), exprs.end(),
                       [&](const Expr &e) { return uses_counter(e, level); });
}

/// Does what the stage writes, or where or whether it writes, depend on a lane outside the Realize?
bool stage_depends(const Network &network, const Storage &storage, const Stage &stage,
                   LevelId lane) {
    for (size_t i = storage.prefix.size(); i < stage.nest.size(); i++) {
        const Level &level = network.levels[stage.nest[i]];
        if (uses_counter(level.min, lane) || uses_counter(level.extent, lane)) {
            return true;
        }
    }
    if (any_uses(stage.store.coordinates, lane) || any_uses(stage.predicate, lane) ||
        uses_counter(stage.value, lane)) {
        return true;
    }
    for (const StageAccess &load : stage.loads) {
        const Storage *source = network.find_storage(load.memory);
        const bool from_lane = source && source != &storage && contains(source->lane_dims, lane);
        if (any_uses(load.coordinates, lane) || any_uses(load.predicate, lane) || from_lane) {
            return true;
        }
    }
    return false;
}

bool storage_depends(const Network &network, const Storage &storage, LevelId lane) {
    if (any_uses(storage.min, lane)) {
        return true;
    }
    return std::any_of(network.stages.begin(), network.stages.end(), [&](const Stage &stage) {
        return stage.func == storage.func && stage_depends(network, storage, stage, lane);
    });
}

/// Splits the nest of one stage.
class NestSplit {
    const Network &network;
    Stage &stage;
    const Storage *own;
    std::vector<LevelId> outer_lanes; // all lanes met so far
    Scope<Interval> dropped_scope;    // those that the stage leaves out
    std::vector<LevelId> dropped;

public:
    NestSplit(const Network &n, Stage &s) : network(n), stage(s), own(n.find_storage(s.func)) {}

    void run() {
        for (LevelId id : stage.nest) {
            if (network.levels[id].kind == LevelKind::Lane) {
                add_lane(id);
            }
        }
        for (LevelId id : stage.nest) {
            switch (network.levels[id].kind) {
            case LevelKind::Lane:
                outer_lanes.push_back(id);
                break;
            case LevelKind::Serial:
                add_serial(id);
                break;
            case LevelKind::Guard:
                add_guard(id);
                break;
            }
        }
        for (const Expr &c : stage.predicate) {
            add_enable(c);
        }
    }

private:
    void add_lane(LevelId id) {
        const Level &level = network.levels[id];
        if (own && contains(own->prefix, id) && !contains(own->lane_dims, id)) {
            dropped.push_back(id);
            dropped_scope.push(counter_variable(id).as<Variable>()->name,
                               Interval(0, static_cast<int>(level.max_extent - 1)));
            return;
        }
        stage.lanes.push_back(id);
        if (!is_const(level.extent)) {
            add_enable(counter_variable(id) < level.extent);
        }
    }

    /// A condition on lanes that the stage leaves out holds if it does for any of them.
    void add_enable(const Expr &condition) {
        Expr c = condition;
        const auto by_dropped = [&] {
            return std::any_of(dropped.begin(), dropped.end(),
                               [&](LevelId lane) { return uses_counter(c, lane); });
        };
        if (by_dropped()) {
            c = simplify(or_condition_over_domain(c, dropped_scope));
        }
        for (size_t i = 0; by_dropped() && i < dropped.size(); i++) {
            c = holds_for_any(c, dropped[i]);
        }
        if (!is_const_one(c)) {
            stage.enables.push_back(c);
        }
    }

    Expr holds_for_any(const Expr &condition, LevelId lane) const {
        const std::string name = counter_variable(lane).as<Variable>()->name;
        Expr any = const_false();
        for (int i = 0; i < network.levels[lane].max_extent; i++) {
            any = any || substitute(name, i, condition);
        }
        return simplify(any);
    }

    bool depends_on_lanes(const Expr &e) const {
        return std::any_of(outer_lanes.begin(), outer_lanes.end(),
                           [&](LevelId lane) { return uses_counter(e, lane); });
    }

    void add_serial(LevelId id) {
        const Level &level = network.levels[id];
        if (!depends_on_lanes(level.extent)) {
            stage.serial.push_back({id, level.extent});
            return;
        }
        // The lanes have different numbers of iterations: all run to the maximum, some of them
        // disabled.
        stage.serial.push_back({id, Expr(static_cast<int>(level.max_extent))});
        add_enable(counter_variable(id) < level.extent);
    }

    void add_guard(LevelId id) {
        const Level &level = network.levels[id];
        if (depends_on_lanes(level.condition)) {
            add_enable(level.condition);
        } else {
            stage.serial.push_back({id, level.extent});
        }
    }
};

} // namespace

void share_lanes(Network &network) {
    // A buffer may depend on a lane through another buffer: repeat until nothing changes.
    for (bool changed = true; changed;) {
        changed = false;
        for (Storage &storage : network.storages) {
            for (LevelId id : storage.prefix) {
                const bool lane = network.levels[id].kind == LevelKind::Lane;
                if (lane && !contains(storage.lane_dims, id) &&
                    storage_depends(network, storage, id)) {
                    storage.lane_dims.push_back(id);
                    changed = true;
                }
            }
            std::sort(storage.lane_dims.begin(), storage.lane_dims.end());
        }
    }
}

void order_lanes(Network &network) {
    for (Stage &stage : network.stages) {
        NestSplit(network, stage).run();
    }
}

} // namespace Orrery::frontend
