#include "hwgen/frontend/tighten.h"

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
    const Interval holds = solve_for_outer_interval(condition, variable);
    if (holds.has_lower_bound() || !holds.has_upper_bound() || expr_uses_var(holds.max, variable)) {
        return std::nullopt;
    }
    return holds.max;
}

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
    /// A loop has an iteration if all parts of a minimum are greater than 0.
    void add_extent(const Expr &extent) {
        if (const auto *smaller = extent.as<Min>()) {
            add_extent(smaller->a);
            add_extent(smaller->b);
        } else {
            add_to_path(simplify(0 < extent));
        }
    }
    void visit(const For *op) override {
        const size_t outside = path.size();
        add_extent(op->extent);
        inner_loops.insert(op->name);
        op->body.accept(this);
        inner_loops.erase(op->name);
        path.resize(outside);
    }
    void visit(const IfThenElse *op) override {
        const size_t outside = path.size();
        add_to_path(op->condition);
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
            std::vector<Expr> conditions;
            split_into_ands(simplify(remove_promises(remove_likelies(guard->condition))),
                            conditions);
            Expr rest = const_true();
            bool changed = false;
            for (const Expr &c : conditions) {
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
        if (auto limit = last_useful(*op, body)) {
            extent = tightened(*op, extent, *limit);
        }
        return For::make(op->name, op->min, extent, op->for_type, op->partition_policy,
                         op->device_api, body);
    }

    Expr tightened(const For &loop, const Expr &extent, const Expr &last) const {
        return simplify(min(extent, last - loop.min + 1), true, loops);
    }

    /// The last iteration in which the body stores anything that outlives it, if all further ones
    /// only have loops without iterations.
    static std::optional<Expr> last_useful(const For &loop, const Stmt &body) {
        OutwardStores found;
        body.accept(&found);
        if (found.stores.size() != 1) {
            return std::nullopt;
        }
        std::optional<Expr> last;
        for (const Expr &condition : found.stores[0]) {
            if (auto limit = upper_limit(condition, loop.name)) {
                last = last ? min(*last, *limit) : *limit;
            }
        }
        return last;
    }
};

} // namespace

Stmt inline_lets(const Stmt &s) { return LetInliner().mutate(s); }

Stmt tighten_loops(const Stmt &s) { return Tightener().mutate(s); }

} // namespace Orrery::frontend
