#include "hwgen/frontend/loads.h"

#include "hwgen/frontend/conditions.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// A condition that is known to hold where the expression at hand is used.
struct Fact {
    Expr conjunct;
    Expr nonnegative; ///< undefined if the conjunct is no comparison
    bool required;    ///< the load itself is illegal elsewhere, as Halide assumed when it computed regions
};

/// Drops the minima and maxima of an address that the facts make redundant.
class Unclamp : public IRMutator {
    using IRMutator::visit;
    const std::vector<Fact> &facts;
    const CounterSpace &space;

    /// Is e >= 0 wherever one of the facts holds?
    bool proves(const Expr &e) {
        for (size_t i = 0; i < facts.size(); i++) {
            if (!facts[i].nonnegative.defined()) {
                continue;
            }
            const auto distance = as_const_int(simplify(e - facts[i].nonnegative));
            if (distance && *distance >= 0) {
                used.insert(i);
                return true;
            }
        }
        return false;
    }

    bool always_holds(const Expr &e) {
        Scope<Interval> scope;
        space.push_intervals(e, scope);
        return can_prove(e >= 0, scope);
    }

    bool redundant(const Expr &e) { return proves(e) || always_holds(e); }

    Expr visit(const Max *op) override {
        const Expr a = mutate(op->a);
        const Expr b = mutate(op->b);
        return redundant(a - b) ? a : redundant(b - a) ? b : max(a, b);
    }
    Expr visit(const Min *op) override {
        const Expr a = mutate(op->a);
        const Expr b = mutate(op->b);
        return redundant(b - a) ? a : redundant(a - b) ? b : min(a, b);
    }

public:
    std::set<size_t> used; // indices of the facts that were needed

    Unclamp(const std::vector<Fact> &f, const CounterSpace &s) : facts(f), space(s) {}
};

class LoadCollector : public IRMutator {
    using IRMutator::visit;
    const std::string &output, &where;
    const CounterSpace &space;
    std::vector<StageAccess> &loads;
    std::vector<Fact> facts;

public:
    LoadCollector(const std::string &out, const std::string &w, const CounterSpace &s,
                  std::vector<StageAccess> &l)
        : output(out), where(w), space(s), loads(l) {}

private:
    /// Conditions that depend on data say nothing of addresses.
    Expr mutate_under(const Expr &condition, bool negated, bool required, const Expr &e) {
        const size_t outside = facts.size();
        if (!reads_memory(condition)) {
            for (const Expr &c : conjuncts(condition, negated)) {
                facts.push_back({c, nonnegative_form(c), required});
            }
        }
        Expr result = mutate(e);
        facts.resize(outside);
        return result;
    }

    Expr visit(const Select *op) override {
        const Expr condition = mutate(op->condition);
        const Expr a = mutate_under(op->condition, false, false, op->true_value);
        const Expr b = mutate_under(op->condition, true, false, op->false_value);
        return Select::make(condition, a, b);
    }

    Expr visit(const Call *op) override {
        if (op->is_intrinsic(Call::if_then_else)) {
            std::vector<Expr> args{mutate(op->args[0])};
            args.push_back(mutate_under(op->args[0], false, true, op->args[1]));
            if (op->args.size() > 2) {
                args.push_back(mutate_under(op->args[0], true, true, op->args[2]));
            }
            return Call::make(op->type, Call::if_then_else, args, op->call_type);
        }
        if (op->call_type == Call::Halide || op->call_type == Call::Image) {
            return load_variable(op->type, find_or_add(load(op)));
        }
        return IRMutator::visit(op);
    }

    StageAccess load(const Call *op) {
        if (op->image.defined()) {
            user_error("{}: '{}' is an image with fixed contents, which is not supported yet; pass it "
                       "as an input",
                       where, user_name(op->name));
        }
        StageAccess access;
        access.memory = op->name;
        access.is_tensor = op->call_type == Call::Image;
        access.type = op->type;
        if (op->name == output) {
            user_error("{}: reads the output '{}' back from memory; put the stages that read it into "
                       "a Func of their own and let '{}' copy that",
                       where, user_name(output), user_name(output));
        }
        Unclamp unclamp(facts, space);
        for (const Expr &a : op->args) {
            if (reads_memory(a)) {
                user_error("{}: the address of a load from '{}' depends on data, which is not "
                           "supported; addresses must be made of loop variables",
                           where, user_name(op->name));
            }
            access.coordinates.push_back(simplify(unclamp.mutate(a)));
        }
        for (size_t i = 0; i < facts.size(); i++) {
            if (facts[i].required || unclamp.used.count(i)) {
                add_predicate(access.predicate, facts[i].conjunct);
            }
        }
        return access;
    }

    static void add_predicate(std::vector<Expr> &predicate, const Expr &conjunct) {
        for (const Expr &known : predicate) {
            if (equal(known, conjunct)) {
                return;
            }
        }
        predicate.push_back(conjunct);
    }

    static bool all_equal(const std::vector<Expr> &a, const std::vector<Expr> &b) {
        bool same = a.size() == b.size();
        for (size_t i = 0; same && i < a.size(); i++) {
            same = equal(a[i], b[i]);
        }
        return same;
    }

    int find_or_add(const StageAccess &access) {
        for (size_t i = 0; i < loads.size(); i++) {
            if (loads[i].memory == access.memory &&
                all_equal(loads[i].coordinates, access.coordinates) &&
                all_equal(loads[i].predicate, access.predicate)) {
                return static_cast<int>(i);
            }
        }
        loads.push_back(access);
        return static_cast<int>(loads.size()) - 1;
    }
};

} // namespace

Expr collect_loads(const Expr &e, const std::string &output, const CounterSpace &space,
                   const std::string &where, std::vector<StageAccess> &loads) {
    return LoadCollector(output, where, space, loads).mutate(e);
}

} // namespace Orrery::frontend
