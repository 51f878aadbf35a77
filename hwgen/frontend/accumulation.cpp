#include "hwgen/frontend/accumulation.h"

#include "hwgen/frontend/coordinates.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;
using hwir::ReduceOp;

namespace {

bool same_element(const Network &network, const Stage &stage, const StageAccess &load) {
    for (size_t d = 0; d < stage.store.coordinates.size(); d++) {
        const auto reduced = [&](const StageAccess &access) {
            return reduced_coordinate(network, stage, access, d, 0);
        };
        if (!is_const_zero(simplify(reduced(load) - reduced(stage.store)))) {
            return false;
        }
    }
    return true;
}

/// Is the variable one term of a sum?
bool is_term(const Expr &e, const std::string &variable) {
    if (const auto *v = e.as<Variable>()) {
        return v->name == variable;
    }
    if (const auto *sum = e.as<Add>()) {
        return is_term(occurrences(sum->a, variable) ? sum->a : sum->b, variable);
    }
    if (const auto *difference = e.as<Sub>()) {
        return occurrences(difference->a, variable) && is_term(difference->a, variable);
    }
    return false;
}

/// The other operand, if one of the two is the variable.
Expr operand_beside(const Expr &a, const Expr &b, const std::string &variable) {
    const auto is_variable = [&](const Expr &e) {
        const auto *v = e.as<Variable>();
        return v && v->name == variable;
    };
    return is_variable(a) ? b : is_variable(b) ? a : Expr();
}

void find_operation(Stage &stage) {
    const Expr self = load_variable(stage.store.type, stage.self_load);
    const std::string name = self.as<Variable>()->name;
    if (occurrences(stage.value, name) != 1) {
        return;
    }
    if (is_term(stage.value, name)) {
        stage.op = ReduceOp::Sum;
        stage.increment = simplify(substitute(name, make_zero(self.type()), stage.value));
        return;
    }
    const auto *larger = stage.value.as<Max>();
    const auto *smaller = stage.value.as<Min>();
    if (larger) {
        stage.increment = operand_beside(larger->a, larger->b, name);
    } else if (smaller) {
        stage.increment = operand_beside(smaller->a, smaller->b, name);
    }
    if (stage.increment.defined()) {
        stage.op = larger ? ReduceOp::Max : ReduceOp::Min;
    }
}

void find_self_load(const Network &network, Stage &stage) {
    for (size_t i = 0; i < stage.loads.size(); i++) {
        if (stage.loads[i].memory != stage.func || stage.loads[i].previous) {
            continue;
        }
        if (!same_element(network, stage, stage.loads[i])) {
            user_error(
                "{}: reads elements of {} other than the one it stores (a scan), which is not "
                "supported; write the previous values to a Func of their own",
                stage_label(stage), user_name(stage.func));
        }
        ORRERY_CHECK(stage.self_load < 0, "{} loads its own element twice", stage_label(stage));
        stage.self_load = static_cast<int>(i);
        // Reading the element is always legal where it is stored.
        stage.loads[i].predicate.clear();
    }
}

/// Does the stored element depend on the lane?
bool is_stored_by_lane(const Network &network, const Stage &stage, LevelId lane) {
    const Storage *storage = network.find_storage(stage.func);
    if (storage && std::count(storage->lane_dims.begin(), storage->lane_dims.end(), lane)) {
        return true;
    }
    return std::any_of(stage.store.coordinates.begin(), stage.store.coordinates.end(),
                       [&](const Expr &e) { return uses_counter(e, lane); });
}

void check_reduced_lanes(const Network &network, const Stage &stage) {
    for (LevelId lane : stage.lanes) {
        if (network.levels[lane].max_extent == 1 || is_stored_by_lane(network, stage, lane)) {
            continue;
        }
        const std::string loop = network.levels[lane].label;
        if (stage.self_load < 0) {
            user_error("{}: all lanes of loop {} store to the same element; do not unroll it",
                       stage_label(stage), loop);
        }
        if (stage.op == ReduceOp::Other) {
            user_error(
                "{}: the lanes of loop {} meet in one element, but the update is not a sum, a "
                "maximum or a minimum; do not unroll it",
                stage_label(stage), loop);
        }
    }
}

} // namespace

void find_accumulations(Network &network) {
    for (Stage &stage : network.stages) {
        find_self_load(network, stage);
        if (stage.self_load >= 0) {
            find_operation(stage);
        }
        check_reduced_lanes(network, stage);
    }
}

} // namespace Orrery::frontend
