#include "hwgen/netlist/netlist.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::netlist {

namespace {

Value make_value(ValueOp op, int width, bool is_signed, std::vector<Value> args) {
    ORRERY_CHECK(width >= 1, "value of {} bits", width);
    auto node = std::make_shared<ValueNode>();
    node->op = op;
    node->width = width;
    node->is_signed = is_signed;
    node->args = std::move(args);
    return node;
}

/// A product wider than its operands has its width from the context: it must be the whole right
/// side of an assignment.
void check_operand(const Value &v) {
    ORRERY_CHECK(v, "undefined operand");
    ORRERY_CHECK(v->op != ValueOp::Mul, "a product is an operand: give it a wire of its own");
}

std::vector<uint64_t> low_bits(std::vector<uint64_t> words, int width) {
    words.resize((width + 63) / 64);
    if (width % 64 != 0) {
        words.back() &= (uint64_t(1) << (width % 64)) - 1;
    }
    return words;
}

bool constant_bit(const ValueNode &v, int index) { return v.bits[index / 64] >> (index % 64) & 1; }

/// Most significant bit of a signed value.
Value sign_bit(const Value &v) {
    switch (v->op) {
    case ValueOp::Net:
        return slice(v, v->width - 1, 1);
    case ValueOp::Slice:
        return slice(v->args[0], v->lsb + integer(v->width - 1), 1);
    case ValueOp::ToSigned:
    case ValueOp::ToUnsigned:
    case ValueOp::Concat:
    case ValueOp::Repeat:
        return sign_bit(v->args[0]);
    case ValueOp::Constant:
        return constant(1, constant_bit(*v, v->width - 1));
    default:
        ORRERY_CHECK(v->width == 1, "sign of an expression without a name: give it a wire");
        return to_unsigned(v);
    }
}

Value resize_constant(const Value &v, int width) {
    std::vector<uint64_t> words = v->bits;
    if (v->is_signed && constant_bit(*v, v->width - 1)) {
        if (v->width % 64 != 0) {
            words.back() |= ~uint64_t(0) << (v->width % 64);
        }
        words.resize((width + 63) / 64, ~uint64_t(0));
    }
    return constant(width, std::move(words), v->is_signed);
}

} // namespace

Value constant(int width, std::vector<uint64_t> bits, bool is_signed) {
    auto node = std::make_shared<ValueNode>(*make_value(ValueOp::Constant, width, is_signed, {}));
    node->bits = low_bits(std::move(bits), width);
    return node;
}

Value constant(int width, int64_t value, bool is_signed) {
    if (width < 64) {
        int64_t low = -(int64_t(1) << (width - 1));
        int64_t high = is_signed ? -low - 1 : int64_t((uint64_t(1) << width) - 1);
        ORRERY_CHECK(value >= low && value <= high, "{} does not fit into {} bits", value, width);
    }
    std::vector<uint64_t> words((width + 63) / 64, value < 0 ? ~uint64_t(0) : 0);
    ORRERY_CHECK(!words.empty(), "constant of {} bits", width);
    words[0] = uint64_t(value);
    return constant(width, std::move(words), is_signed);
}

Value slice(Value net, Integer lsb, int width) {
    ORRERY_CHECK(net && (net->op == ValueOp::Net || net->op == ValueOp::Slice),
                 "a slice of an expression: give it a wire");
    if (net->op == ValueOp::Slice) {
        return slice(net->args[0], net->lsb + lsb, width);
    }
    ORRERY_CHECK(width >= 1 && width <= net->width, "{} bits of {} with {} bits", width, net->net,
                 net->width);
    if (lsb->op == IntegerOp::Constant) {
        ORRERY_CHECK(lsb->value >= 0 && lsb->value + width <= net->width,
                     "bits [{} +: {}] of {} with {} bits", lsb->value, width, net->net, net->width);
    }
    if (width == net->width && !net->is_signed) {
        return net; // the index can only be 0; a scalar must not be indexed
    }
    if (net->width == 1) {
        return to_unsigned(net);
    }
    auto node = std::make_shared<ValueNode>(*make_value(ValueOp::Slice, width, false, {net}));
    node->lsb = std::move(lsb);
    return node;
}

Value slice(Value net, int64_t lsb, int width) {
    return slice(std::move(net), integer(lsb), width);
}

Value bit(Value net, Integer index) { return slice(std::move(net), std::move(index), 1); }

Value localparam_value(const std::string &name, int width) {
    ORRERY_CHECK(width <= 32, "a localparam has 32 bits, not {}", width);
    auto node = std::make_shared<ValueNode>(*make_value(ValueOp::Localparam, width, false, {}));
    node->net = name;
    return node;
}

Value without_conversion(Value v) {
    bool converted = v && (v->op == ValueOp::ToSigned || v->op == ValueOp::ToUnsigned);
    return converted ? v->args[0] : v;
}

Value concat(std::vector<Value> parts) {
    ORRERY_CHECK(!parts.empty(), "empty concatenation");
    int width = 0;
    for (Value &p : parts) {
        check_operand(p);
        p = without_conversion(p);
        width += p->width;
    }
    return parts.size() == 1 ? to_unsigned(parts[0])
                             : make_value(ValueOp::Concat, width, false, std::move(parts));
}

Value repeat(int count, Value v) {
    check_operand(v);
    ORRERY_CHECK(count >= 1, "repeated {} times", count);
    if (count == 1) {
        return to_unsigned(v);
    }
    auto node = std::make_shared<ValueNode>(
        *make_value(ValueOp::Repeat, count * v->width, false, {without_conversion(v)}));
    node->count = count;
    return node;
}

namespace {

Value with_sign(ValueOp op, Value v, bool is_signed) {
    check_operand(v);
    if (v->is_signed == is_signed) {
        return v;
    }
    if (v->op == ValueOp::Constant) {
        return constant(v->width, v->bits, is_signed);
    }
    bool undoes = v->op == ValueOp::ToSigned || v->op == ValueOp::ToUnsigned;
    return undoes ? v->args[0] : make_value(op, v->width, is_signed, {v});
}

} // namespace

Value to_signed(Value v) { return with_sign(ValueOp::ToSigned, std::move(v), true); }

Value to_unsigned(Value v) { return with_sign(ValueOp::ToUnsigned, std::move(v), false); }

Value unary(ValueOp op, Value a) {
    check_operand(a);
    switch (op) {
    case ValueOp::Not:
    case ValueOp::Negate:
        return make_value(op, a->width, a->is_signed, {a});
    case ValueOp::ReduceAnd:
    case ValueOp::ReduceOr:
    case ValueOp::ReduceXor:
        return make_value(op, 1, false, {a});
    default:
        ORRERY_CHECK(false, "operator {} is not unary", int(op));
    }
}

Value binary(ValueOp op, Value a, Value b, int width) {
    check_operand(a);
    check_operand(b);
    switch (op) {
    case ValueOp::Mul:
        ORRERY_CHECK(a->is_signed == b->is_signed, "product of a signed and an unsigned operand");
        ORRERY_CHECK(width >= std::max(a->width, b->width) && width <= a->width + b->width,
                     "product of {} x {} bits into {}", a->width, b->width, width);
        return make_value(op, width, a->is_signed, {a, b});
    case ValueOp::ShiftLeft:
    case ValueOp::ShiftRight:
        ORRERY_CHECK(!b->is_signed, "signed shift amount");
        return make_value(op, a->width, a->is_signed, {a, b});
    case ValueOp::Add:
    case ValueOp::Sub:
    case ValueOp::Div:
    case ValueOp::Mod:
    case ValueOp::And:
    case ValueOp::Or:
    case ValueOp::Xor:
    case ValueOp::Equal:
    case ValueOp::NotEqual:
    case ValueOp::Less:
    case ValueOp::LessEqual: {
        ORRERY_CHECK(a->width == b->width, "operands of {} and {} bits", a->width, b->width);
        ORRERY_CHECK(a->is_signed == b->is_signed, "operands of different signedness");
        bool compares = op >= ValueOp::Equal && op <= ValueOp::LessEqual;
        return make_value(op, compares ? 1 : a->width, !compares && a->is_signed, {a, b});
    }
    default:
        ORRERY_CHECK(false, "operator {} is not binary", int(op));
    }
}

Value select(Value condition, Value if_true, Value if_false) {
    for (const Value &v : {condition, if_true, if_false}) {
        check_operand(v);
    }
    ORRERY_CHECK(condition->width == 1, "condition of {} bits", condition->width);
    ORRERY_CHECK(if_true->width == if_false->width, "alternatives of {} and {} bits",
                 if_true->width, if_false->width);
    ORRERY_CHECK(if_true->is_signed == if_false->is_signed, "alternatives of different signedness");
    return make_value(ValueOp::Select, if_true->width, if_true->is_signed,
                      {condition, if_true, if_false});
}

Value resize(Value v, int width) {
    check_operand(v);
    ORRERY_CHECK(width >= 1, "value of {} bits", width);
    if (width == v->width) {
        return v;
    }
    if (v->op == ValueOp::Constant) {
        return resize_constant(v, width);
    }
    if (width > v->width) {
        int added = width - v->width;
        Value high = v->is_signed ? repeat(added, sign_bit(v)) : constant(added, 0);
        Value wide = concat({high, to_unsigned(v)});
        return v->is_signed ? to_signed(wide) : wide;
    }
    bool converted = v->op == ValueOp::ToSigned || v->op == ValueOp::ToUnsigned;
    Value narrow = slice(converted ? v->args[0] : v, 0, width);
    return v->is_signed ? to_signed(narrow) : to_unsigned(narrow);
}

} // namespace Orrery::netlist
