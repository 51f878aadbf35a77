#include "hwgen/frontend/fold_init.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/proof.h"

#include <algorithm>
#include <optional>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Folds the pure definition of one Func into its first update, if the test holds.
class Fold {
    const Network &network;
    const Storage &storage;
    const CounterSpace space;
    const Stage &init;
    Stage &update;

    std::map<std::string, Expr> at_first_visit; // counters of the reduction: 0

public:
    Fold(const Network &n, const Storage &s, const Stage &i, Stage &u)
        : network(n), storage(s), space(n.levels), init(i), update(u) {
        for (size_t k = storage.generation.size(); k < update.nest.size(); k++) {
            const LevelId id = update.nest[k];
            if (network.levels[id].kind != LevelKind::Guard && !is_stored_by(id)) {
                at_first_visit[counter_variable(id).as<Variable>()->name] = 0;
            }
        }
    }

    bool run(const Definition &definition, const std::vector<std::string> &pure_variables) {
        if (init.self_load >= 0 || update.self_load < 0 ||
            !updates_every_element(definition, pure_variables) || !first_visit_always_happens()) {
            return false;
        }
        if (!init.loads.empty() && (goes_beyond_init() || reads_what_it_computes())) {
            return false;
        }
        const auto replacement = counters_of_init();
        std::vector<StageAccess> loads = init.loads;
        Expr value = simplify(substitute(replacement, init.value));
        bool closed = !uses_own_counters(value);
        for (StageAccess &load : loads) {
            for (std::vector<Expr> *exprs : {&load.coordinates, &load.predicate}) {
                for (Expr &e : *exprs) {
                    e = simplify(substitute(replacement, e));
                    closed = closed && !uses_own_counters(e);
                }
            }
        }
        if (!closed) {
            return false;
        }
        adopt(value, loads);
        return true;
    }

private:
    bool is_stored_by(LevelId level) const {
        return std::any_of(update.store.coordinates.begin(), update.store.coordinates.end(),
                           [&](const Expr &e) { return uses_counter(e, level); }) ||
               std::count(storage.lane_dims.begin(), storage.lane_dims.end(), level) > 0;
    }

    /// Left side: the pure variables. Predicates: true for all elements of the pure definition
    /// where the reduction begins.
    bool updates_every_element(const Definition &definition,
                               const std::vector<std::string> &pure_variables) const {
        std::map<std::string, Expr> first_visit;
        for (size_t i = 0; i < pure_variables.size(); i++) {
            const auto *variable = definition.args()[i].as<Variable>();
            if (!variable || variable->name != pure_variables[i]) {
                return false;
            }
            first_visit[pure_variables[i]] = init.store.coordinates[i];
        }
        for (const ReductionVariable &r : definition.schedule().rvars()) {
            first_visit[r.var] = r.min;
        }
        const std::vector<Expr> predicate = definition.split_predicate();
        return std::all_of(predicate.begin(), predicate.end(), [&](const Expr &c) {
            const Expr first =
                simplify(substitute(first_visit, remove_promises(remove_likelies(c))));
            return is_const_one(first) || (!uses_sizes(first) && space.always(first, init.nest));
        });
    }

    /// Does it depend on the size of an input, whose value is not known here?
    static bool uses_sizes(const Expr &e) {
        bool found = false;
        for_each_variable(e, [&](const Variable &v) {
            found = found || (v.param.defined() && v.param.is_buffer());
        });
        return found;
    }

    /// Does the update, rounded up, compute elements that the pure definition does not, and nobody
    /// needs? The loads of the initial value would leave their buffers there.
    bool goes_beyond_init() const {
        for (size_t d = 0; d < init.store.coordinates.size(); d++) {
            if (space.depends_on_scalars(init.store.coordinates[d]) ||
                space.depends_on_scalars(update.store.coordinates[d])) {
                if (!stays_within_init(d)) {
                    return true;
                }
                continue;
            }
            const auto range = [&](const Stage &stage) {
                return space.exact_range(simplify(stage.store.coordinates[d] - storage.min[d]),
                                         stage.nest);
            };
            const auto ours = range(update), defined = range(init);
            if (ours && defined && (ours->min < defined->min || ours->max > defined->max)) {
                return true;
            }
        }
        return false;
    }

    /// Does the pure definition read a buffer that is computed inside its own loops? The update is
    /// outside of them.
    bool reads_what_it_computes() const {
        return std::any_of(init.loads.begin(), init.loads.end(), [&](const StageAccess &load) {
            const Storage *source = load.is_tensor ? nullptr : network.find_storage(load.memory);
            return source && (source->generation.size() > update.nest.size() ||
                              !std::equal(source->generation.begin(), source->generation.end(),
                                          update.nest.begin()));
        });
    }

    /// The same for a dimension whose size depends on scalars: is it proven that for all of them
    /// the update stays within the coordinates of the pure definition?
    bool stays_within_init(size_t d) const {
        const Expr &coordinate = init.store.coordinates[d];
        Expr first = coordinate, last = coordinate;
        for (LevelId level : init.nest) {
            if (is_own(level) && network.levels[level].kind == LevelKind::Guard) {
                return false;
            }
            if (is_own(level) && uses_counter(coordinate, level)) {
                const std::string &name = counter_variable(level).as<Variable>()->name;
                first = substitute(name, 0, first);
                last = substitute(name, network.levels[level].extent - 1, last);
                if (!is_const_one(simplify(last - first - network.levels[level].extent + 2))) {
                    return false; // the coordinate is not this counter with something added
                }
            }
        }
        if (uses_own_counters(last) || !init.predicate.empty()) {
            return false;
        }
        std::vector<Expr> conditions = update.predicate;
        conditions.insert(conditions.end(), update.enables.begin(), update.enables.end());
        const Proof proof(space, network.levels, update.nest, conditions);
        const Expr &ours = update.store.coordinates[d];
        return always_holds(space, proof.never_negative(ours - first)) &&
               always_holds(space, proof.never_negative(last - ours));
    }

    bool involves_reduction(const Expr &e) const {
        return std::any_of(at_first_visit.begin(), at_first_visit.end(),
                           [&](const auto &zero) { return occurrences(e, zero.first) > 0; });
    }

    /// Every loop of the reduction has an iteration 0 and every condition holds in it.
    bool first_visit_always_happens() const {
        for (size_t k = storage.generation.size(); k < update.nest.size(); k++) {
            const LevelId id = update.nest[k];
            const Level &level = network.levels[id];
            const bool guard = level.kind == LevelKind::Guard;
            const bool reduces =
                guard ? involves_reduction(level.condition)
                      : at_first_visit.count(counter_variable(id).as<Variable>()->name) > 0;
            const Expr condition = guard ? level.condition : level.extent >= 1;
            if (reduces && !holds_at_first_visit(condition)) {
                return false;
            }
        }
        return std::all_of(update.predicate.begin(), update.predicate.end(), [&](const Expr &c) {
            return !involves_reduction(c) || holds_at_first_visit(c);
        });
    }

    bool holds_at_first_visit(const Expr &condition) const {
        // Guards inside the Realize may be the very conditions under test: only those outside are
        // taken as given.
        return space.always(substitute(at_first_visit, condition), storage.generation);
    }

    bool is_own(LevelId level) const {
        const auto inside = init.nest.begin() + static_cast<long>(storage.generation.size());
        return std::find(inside, init.nest.end(), level) != init.nest.end();
    }

    bool uses_own_counters(const Expr &e) const {
        for (LevelId level : counters_in(e)) {
            if (is_own(level)) {
                return true;
            }
        }
        return false;
    }

    /// One counter per dimension of the pure definition, solved for the coordinate that the update
    /// stores to: where the other counters of the dimension do not cancel, the value is no function
    /// of the coordinate.
    std::map<std::string, Expr> counters_of_init() const {
        std::map<std::string, Expr> replacement;
        for (size_t d = 0; d < init.store.coordinates.size(); d++) {
            const Expr &coordinate = init.store.coordinates[d];
            for (LevelId level : counters_in(coordinate)) {
                const Expr counter = counter_variable(level);
                const Expr others = simplify(coordinate - counter);
                if (is_own(level) && !uses_counter(others, level)) {
                    replacement[counter.as<Variable>()->name] =
                        simplify(update.store.coordinates[d] - others);
                    break;
                }
            }
        }
        return replacement;
    }

    void adopt(const Expr &value, const std::vector<StageAccess> &loads) {
        const int first = static_cast<int>(update.loads.size());
        std::map<std::string, Expr> renumbered;
        for (size_t i = 0; i < loads.size(); i++) {
            const Expr old = load_variable(loads[i].type, static_cast<int>(i));
            renumbered[old.as<Variable>()->name] =
                load_variable(loads[i].type, first + static_cast<int>(i));
            update.loads.push_back(loads[i]);
        }
        update.init = substitute(renumbered, value);
        update.init_loads_from = first;
        for (const SequencerLevel &s : update.serial) {
            if (at_first_visit.count(counter_variable(s.level).as<Variable>()->name)) {
                update.first_visit.push_back(s.level);
            }
        }
    }
};

Stage *find_stage(Network &network, const std::string &func, int index) {
    for (Stage &stage : network.stages) {
        if (stage.func == func && stage.index == index) {
            return &stage;
        }
    }
    return nullptr;
}

} // namespace

void fold_initial_values(Network &network,
                         const std::map<std::string, Halide::Internal::Function> &environment) {
    for (const Storage &storage : network.storages) {
        Stage *init = find_stage(network, storage.func, 0);
        Stage *update = find_stage(network, storage.func, 1);
        if (!init || !update) {
            continue;
        }
        const Function &function = environment.at(storage.func);
        init->folded_away =
            Fold(network, storage, *init, *update).run(function.update(0), function.args());
    }
    auto &stages = network.stages;
    stages.erase(
        std::remove_if(stages.begin(), stages.end(), [](const Stage &s) { return s.folded_away; }),
        stages.end());
}

} // namespace Orrery::frontend
