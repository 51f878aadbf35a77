#include "hwgen/hwir/evaluator.h"
#include "hwgen/hwir/wide.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::hwir {

int64_t wrap(int64_t value, Type type) {
    if (type.bits >= 64) {
        return value;
    }
    uint64_t mask = (uint64_t(1) << type.bits) - 1;
    uint64_t bits = uint64_t(value) & mask;
    bool negative = type.is_signed && (bits >> (type.bits - 1)) != 0;
    return int64_t(negative ? bits | ~mask : bits);
}

namespace {

/// a x 2^amount, rounded down when the amount is negative, as far as its low 64 bits are concerned.
Wide shift(Wide a, Wide amount) {
    if (amount < 0) {
        return shift_down(a, -amount);
    }
    return amount >= 64 ? Wide(0) : Wide(uint64_t(a) << int(amount));
}

/// Operations on numbers; the caller wraps the result.
Wide apply_wide(Op op, const std::vector<Wide> &v) {
    switch (op) {
    case Op::Add:
        return v[0] + v[1];
    case Op::Sub:
        return v[0] - v[1];
    case Op::Mul:
        return Wide(static_cast<unsigned __int128>(v[0]) * static_cast<unsigned __int128>(v[1]));
    case Op::Div:
        return divide(v[0], v[1]).quotient;
    case Op::Mod:
        return divide(v[0], v[1]).remainder;
    case Op::Min:
        return std::min(v[0], v[1]);
    case Op::Max:
        return std::max(v[0], v[1]);
    case Op::Equal:
        return v[0] == v[1];
    case Op::NotEqual:
        return v[0] != v[1];
    case Op::Less:
        return v[0] < v[1];
    case Op::LessEqual:
        return v[0] <= v[1];
    case Op::And:
        return v[0] != 0 && v[1] != 0;
    case Op::Or:
        return v[0] != 0 || v[1] != 0;
    case Op::Not:
        return v[0] == 0;
    case Op::Select:
        return v[0] != 0 ? v[1] : v[2];
    case Op::Cast:
        return v[0];
    case Op::ShiftLeft:
        return shift(v[0], v[1]);
    case Op::ShiftRight:
        return shift(v[0], -v[1]);
    case Op::BitAnd:
        return v[0] & v[1];
    case Op::BitOr:
        return v[0] | v[1];
    case Op::BitXor:
        return v[0] ^ v[1];
    case Op::BitNot:
        return ~v[0];
    case Op::Constant:
    case Op::Counter:
    case Op::Load:
    case Op::Scalar:
        break;
    }
    ORRERY_CHECK(false, "operation {} is a leaf", int(op));
}

} // namespace

int64_t apply(Op op, Type type, const std::vector<int64_t> &args,
              const std::vector<Type> &arg_types) {
    std::vector<Wide> values;
    for (size_t i = 0; i < args.size(); i++) {
        values.push_back(to_wide(args[i], arg_types[i]));
    }
    return wrap_wide(apply_wide(op, values), type);
}

Evaluator::Evaluator(const ExprPool &pool, ExprId id) {
    std::map<ExprId, int> slot;
    for_each_node(pool, id, [&](ExprId e, const ExprNode &node) {
        Step step{node.op, node.type, node.value, {}, {}};
        for (ExprId a : node.args) {
            step.args.push_back(slot.at(a));
            step.arg_types.push_back(pool[a].type);
        }
        slot[e] = int(steps.size());
        steps.push_back(std::move(step));
    });
}

int64_t Evaluator::operator()(const std::vector<int64_t> &counters,
                              const std::vector<int64_t> &loads) const {
    std::vector<int64_t> values(steps.size()), args;
    for (size_t i = 0; i < steps.size(); i++) {
        const Step &step = steps[i];
        switch (step.op) {
        case Op::Constant:
            values[i] = step.value;
            break;
        case Op::Counter:
            values[i] = counters.at(step.value);
            break;
        case Op::Load:
            values[i] = loads.at(step.value);
            break;
        case Op::Scalar:
            ORRERY_CHECK(false, "scalar {} has no value: specialize the design", step.value);
        default:
            args.clear();
            for (int a : step.args) {
                args.push_back(values[a]);
            }
            values[i] = apply(step.op, step.type, args, step.arg_types);
        }
    }
    return values.back();
}

int64_t evaluate(const ExprPool &pool, ExprId id, const std::vector<int64_t> &counters,
                 const std::vector<int64_t> &loads) {
    if (std::optional<int64_t> constant = pool.as_constant(id)) {
        return *constant;
    }
    return Evaluator(pool, id)(counters, loads);
}

} // namespace Orrery::hwir
