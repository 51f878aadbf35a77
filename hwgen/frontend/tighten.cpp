#include "hwgen/frontend/tighten.h"

#include "halide-fork/sums_in_numerators.h"

#include <algorithm>
#include <optional>
#include <set>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

class LetInliner : public IRMutator {
    using IRMutator::visit;
    Stmt visit(const LetStmt *op) override {
        return mutate(substitute(op->name, substitute_in_all_lets(op->value), op->body));
    }
};

/// Greatest value of the variable for which the condition holds, if it holds exactly up to a bound.
std::optional<Expr> upper_limit(const Expr &condition, const std::string &variable) {
    if (!expr_uses_var(condition, variable) ||
        is_monotonic(condition, variable) != Monotonic::Decreasing) {
        return std::nullopt;
    }
    const Interval holds = solve_for_outer_interval(sums_in_numerators(condition), variable);
    if (holds.has_lower_bound() || !holds.has_upper_bound() || expr_uses_var(holds.max, variable)) {
        return std::nullopt;
    }
    return holds.max;
}

std::vector<Expr> conjuncts(const Expr &condition) {
    std::vector<Expr> conditions;
    split_into_ands(simplify(remove_promises(remove_likelies(condition))), conditions);
    return conditions;
}

/// Adds the conditions under which a loop of this extent has an iteration: all parts of a minimum
/// are greater than 0. A quotient is rid of its division, so that the condition can be solved.
void add_not_empty(const Expr &extent, std::vector<Expr> &conditions) {
    if (const auto *smaller = extent.as<Min>()) {
        add_not_empty(smaller->a, conditions);
        add_not_empty(smaller->b, conditions);
        return;
    }
    if (const auto *sum = extent.as<Add>()) {
        for (const auto &[part, rest] : {std::make_pair(sum->a, sum->b), {sum->b, sum->a}}) {
            if (const auto *smaller = part.as<Min>()) {
                add_not_empty(simplify(smaller->a + rest), conditions);
                add_not_empty(simplify(smaller->b + rest), conditions);
                return;
            }
        }
        for (const auto &[part, rest] : {std::make_pair(sum->a, sum->b), {sum->b, sum->a}}) {
            const auto *quotient = part.as<Div>();
            const auto divisor = quotient ? as_const_int(quotient->b) : std::nullopt;
            if (divisor && *divisor > 0) { // a / b + rest >= 1
                conditions.push_back(simplify(quotient->b * (1 - rest) <= quotient->a));
                return;
            }
        }
    }
    conditions.push_back(simplify(0 < extent));
}

/// Leaves out a condition that always holds.
class DropCondition : public IRMutator {
    using IRMutator::visit;
    const Expr &dropped_;

    Stmt visit(const IfThenElse *op) override {
        if (op->else_case.defined()) {
            return IRMutator::visit(op);
        }
        Expr rest = const_true();
        bool changed = false;
        for (const Expr &c : conjuncts(op->condition)) {
            const bool drop = equal(c, dropped_);
            changed = changed || drop;
            rest = drop ? rest : rest && c;
        }
        if (!changed) {
            return IRMutator::visit(op);
        }
        rest = simplify(rest);
        const Stmt body = mutate(op->then_case);
        return is_const_one(rest) ? body : IfThenElse::make(rest, body);
    }

public:
    explicit DropCondition(const Expr &dropped) : dropped_(dropped) {}
};

/// The conditions under which the body of a loop stores anything that is read outside of it: one
/// list per store. Conditions on the loops inside are left out.
class OutwardStores : public IRVisitor {
    using IRVisitor::visit;

public:
    std::vector<std::vector<Expr>> stores;

private:
    std::vector<Expr> path;
    std::set<std::string> inner_loops, inner_funcs;

    void add_to_path(const Expr &condition) {
        if (std::none_of(inner_loops.begin(), inner_loops.end(),
                         [&](const std::string &loop) { return expr_uses_var(condition, loop); })) {
            path.push_back(condition);
        }
    }
    void visit(const For *op) override {
        const size_t outside = path.size();
        std::vector<Expr> conditions;
        add_not_empty(op->extent, conditions);
        std::for_each(conditions.begin(), conditions.end(), [&](const Expr &c) { add_to_path(c); });
        inner_loops.insert(op->name);
        op->body.accept(this);
        inner_loops.erase(op->name);
        path.resize(outside);
    }
    void visit(const IfThenElse *op) override {
        const size_t outside = path.size();
        for (const Expr &c : conjuncts(op->condition)) {
            add_to_path(c);
        }
        op->then_case.accept(this);
        path.resize(outside);
        if (op->else_case.defined()) {
            op->else_case.accept(this);
        }
    }
    void visit(const Realize *op) override {
        inner_funcs.insert(op->name);
        op->body.accept(this);
        inner_funcs.erase(op->name);
    }
    void visit(const Provide *op) override {
        if (inner_funcs.count(op->name) == 0) {
            stores.push_back(path);
        }
    }
};

class Tightener : public IRMutator {
    using IRMutator::visit;
    Scope<Interval> loops; // all around the current one

    Stmt visit(const For *op) override {
        const ScopedBinding<Interval> bind(loops, op->name,
                                           Interval(op->min, simplify(op->min + op->extent - 1)));
        Stmt body = mutate(op->body);
        Expr extent = op->extent;
        while (const auto *guard = body.as<IfThenElse>()) {
            if (guard->else_case.defined()) {
                break;
            }
            Expr rest = const_true();
            bool changed = false;
            for (const Expr &c : conjuncts(guard->condition)) {
                if (auto limit = upper_limit(c, op->name)) {
                    extent = tightened(*op, extent, *limit);
                    changed = true;
                } else {
                    rest = rest && c;
                }
            }
            if (!changed) {
                break;
            }
            rest = simplify(rest);
            body = is_const_one(rest) ? guard->then_case : IfThenElse::make(rest, guard->then_case);
        }
        for (const Expr &condition : outward_conditions(body)) {
            if (auto limit = upper_limit(condition, op->name)) {
                extent = tightened(*op, extent, *limit);
                body = DropCondition(condition).mutate(body);
            }
        }
        return For::make(op->name, op->min, extent, op->for_type, op->partition_policy,
                         op->device_api, body);
    }

    Expr tightened(const For &loop, const Expr &extent, const Expr &last) const {
        return simplify(min(extent, last - loop.min + 1), true, loops);
    }

    /// Those without which the body stores nothing that outlives it: beyond the last iteration in
    /// which they hold, a loop has only loops without iterations, and guards that are false.
    static std::vector<Expr> outward_conditions(const Stmt &body) {
        OutwardStores found;
        body.accept(&found);
        return found.stores.size() == 1 ? found.stores[0] : std::vector<Expr>();
    }
};

} // namespace

Stmt inline_lets(const Stmt &s) { return LetInliner().mutate(s); }

Stmt tighten_loops(const Stmt &s) { return Tightener().mutate(s); }

} // namespace Orrery::frontend
