#include "halide-fork/warm_up.h"

#include <algorithm>

namespace Orrery {
namespace {

using namespace Halide::Internal;

/// The conditions on a loop under which all calls of a Func happen, outside of its own production.
class CallConditions : public IRVisitor {
    using IRVisitor::visit;
    const std::string &func, &loop;
    std::vector<Halide::Expr> current;

    void visit(const IfThenElse *op) override {
        op->condition.accept(this);
        const bool counts = expr_uses_var(op->condition, loop) &&
                            Call::as_intrinsic(op->condition, {Call::likely_if_innermost});
        if (counts) {
            current.push_back(op->condition);
        }
        op->then_case.accept(this);
        if (counts) {
            current.pop_back();
        }
        if (op->else_case.defined()) {
            op->else_case.accept(this);
        }
    }
    void visit(const ProducerConsumer *op) override {
        if (!op->is_producer || op->name != func) {
            IRVisitor::visit(op);
        }
    }
    void visit(const LetStmt *op) override {
        inner_names.push_back(op->name);
        IRVisitor::visit(op);
    }
    void visit(const For *op) override {
        inner_names.push_back(op->name);
        IRVisitor::visit(op);
    }
    void visit(const Call *op) override {
        if (op->name == func) {
            if (!called) {
                conditions = current;
            }
            called = true;
            const auto elsewhere = [&](const Halide::Expr &c) {
                return std::none_of(current.begin(), current.end(),
                                    [&](const Halide::Expr &other) { return equal(c, other); });
            };
            conditions.erase(std::remove_if(conditions.begin(), conditions.end(), elsewhere),
                             conditions.end());
        }
        IRVisitor::visit(op);
    }

public:
    std::vector<Halide::Expr> conditions;
    std::vector<std::string> inner_names; ///< defined inside: a condition on them cannot move out
    bool called = false;

    CallConditions(const std::string &f, const std::string &l) : func(f), loop(l) {}
};

class ProduceGuard : public IRMutator {
    using IRMutator::visit;
    const std::string &func;
    const Halide::Expr &condition;

    Stmt visit(const ProducerConsumer *op) override {
        if (op->is_producer && op->name == func) {
            return ProducerConsumer::make(func, true, IfThenElse::make(condition, op->body));
        }
        return IRMutator::visit(op);
    }

public:
    ProduceGuard(const std::string &f, const Halide::Expr &c) : func(f), condition(c) {}
};

/// Inside one loop: guards the Funcs that are realized in it. Innermost first: what a guarded Func
/// alone uses is guarded then as well.
class LoopGuards : public IRMutator {
    using IRMutator::visit;
    const std::string &loop;

    Stmt visit(const Realize *op) override {
        Stmt s = IRMutator::visit(op);
        CallConditions calls(op->name, loop);
        s.accept(&calls);
        for (const Halide::Expr &condition : calls.conditions) {
            const bool closed = std::none_of(
                calls.inner_names.begin(), calls.inner_names.end(),
                [&](const std::string &name) { return expr_uses_var(condition, name); });
            if (closed) {
                s = ProduceGuard(op->name, condition).mutate(s);
            }
        }
        return s;
    }

public:
    explicit LoopGuards(const std::string &l) : loop(l) {}
};

class WarmUpGuards : public IRMutator {
    using IRMutator::visit;

    Stmt visit(const For *op) override {
        const Stmt s = IRMutator::visit(op);
        const bool begins_earlier = op->name.find(".$n") != std::string::npos;
        return begins_earlier ? LoopGuards(op->name).mutate(s) : s;
    }
};

} // namespace

Halide::Internal::Stmt guard_warm_up(const Halide::Internal::Stmt &s) {
    return WarmUpGuards().mutate(s);
}

} // namespace Orrery
