#include "halide-fork/sums_in_numerators.h"

#include <set>

namespace Orrery {

using Halide::Expr;
using namespace Halide::Internal;

namespace {

/// Variables in numerators, and in the values of lets of these names.
class NumeratorVariables : public IRVisitor {
public:
    std::set<std::string> names;

private:
    using IRVisitor::visit;
    bool in_numerator = false;

    void look(const Expr &e, bool numerator) {
        const bool outside = in_numerator;
        in_numerator = in_numerator || numerator;
        e.accept(this);
        in_numerator = outside;
    }
    void visit(const Variable *op) override {
        if (in_numerator) {
            names.insert(op->name);
        }
    }
    void visit(const Div *op) override {
        look(op->a, true);
        op->b.accept(this);
    }
    void visit(const Let *op) override {
        op->body.accept(this); // uses first
        look(op->value, names.count(op->name) != 0);
    }
    void visit(const LetStmt *op) override {
        op->body.accept(this);
        look(op->value, names.count(op->name) != 0);
    }
};

class Rewriter : public IRMutator {
public:
    explicit Rewriter(const std::set<std::string> &names) : numerators(names) {}

private:
    using IRMutator::visit;
    const std::set<std::string> &numerators;
    bool in_numerator = false;

    Expr rewritten(const Expr &e, bool numerator) {
        const bool outside = in_numerator;
        in_numerator = in_numerator || numerator;
        Expr result = mutate(e);
        in_numerator = outside;
        return result;
    }
    Expr visit(const Sub *op) override {
        const Expr a = mutate(op->a), b = mutate(op->b);
        return in_numerator && op->type == Halide::Int(32) ? a + b * -1 : Sub::make(a, b);
    }
    Expr visit(const Div *op) override { return Div::make(rewritten(op->a, true), mutate(op->b)); }
    Expr visit(const Let *op) override {
        const Expr value = rewritten(op->value, numerators.count(op->name) != 0);
        return Let::make(op->name, value, mutate(op->body));
    }
    Stmt visit(const LetStmt *op) override {
        const Expr value = rewritten(op->value, numerators.count(op->name) != 0);
        return LetStmt::make(op->name, value, mutate(op->body));
    }
};

template <typename StmtOrExpr>
StmtOrExpr with_sums(const StmtOrExpr &tree) {
    NumeratorVariables variables;
    tree.accept(&variables);
    return Rewriter(variables.names).mutate(tree);
}

} // namespace

Stmt sums_in_numerators(const Stmt &s) { return with_sums(s); }
Expr sums_in_numerators(const Expr &e) { return with_sums(e); }

} // namespace Orrery
