#include "hwgen/frontend/tighten.h"

#include <optional>

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
    const Interval holds = solve_for_outer_interval(condition, variable);
    if (holds.has_lower_bound() || !holds.has_upper_bound() || expr_uses_var(holds.max, variable)) {
        return std::nullopt;
    }
    return holds.max;
}

class Tightener : public IRMutator {
    using IRMutator::visit;

    Stmt visit(const For *op) override {
        Stmt body = mutate(op->body);
        Expr extent = op->extent;
        while (const auto *guard = body.as<IfThenElse>()) {
            if (guard->else_case.defined()) {
                break;
            }
            std::vector<Expr> conditions;
            split_into_ands(simplify(remove_likelies(guard->condition)), conditions);
            Expr rest = const_true();
            bool changed = false;
            for (const Expr &c : conditions) {
                if (auto limit = upper_limit(c, op->name)) {
                    extent = simplify(min(extent, *limit - op->min + 1));
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
        return For::make(op->name, op->min, extent, op->for_type, op->partition_policy,
                         op->device_api, body);
    }
};

} // namespace

Stmt inline_lets(const Stmt &s) { return LetInliner().mutate(s); }

Stmt tighten_loops(const Stmt &s) { return Tightener().mutate(s); }

} // namespace Orrery::frontend
