#include "hwgen/frontend/conditions.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// The operands of a minimum (or maximum) with a constant added to it, the constant added to each;
/// else the expression.
template <typename MinOrMax>
std::vector<Expr> operands(const Expr &e) {
    if (const auto *op = e.as<MinOrMax>()) {
        return {op->a, op->b};
    }
    const auto *sum = e.as<Add>();
    const auto *op = sum && is_const(sum->b) ? sum->a.as<MinOrMax>() : nullptr;
    if (op) {
        return {simplify(op->a + sum->b), simplify(op->b + sum->b)};
    }
    return {e};
}

/// Appends a <= b or a < b; a minimum on the greater side and a maximum on the smaller one are
/// several comparisons.
void add_comparison(const Expr &a, const Expr &b, bool strict, std::vector<Expr> &out) {
    const std::vector<Expr> smaller = operands<Max>(a);
    const std::vector<Expr> greater = operands<Min>(b);
    if (smaller.size() == 1 && greater.size() == 1) {
        out.push_back(strict ? a < b : a <= b);
        return;
    }
    for (const Expr &s : smaller) {
        for (const Expr &g : greater) {
            add_comparison(s, g, strict, out);
        }
    }
}

void add_conjuncts(const Expr &c, bool negated, std::vector<Expr> &out) {
    if (const auto *op = c.as<Not>()) {
        add_conjuncts(op->a, !negated, out);
        return;
    }
    const auto *both = c.as<And>();
    const auto *either = c.as<Or>();
    if (both && !negated) {
        add_conjuncts(both->a, false, out);
        add_conjuncts(both->b, false, out);
    } else if (either && negated) {
        add_conjuncts(either->a, true, out);
        add_conjuncts(either->b, true, out);
    } else if (const auto *le = c.as<LE>()) {
        negated ? add_comparison(le->b, le->a, true, out)
                : add_comparison(le->a, le->b, false, out);
    } else if (const auto *lt = c.as<LT>()) {
        negated ? add_comparison(lt->b, lt->a, false, out)
                : add_comparison(lt->a, lt->b, true, out);
    } else if (const auto *ge = c.as<GE>()) {
        negated ? add_comparison(ge->a, ge->b, true, out)
                : add_comparison(ge->b, ge->a, false, out);
    } else if (const auto *gt = c.as<GT>()) {
        negated ? add_comparison(gt->a, gt->b, false, out)
                : add_comparison(gt->b, gt->a, true, out);
    } else if (!is_const_one(simplify(negated ? !c : c))) {
        out.push_back(simplify(negated ? !c : c));
    }
}

} // namespace

std::vector<Expr> conjuncts(const Expr &condition, bool negated) {
    std::vector<Expr> result;
    add_conjuncts(condition, negated, result);
    return result;
}

Expr nonnegative_form(const Expr &conjunct) {
    const auto *le = conjunct.as<LE>();
    const auto *lt = conjunct.as<LT>();
    if (le && le->a.type() == Halide::Int(32)) {
        return simplify(le->b - le->a);
    }
    if (lt && lt->a.type() == Halide::Int(32)) {
        return simplify(lt->b - lt->a - 1);
    }
    return Expr();
}

} // namespace Orrery::frontend
