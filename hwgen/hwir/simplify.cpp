#include "hwgen/hwir/simplify.h"
#include "hwgen/hwir/wide.h"

namespace Orrery::hwir {

namespace {

constexpr ExprId unchanged{};

bool is_constant(const ExprPool &pool, ExprId id, int64_t value) {
    return pool.as_constant(id) == std::optional<int64_t>(value);
}

ExprId fold_constants(ExprPool &pool, Op op, Type type, const std::vector<ExprId> &args) {
    std::vector<int64_t> values;
    std::vector<Type> types;
    for (ExprId a : args) {
        std::optional<int64_t> value = pool.as_constant(a);
        if (!value) {
            return unchanged;
        }
        values.push_back(*value);
        types.push_back(pool[a].type);
    }
    return pool.constant(apply(op, type, values, types), type);
}

/// op(op(x, c1), c2) -> op(x, op(c1, c2)) for an associative operation of one type throughout.
ExprId join_constants(ExprPool &pool, Op op, Type type, ExprId a, int64_t c2) {
    const ExprNode node = pool[a];
    if (node.op != op || node.type != type || pool[node.args[0]].type != type) {
        return unchanged;
    }
    std::optional<int64_t> c1 = pool.as_constant(node.args[1]);
    if (!c1 || pool[node.args[1]].type != type) {
        return unchanged;
    }
    int64_t joined = apply(op, type, {*c1, c2}, {type, type});
    return pool.make(op, type, {node.args[0], pool.constant(joined, type)});
}

ExprId simplify_add(ExprPool &pool, Type type, ExprId a, ExprId b) {
    std::optional<int64_t> c = pool.as_constant(b);
    return !c ? unchanged : *c == 0 ? a : join_constants(pool, Op::Add, type, a, *c);
}

ExprId simplify_sub(ExprPool &pool, Type type, ExprId a, ExprId b) {
    if (a == b) {
        return pool.constant(0, type);
    }
    std::optional<int64_t> c = pool.as_constant(b);
    if (c && *c == 0) {
        return a;
    }
    // Unsigned types keep the subtraction: adding 2^n - c would hide how small the difference is.
    if (c && type.is_signed && *c != int64_t(minimum_of(type))) {
        return pool.make(Op::Add, type, {a, pool.constant(-*c, type)});
    }
    return unchanged;
}

ExprId simplify_mul(ExprPool &pool, Type type, ExprId a, ExprId b) {
    std::optional<int64_t> c = pool.as_constant(b);
    if (!c) {
        return unchanged;
    }
    return *c == 0 ? b : *c == 1 ? a : join_constants(pool, Op::Mul, type, a, *c);
}

ExprId simplify_division(ExprPool &pool, Op op, Type type, ExprId a, ExprId b) {
    if (is_constant(pool, b, 0) || is_constant(pool, a, 0)) {
        return pool.constant(0, type);
    }
    if (is_constant(pool, b, 1)) {
        return op == Op::Div ? a : pool.constant(0, type);
    }
    return unchanged;
}

ExprId simplify_min_max(ExprPool &pool, Op op, Type type, ExprId a, ExprId b) {
    if (a == b) {
        return a;
    }
    std::optional<int64_t> c = pool.as_constant(b);
    if (!c) {
        return unchanged;
    }
    Wide value = to_wide(*c, type);
    if (value == minimum_of(type)) {
        return op == Op::Min ? b : a;
    }
    if (value == maximum_of(type)) {
        return op == Op::Min ? a : b;
    }
    return join_constants(pool, op, type, a, *c);
}

ExprId simplify_bits(ExprPool &pool, Op op, Type type, ExprId a, ExprId b) {
    if (a == b) {
        return op == Op::BitXor ? pool.constant(0, type) : a;
    }
    std::optional<int64_t> c = pool.as_constant(b);
    if (!c) {
        return unchanged;
    }
    bool zeros = *c == 0, ones = *c == wrap(-1, type);
    if (zeros) {
        return op == Op::BitAnd ? b : a;
    }
    if (ones && op != Op::BitXor) {
        return op == Op::BitAnd ? a : b;
    }
    return join_constants(pool, op, type, a, *c);
}

/// Operations whose operands and result have one type.
ExprId simplify_arithmetic(ExprPool &pool, Op op, Type type, ExprId a, ExprId b) {
    switch (op) {
    case Op::Add:
        return simplify_add(pool, type, a, b);
    case Op::Sub:
        return simplify_sub(pool, type, a, b);
    case Op::Mul:
        return simplify_mul(pool, type, a, b);
    case Op::Div:
    case Op::Mod:
        return simplify_division(pool, op, type, a, b);
    case Op::Min:
    case Op::Max:
        return simplify_min_max(pool, op, type, a, b);
    case Op::BitAnd:
    case Op::BitOr:
    case Op::BitXor:
        return simplify_bits(pool, op, type, a, b);
    default:
        return unchanged;
    }
}

/// Is a value of data part of the expression, whose sums may wrap? Sizes are far from that.
bool holds_data(const ExprPool &pool, ExprId id) {
    constexpr int64_t largest_size = int64_t(1) << 24;
    bool found = false;
    for_each_node(pool, id, [&](ExprId, const ExprNode &node) {
        const bool scalar = node.op == Op::Scalar;
        const Interval range = scalar ? pool.scalars()[node.value].range : Interval{};
        found |= node.op == Op::Load || range.min < -largest_size || range.max > largest_size;
    });
    return found;
}

/// c1 of `i + c1`, an index expression free of loads.
std::optional<int64_t> index_offset(const ExprPool &pool, ExprId id) {
    const ExprNode &node = pool[id];
    if (node.op != Op::Add || node.type != index_type || pool[node.args[0]].type != index_type ||
        holds_data(pool, id)) {
        return std::nullopt;
    }
    return pool.as_constant(node.args[1]);
}

/// Moves the offset of an index to the constant side of its comparison.
ExprId move_offset(ExprPool &pool, Op op, ExprId a, ExprId b) {
    std::optional<int64_t> left = pool.as_constant(a), right = pool.as_constant(b);
    if (!left == !right) {
        return unchanged;
    }
    ExprId index = left ? b : a;
    std::optional<int64_t> offset = index_offset(pool, index);
    int64_t moved = offset ? (left ? *left : *right) - *offset : 0;
    if (!offset || wrap(moved, index_type) != moved) {
        return unchanged;
    }
    ExprId inner = pool[index].args[0], constant = pool.constant(moved);
    return left ? pool.make(op, boolean, {constant, inner})
                : pool.make(op, boolean, {inner, constant});
}

ExprId simplify_comparison(ExprPool &pool, Op op, ExprId a, ExprId b) {
    if (a == b) {
        return pool.constant(op == Op::Equal || op == Op::LessEqual, boolean);
    }
    Type type = pool[a].type;
    if (type != pool[b].type) {
        return unchanged;
    }
    if (type == boolean && pool.as_constant(b) && (op == Op::Equal || op == Op::NotEqual)) {
        bool inverted = (op == Op::Equal) == is_constant(pool, b, 0);
        return inverted ? pool.make(Op::Not, boolean, {a}) : a;
    }
    if (!type.is_signed && op == Op::Less && is_constant(pool, b, 0)) {
        return pool.constant(0, boolean);
    }
    if (!type.is_signed && op == Op::LessEqual && is_constant(pool, a, 0)) {
        return pool.constant(1, boolean);
    }
    return move_offset(pool, op, a, b);
}

ExprId simplify_logic(ExprPool &pool, Op op, ExprId a, ExprId b) {
    if (pool[a].type != boolean || pool[b].type != boolean) {
        return unchanged;
    }
    if (a == b) {
        return a;
    }
    if (std::optional<int64_t> c = pool.as_constant(b)) {
        return (*c != 0) == (op == Op::And) ? a : b;
    }
    return unchanged;
}

ExprId simplify_not(ExprPool &pool, ExprId a) {
    const ExprNode node = pool[a];
    switch (node.op) {
    case Op::Not:
        return pool[node.args[0]].type == boolean ? node.args[0] : unchanged;
    case Op::Equal:
        return pool.make(Op::NotEqual, boolean, node.args);
    case Op::NotEqual:
        return pool.make(Op::Equal, boolean, node.args);
    case Op::Less:
        return pool.make(Op::LessEqual, boolean, {node.args[1], node.args[0]});
    case Op::LessEqual:
        return pool.make(Op::Less, boolean, {node.args[1], node.args[0]});
    default:
        return unchanged;
    }
}

ExprId simplify_select(ExprPool &pool, Type type, ExprId condition, ExprId a, ExprId b) {
    if (pool[a].type != type || pool[b].type != type) {
        return unchanged;
    }
    if (std::optional<int64_t> c = pool.as_constant(condition)) {
        return *c ? a : b;
    }
    if (a == b) {
        return a;
    }
    if (type == boolean && pool[condition].type == boolean && is_constant(pool, a, 1) &&
        is_constant(pool, b, 0)) {
        return condition;
    }
    return unchanged;
}

ExprId simplify_cast(ExprPool &pool, Type type, ExprId a) {
    const ExprNode node = pool[a];
    if (node.type == type) {
        return a;
    }
    if (node.op == Op::Cast) {
        Type inner = pool[node.args[0]].type;
        bool lossless = minimum_of(inner) >= minimum_of(node.type) &&
                        maximum_of(inner) <= maximum_of(node.type);
        if (lossless || type.bits <= node.type.bits) {
            return pool.make(Op::Cast, type, {node.args[0]});
        }
    }
    return unchanged;
}

} // namespace

ExprId simplify(ExprPool &pool, Op op, Type type, const std::vector<ExprId> &args) {
    if (ExprId folded = fold_constants(pool, op, type, args); folded.defined()) {
        return folded;
    }
    switch (op) {
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
        return simplify_comparison(pool, op, args[0], args[1]);
    case Op::And:
    case Op::Or:
        return simplify_logic(pool, op, args[0], args[1]);
    case Op::Not:
        return simplify_not(pool, args[0]);
    case Op::Select:
        return simplify_select(pool, type, args[0], args[1], args[2]);
    case Op::Cast:
        return simplify_cast(pool, type, args[0]);
    case Op::ShiftLeft:
    case Op::ShiftRight:
        return is_constant(pool, args[1], 0) && pool[args[0]].type == type ? args[0] : unchanged;
    case Op::BitNot: {
        const ExprNode node = pool[args[0]];
        bool twice = node.op == Op::BitNot && node.type == type && pool[node.args[0]].type == type;
        return twice ? node.args[0] : unchanged;
    }
    default:
        bool one_type = pool[args[0]].type == type && pool[args[1]].type == type;
        return one_type ? simplify_arithmetic(pool, op, type, args[0], args[1]) : unchanged;
    }
}

} // namespace Orrery::hwir
