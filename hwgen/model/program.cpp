#include "hwgen/model/program.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <cstdlib>

namespace Orrery::model {

using hwir::ExprId;
using hwir::ExprNode;
using hwir::Op;

Program::Program(const hwir::ExprPool &pool, ExprId id) {
    if (!id.defined()) {
        return;
    }
    std::map<ExprId, int> place;
    bool fixed = true;
    hwir::for_each_node(pool, id, [&](ExprId e, const ExprNode &n) {
        Step step;
        step.op = n.op;
        step.type = n.type;
        step.value = n.value;
        step.narrow = n.type.bits <= 32;
        for (ExprId a : n.args) {
            const hwir::Type type = pool[a].type;
            step.narrow = step.narrow && type.bits <= 32;
            step.arg_types[step.arg_count] = type;
            step.args[step.arg_count++] = place.at(a);
        }
        if (n.op == Op::Counter) {
            ORRERY_CHECK(n.value < 64, "more than 64 loops");
            loops |= uint64_t{1} << n.value;
            fixed = false;
        }
        ORRERY_CHECK(n.op != Op::Load && n.op != Op::Scalar,
                     "an expression of the control depends on data");
        place[e] = int(steps.size());
        steps.push_back(step);
    });
    if (fixed) {
        constant = (*this)(nullptr);
        steps.clear();
    }
}

int64_t Program::narrow(const Step &step, int64_t a, int64_t b, int64_t c) {
    switch (step.op) {
    case Op::Add:
        return a + b;
    case Op::Sub:
        return a - b;
    case Op::Mul:
        return int64_t(uint64_t(a) * uint64_t(b));
    case Op::Min:
        return std::min(a, b);
    case Op::Max:
        return std::max(a, b);
    case Op::Equal:
        return a == b;
    case Op::NotEqual:
        return a != b;
    case Op::Less:
        return a < b;
    case Op::LessEqual:
        return a <= b;
    case Op::And:
        return a != 0 && b != 0;
    case Op::Or:
        return a != 0 || b != 0;
    case Op::Not:
        return a == 0;
    case Op::Select:
        return a != 0 ? b : c;
    case Op::Cast:
        return a;
    case Op::Div:
        return b == 0 ? 0 : (a - (a % b + (a % b < 0 ? std::abs(b) : 0))) / b;
    case Op::Mod:
        return b == 0 ? 0 : a % b + (a % b < 0 ? std::abs(b) : 0);
    default:
        ORRERY_CHECK(false, "operation {}", int(step.op));
    }
}

int64_t Program::any(const Step &step, const int64_t *values) {
    std::vector<int64_t> args;
    std::vector<hwir::Type> types;
    for (int i = 0; i < step.arg_count; i++) {
        args.push_back(values[step.args[i]]);
        types.push_back(step.arg_types[i]);
    }
    return hwir::apply(step.op, step.type, args, types);
}

int64_t Program::operator()(const int64_t *counters) const {
    if (steps.empty()) {
        return constant;
    }
    constexpr size_t most = 256;
    int64_t few[most];
    std::vector<int64_t> many;
    int64_t *values = few;
    if (steps.size() > most) {
        many.resize(steps.size());
        values = many.data();
    }
    for (size_t i = 0; i < steps.size(); i++) {
        const Step &s = steps[i];
        if (s.op == Op::Constant) {
            values[i] = s.value;
        } else if (s.op == Op::Counter) {
            values[i] = counters[s.value];
        } else if (s.narrow && s.op < Op::ShiftLeft) {
            values[i] = hwir::wrap(
                narrow(s, values[s.args[0]], values[s.args[1]], values[s.args[2]]), s.type);
        } else {
            values[i] = any(s, values);
        }
    }
    return values[steps.size() - 1];
}

} // namespace Orrery::model
