#include "hwgen/frontend/scratch.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cstdlib>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Bytes that one tensor in DRAM may have.
constexpr int64_t max_tensor_bytes = int64_t(1) << 30;

void check_stages(const Network &network, const std::string &func) {
    const auto stages = std::count_if(network.stages.begin(), network.stages.end(),
                                      [&](const Stage &s) { return s.func == func; });
    if (stages != 1) {
        user_error("Func {0}: it is kept in DRAM, but {1} of its stages store it; only one can. "
                   "Let its pure definition be "
                   "the initial value of its only update (the update visits every element), or "
                   "keep {0} in a buffer and "
                   "copy it to a Func in DRAM",
                   user_name(func), stages);
    }
}

void check_lanes(const Network &network, const Storage &storage, const Stage &stage) {
    for (LevelId lane : stage.lanes) {
        const bool stored =
            std::count(storage.lane_dims.begin(), storage.lane_dims.end(), lane) > 0 ||
            std::any_of(stage.store.coordinates.begin(), stage.store.coordinates.end(),
                        [&](const Expr &e) { return uses_counter(e, lane); });
        if (!stored && network.levels[lane].max_extent > 1) {
            user_error("{0}: the lanes of loop {1} meet in one element of {2}, which is kept in "
                       "DRAM; do not unroll it, or "
                       "combine the lanes in a buffer first (rfactor)",
                       stage_label(stage), network.levels[lane].label, user_name(stage.func));
        }
    }
}

/// All loops of the reduction at their first iteration.
Expr first_visit(const Stage &stage) {
    Expr all = const_true();
    for (LevelId level : stage.first_visit) {
        all = all && counter_variable(level) == 0;
    }
    return simplify(all);
}

/// Takes load `removed`, which nothing uses, from the stage.
void remove_load(Stage &stage, int removed) {
    std::map<std::string, Expr> renumbered;
    for (int i = removed + 1; i < static_cast<int>(stage.loads.size()); i++) {
        const Halide::Type type = stage.loads[i].type;
        renumbered[load_variable(type, i).as<Variable>()->name] = load_variable(type, i - 1);
    }
    stage.value = substitute(renumbered, stage.value);
    stage.loads.erase(stage.loads.begin() + removed);
}

void make_plain(Stage &stage) {
    const int self = stage.self_load;
    if (self < 0) {
        return;
    }
    stage.self_load = -1;
    if (!stage.init.defined()) {
        return;
    }
    const Expr first = first_visit(stage), old = load_variable(stage.store.type, self);
    const Expr base = is_const_one(first) ? stage.init : select(first, stage.init, old);
    stage.value = substitute(old.as<Variable>()->name, base, stage.value);
    for (LevelId level : stage.first_visit) {
        for (size_t i = stage.init_loads_from; i < stage.loads.size(); i++) {
            stage.loads[i].predicate.push_back(counter_variable(level) == 0);
        }
    }
    if (is_const_one(first)) {
        remove_load(stage, self);
    } else {
        stage.loads[self].predicate = {simplify(!first)};
    }
}

/// Do the terms of a coordinate, in the order of their size, never reach the next one? Then the
/// coordinate tells all counters.
bool is_mixed_radix(std::vector<std::pair<int64_t, int64_t>> terms) {
    std::sort(terms.begin(), terms.end());
    int64_t reach = 0;
    for (const auto &[step, extent] : terms) {
        if (step <= reach) {
            return false;
        }
        reach += step * (extent - 1);
    }
    return true;
}

/// Do different counters of the loops `inside` always store different elements?
bool stores_once(const hwir::ExprPool &pool, const hwir::Process &process,
                 const std::vector<int> &inside) {
    std::vector<bool> told(process.loops.size(), false);
    for (const hwir::Index &index : process.store.indices) {
        std::vector<std::pair<int64_t, int64_t>> terms;
        bool affine = index.modulus == 0;
        for (int l : inside) {
            const int64_t k = std::abs(index.coefficients[l]), extent = process.loops[l].max_extent;
            auto in = [&](hwir::ExprId e) { return e.defined() && hwir::uses_counter(pool, e, l); };
            affine = affine && (extent == 1 || !(in(index.base) || in(index.lane_table)));
            if (k != 0 && extent > 1) {
                terms.push_back({k, extent});
            }
        }
        if (affine && is_mixed_radix(terms)) {
            for (int l : inside) {
                told[l] = told[l] || index.coefficients[l] != 0;
            }
        }
    }
    return std::all_of(inside.begin(), inside.end(),
                       [&](int l) { return told[l] || process.loops[l].max_extent == 1; });
}

} // namespace

void prepare_scratch(Network &network, const HardwareSchedule &schedule) {
    for (const Storage &storage : network.storages) {
        if (!schedule.in_dram(storage.func)) {
            continue;
        }
        check_stages(network, storage.func);
        for (Stage &stage : network.stages) {
            if (stage.func == storage.func) {
                check_lanes(network, storage, stage);
                make_plain(stage);
            }
        }
    }
}

ShapedTensor scratch_tensor(const Network &network, const Storage &storage) {
    const std::string name = user_name(storage.func);
    ShapedTensor shaped;
    hwir::Tensor &tensor = shaped.tensor;
    tensor.name = storage.func;
    tensor.type = translate_type(storage.type, "Func " + name);
    tensor.direction = hwir::Direction::Scratch;
    if (tensor.type.bits % 8 != 0) {
        user_error(
            "Func {}: it is kept in DRAM, but its elements are no whole bytes; cast it to uint8",
            name);
    }
    std::vector<int64_t> extents = storage.max_extents;
    for (LevelId lane : storage.lane_dims) {
        extents.push_back(network.levels[lane].max_extent);
    }
    int64_t elements = 1;
    for (int64_t extent : extents) {
        shaped.shape.push_back({0, static_cast<int>(extent), static_cast<int>(elements)});
        elements *= extent;
        if (elements > max_tensor_bytes / (tensor.type.bits / 8)) {
            user_error("Func {}: its tensor in DRAM would take more than the limit of {} bytes; "
                       "compute it at an inner loop",
                       name, max_tensor_bytes);
        }
    }
    return shaped;
}

int pass_depth(const hwir::ExprPool &pool, const hwir::Process &process, int generation) {
    std::vector<int> inside = hwir::lane_loops(process);
    int depth = process.serial_count();
    while (depth > generation) {
        inside.push_back(depth - 1);
        if (!stores_once(pool, process, inside)) {
            break;
        }
        depth--;
    }
    return depth;
}

} // namespace Orrery::frontend
