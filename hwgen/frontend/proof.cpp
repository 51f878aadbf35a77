#include "hwgen/frontend/proof.h"

#include "hwgen/frontend/conditions.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/scalars.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Finds a minimum, maximum or select that depends on counters and has no other such one inside.
class ChoiceFinder : public IRVisitor {
public:
    Expr choice;

private:
    using IRVisitor::visit;
    template <typename Op>
    void look(const Op *op) {
        IRVisitor::visit(op);
        if (!choice.defined() && !counters_in(op).empty()) {
            choice = op;
        }
    }
    void visit(const Min *op) override { look(op); }
    void visit(const Max *op) override { look(op); }
    void visit(const Select *op) override { look(op); }
};

/// The values that the choice can have.
std::vector<Expr> outcomes(const Expr &choice) {
    if (const auto *op = choice.as<Min>()) {
        return {op->a, op->b};
    }
    if (const auto *op = choice.as<Max>()) {
        return {op->a, op->b};
    }
    const auto *op = choice.as<Select>();
    return {op->true_value, op->false_value};
}

/// The factor of a variable in a sum of products; undefined if the expression is not linear in it.
Expr factor_of(const Expr &e, const std::string &variable) {
    if (occurrences(e, variable) == 0) {
        return 0;
    }
    if (e.as<Variable>()) {
        return 1;
    }
    const auto *sum = e.as<Add>();
    const auto *difference = e.as<Sub>();
    const auto *product = e.as<Mul>();
    if (!sum && !difference && !product) {
        return Expr();
    }
    const Expr &left = sum ? sum->a : difference ? difference->a : product->a;
    const Expr &right = sum ? sum->b : difference ? difference->b : product->b;
    const Expr a = factor_of(left, variable);
    const Expr b = factor_of(right, variable);
    if (!a.defined() || !b.defined()) {
        return Expr();
    }
    if (!product) {
        return simplify(sum ? a + b : a - b);
    }
    if (is_const_zero(a)) {
        return simplify(left * b);
    }
    return is_const_zero(b) ? simplify(a * right) : Expr();
}

} // namespace

Proof::Proof(const CounterSpace &counters, const std::vector<Level> &levels,
             const std::vector<LevelId> &nest, const std::vector<Expr> &conditions)
    : space(counters) {
    std::vector<Expr> all = conditions;
    for (LevelId level : nest) {
        if (levels[level].kind == LevelKind::Guard) {
            all.push_back(levels[level].condition);
        }
    }
    for (const Expr &condition : all) {
        for (const Expr &c : conjuncts(condition)) {
            if (const Expr form = nonnegative_form(c); form.defined()) {
                facts.push_back(form);
            }
        }
    }
}

bool Proof::follows(const Expr &e) const {
    return std::any_of(facts.begin(), facts.end(), [&](const Expr &fact) {
        const auto distance = constant_difference(e, fact);
        return distance && *distance >= 0;
    });
}

bool Proof::is_never_negative(const Expr &e) const {
    if (is_const(e)) {
        return *as_const_int(e) >= 0;
    }
    if (follows(e)) {
        return true;
    }
    const auto range = space.range(e, {});
    return range && range->min >= 0;
}

Expr Proof::never_negative(const Expr &expression) const {
    const Expr e = simplify(expression);
    if (is_never_negative(e)) {
        return const_true();
    }
    if (counters_in(e).empty()) {
        return simplify(e >= 0);
    }
    ChoiceFinder finder;
    e.accept(&finder);
    return finder.choice.defined() ? by_cases(e) : by_last_counter(e);
}

/// The expression with each outcome of a choice in its place. Where it falls with a minimum (or
/// grows with a maximum), it is never less than with any of the operands: one of them is enough.
Expr Proof::by_cases(const Expr &e) const {
    ChoiceFinder finder;
    e.accept(&finder);
    const std::string name = "#choice";
    const Expr placeholder = Variable::make(finder.choice.type(), name);
    const Expr factor = factor_of(substitute(finder.choice, placeholder, e), name);
    const auto range = factor.defined() ? space.range(factor, {}) : std::nullopt;
    const bool one_is_enough = range && (finder.choice.as<Min>()   ? range->max <= 0
                                         : finder.choice.as<Max>() ? range->min >= 0
                                                                   : false);
    Expr all = const_true(), any = const_false();
    for (const Expr &outcome : outcomes(finder.choice)) {
        const Expr holds = never_negative(substitute(finder.choice, outcome, e));
        all = simplify(all && holds);
        any = simplify(any || holds);
        if (one_is_enough ? is_const_one(any) : is_const_zero(all)) {
            break;
        }
    }
    return one_is_enough ? any : all;
}

Expr Proof::by_last_counter(const Expr &e) const {
    const LevelId last = *counters_in(e).rbegin();
    const Expr counter = counter_variable(last);
    const std::string &name = counter.as<Variable>()->name;
    const Expr step = factor_of(e, name);
    if (!step.defined()) {
        return const_false();
    }
    const auto range = space.range(step, {});
    if (range && range->min >= 0) {
        return never_negative(substitute(name, 0, e));
    }
    if (!range || range->max > 0) {
        return const_false();
    }
    Expr any = const_false();
    for (const Expr &limit : space.limits(last)) {
        any = simplify(any || never_negative(substitute(name, limit - 1, e)));
        if (is_const_one(any)) {
            break;
        }
    }
    return any;
}

bool always_holds(const CounterSpace &space, const Expr &condition) {
    return space.always(condition, {});
}

bool never_holds(const CounterSpace &space, const Expr &condition) {
    return space.always(simplify(!condition), {});
}

} // namespace Orrery::frontend
