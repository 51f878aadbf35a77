#include "hwgen/frontend/assumptions.h"

#include "hwgen/frontend/conditions.h"
#include "hwgen/frontend/expressions.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// A minimum or maximum in an expression: its operands.
class ExtremumFinder : public IRVisitor {
public:
    Expr found, a, b;

private:
    using IRVisitor::visit;
    template <typename MinOrMax>
    void look(const MinOrMax *op) {
        found = op;
        a = op->a;
        b = op->b;
    }
    void visit(const Min *op) override { look(op); }
    void visit(const Max *op) override { look(op); }
};

} // namespace

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

    /// Does it follow with each of the operands in the place of a minimum or maximum? The facts
    /// speak of its operands one by one.
    bool follows_by_cases(const Expr &e) {
        ExtremumFinder finder;
        e.accept(&finder);
        if (!finder.found.defined()) {
            return false;
        }
        const std::set<size_t> used_before = used;
        for (const Expr &operand : {finder.a, finder.b}) {
            const Expr one = simplify(substitute(finder.found, operand, e));
            if (!follows(one) && !follows_from_loops(one) && !follows_by_cases(one)) {
                used = used_before;
                return false;
            }
        }
        return true;
    }

    bool is_nonnegative(const Expr &e) {
        if (follows(e) || follows_from_loops(e) || follows_by_cases(e)) {
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
