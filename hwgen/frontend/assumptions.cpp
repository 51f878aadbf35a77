#include "hwgen/frontend/assumptions.h"

#include "hwgen/frontend/conditions.h"
#include "hwgen/frontend/expressions.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

class Assumptions::Reducer : public IRMutator {
    using IRMutator::visit;
    const std::vector<Fact> &facts;
    const CounterSpace &space;
    std::set<size_t> &used;

    /// Does one of the facts say that e >= 0?
    bool follows(const Expr &e) {
        for (size_t i = 0; i < facts.size(); i++) {
            if (!facts[i].nonnegative.defined()) {
                continue;
            }
            const auto distance = constant_difference(e, facts[i].nonnegative);
            if (distance && *distance >= 0) {
                used.insert(i);
                return true;
            }
        }
        return false;
    }

    /// Is it the distance of a counter to the end of its loop, or more?
    bool follows_from_loops(const Expr &e) const {
        for (LevelId level : counters_in(e)) {
            for (const Expr &limit : space.limits(level)) {
                const auto distance = constant_difference(e, limit - 1 - counter_variable(level));
                if (distance && *distance >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    bool is_nonnegative(const Expr &e) {
        if (follows(e) || follows_from_loops(e)) {
            return true;
        }
        Scope<Interval> scope;
        space.push_intervals(e, scope);
        return can_prove(e >= 0, scope);
    }

    Expr visit(const Max *op) override {
        const Expr a = mutate(op->a);
        const Expr b = mutate(op->b);
        return is_nonnegative(a - b) ? a : is_nonnegative(b - a) ? b : max(a, b);
    }
    Expr visit(const Min *op) override {
        const Expr a = mutate(op->a);
        const Expr b = mutate(op->b);
        return is_nonnegative(b - a) ? a : is_nonnegative(a - b) ? b : min(a, b);
    }
    Expr visit(const Select *op) override {
        for (const bool negated : {false, true}) {
            const std::vector<Expr> parts = conjuncts(op->condition, negated);
            const bool all = std::all_of(parts.begin(), parts.end(), [&](const Expr &part) {
                const Expr form = nonnegative_form(part);
                return form.defined() && follows(form);
            });
            if (all && !parts.empty()) {
                return mutate(negated ? op->false_value : op->true_value);
            }
        }
        return IRMutator::visit(op);
    }

public:
    Reducer(const Assumptions &a, std::set<size_t> &u) : facts(a.facts), space(a.space), used(u) {}
};

void Assumptions::add(const Expr &condition, bool negated) {
    if (reads_memory(condition)) {
        return;
    }
    // Minima that never matter are gone from addresses when they meet the facts, so they must be
    // gone from these as well.
    const Assumptions nothing(space);
    for (const Expr &c : conjuncts(condition, negated)) {
        const Expr form = nonnegative_form(c);
        facts.push_back({c, form.defined() ? nothing.reduce(form) : form});
    }
}

Expr Assumptions::reduce(const Expr &e, std::set<size_t> &used) const {
    return Halide::Internal::simplify(Reducer(*this, used).mutate(e));
}

} // namespace Orrery::frontend
