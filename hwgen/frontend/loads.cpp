#include "hwgen/frontend/loads.h"

#include "hwgen/frontend/assumptions.h"
#include "hwgen/frontend/constant_tables.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

class LoadCollector : public IRMutator {
    using IRMutator::visit;
    const std::string &output, &where;
    const CounterSpace &space;
    std::vector<StageAccess> &loads;

    Assumptions assumptions;   // what holds where the value of the current expression is used
    std::set<size_t> required; // those without which its loads are illegal, as Halide assumed when
                               // it computed regions

public:
    LoadCollector(const std::string &out, const std::string &w, const CounterSpace &s,
                  std::vector<StageAccess> &l)
        : output(out), where(w), space(s), loads(l), assumptions(s) {}

private:
    Expr mutate_under(const Expr &condition, bool negated, bool is_required, const Expr &e) {
        const size_t outside = assumptions.size();
        assumptions.add(condition, negated);
        for (size_t i = outside; is_required && i < assumptions.size(); i++) {
            required.insert(i);
        }
        Expr result = mutate(e);
        assumptions.forget_after(outside);
        required.erase(required.lower_bound(outside), required.end());
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
        if (op->call_type == Call::Image && op->image.defined()) {
            std::vector<Expr> coordinates;
            for (const Expr &a : op->args) {
                coordinates.push_back(mutate(a));
            }
            return constant_element(*op, coordinates, space, where);
        }
        if (op->call_type == Call::Halide || op->call_type == Call::Image) {
            const StageAccess access = load(op);
            const Expr value = load_variable(access.type, find_or_add(access));
            return access.type == op->type ? value : value != 0;
        }
        return IRMutator::visit(op);
    }

    StageAccess load(const Call *op) {
        StageAccess access;
        access.memory = op->name;
        access.is_tensor = op->call_type == Call::Image;
        access.type = access.is_tensor ? memory_type(op->type) : op->type;
        if (op->name == output) {
            user_error(
                "{}: reads the output '{}' back from memory; put the stages that read it into "
                "a Func of their own and let '{}' copy that",
                where, user_name(output), user_name(output));
        }
        std::set<size_t> used = required;
        for (const Expr &a : op->args) {
            if (reads_memory(a)) {
                user_error("{}: the address of a load from '{}' depends on data, which is not "
                           "supported; addresses must be made of loop variables (a table of "
                           "constants may be a Buffer, which realize() of a Func gives)",
                           where, user_name(op->name));
            }
            access.coordinates.push_back(assumptions.reduce(a, used));
        }
        for (size_t i : used) {
            add_predicate(access.predicate, assumptions.conjunct(i));
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
