#include "hwgen/lower/datapath_operations.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::lower {

using hwir::Op;
using netlist::Scope;
using netlist::Value;
using netlist::ValueOp;

namespace {

int bits_of_magnitude(uint64_t magnitude) {
    int bits = 0;
    for (; magnitude != 0; magnitude >>= 1) {
        bits++;
    }
    return bits;
}

bool constant_bit(const Value &v, int index) { return v->bits[index / 64] >> (index % 64) & 1; }

/// Bits [lsb +: width] of an operand, unsigned.
Value part(const Value &v, int lsb, int width) {
    if (v->op != ValueOp::Constant) {
        return netlist::to_unsigned(netlist::slice(netlist::without_conversion(v), lsb, width));
    }
    std::vector<uint64_t> bits((width + 63) / 64, 0);
    for (int i = 0; i < width; i++) {
        bits[i / 64] |= uint64_t(constant_bit(v, lsb + i)) << (i % 64);
    }
    return netlist::constant(width, bits);
}

Value is_negative(const Value &v) {
    return v->is_signed ? part(v, v->width - 1, 1) : netlist::constant(1, 0);
}

/// Is the operand other than 0?
Value truth(const Value &v) {
    if (v->op == ValueOp::Constant) {
        bool any =
            std::any_of(v->bits.begin(), v->bits.end(), [](uint64_t word) { return word != 0; });
        return netlist::constant(1, any);
    }
    return v->width == 1 ? netlist::to_unsigned(v) : netlist::unary(ValueOp::ReduceOr, v);
}

Value logical_not(Value v) { return netlist::unary(ValueOp::Not, std::move(v)); }

Value unsigned_fit(const Value &v, int width) { return netlist::to_unsigned(fit(v, width)); }

/// Operations whose low bits depend on the low bits of the operands only.
Value modular(ValueOp op, const Value &a, const Value &b, int width) {
    bool plain = a->width == width && b->width == width && a->is_signed && b->is_signed;
    return plain ? netlist::binary(op, a, b)
                 : netlist::binary(op, unsigned_fit(a, width), unsigned_fit(b, width));
}

Value multiply(Value a, Value b, int width) {
    if (b->op != ValueOp::Constant && a->op == ValueOp::Constant) {
        std::swap(a, b);
    }
    if (std::optional<int> exponent = power_of_two(b)) {
        int kept = width - *exponent;
        Value zeros = *exponent > 0 ? netlist::constant(std::min(*exponent, width), 0) : nullptr;
        return kept <= 0 ? zeros
               : zeros   ? netlist::concat({fit(a, kept), zeros})
                         : unsigned_fit(a, width);
    }
    bool is_signed = a->is_signed || b->is_signed;
    auto factor_width = [&](const Value &v) {
        return std::min(v->width + (is_signed && !v->is_signed), width);
    };
    int width_a = factor_width(a), width_b = factor_width(b);
    width_a = std::max(width_a, width - width_b); // a product is no wider than its factors together
    a = fit(a, width_a);
    b = fit(b, width_b);
    return netlist::binary(ValueOp::Mul, is_signed ? netlist::to_signed(a) : a,
                           is_signed ? netlist::to_signed(b) : b, width);
}

Value compare(ValueOp op, const Value &a, const Value &b) {
    bool is_signed = a->is_signed || b->is_signed;
    auto needed = [&](const Value &v) { return v->width + (is_signed && !v->is_signed); };
    int width = std::max(needed(a), needed(b));
    auto operand = [&](const Value &v) {
        Value wide = fit(v, width);
        return is_signed ? netlist::to_signed(wide) : wide;
    };
    return netlist::binary(op, operand(a), operand(b));
}

/// |v|, as wide as v.
Value magnitude(Scope scope, const std::string &name, const Value &v) {
    if (!v->is_signed) {
        return v;
    }
    Value absolute = netlist::select(is_negative(v), netlist::unary(ValueOp::Negate, v), v);
    return scope.wire(name, netlist::to_unsigned(absolute));
}

Value is_zero(const Value &v) {
    return netlist::binary(ValueOp::Equal, netlist::to_unsigned(v), netlist::constant(v->width, 0));
}

/// Bits [width-1 : 0] of floor(a / 2^amount) for a constant amount.
Value shift_down_by(const Value &a, int amount, int width) {
    if (amount >= a->width) {
        return a->is_signed ? netlist::repeat(width, is_negative(a)) : netlist::constant(width, 0);
    }
    Value high = part(a, amount, a->width - amount);
    return fit(a->is_signed ? netlist::to_signed(high) : high, width);
}

/// Euclidean division by way of the magnitudes, so that no tool's idea of signed division matters.
Value divide(Scope scope, const std::string &name, Op op, const Value &a, const Value &b,
             int width) {
    if (std::optional<int> exponent = power_of_two(b)) {
        return op == Op::Div    ? shift_down_by(a, *exponent, width)
               : *exponent == 0 ? netlist::constant(width, 0)
                                : fit(unsigned_fit(a, std::min(*exponent, width)), width);
    }
    if (b->op == ValueOp::Constant && !constant_bit(truth(b), 0)) {
        return netlist::constant(width, 0);
    }
    int wide = std::max(a->width, b->width);
    Value dividend = fit(magnitude(scope, name + "_dividend", a), wide);
    Value divisor = fit(magnitude(scope, name + "_divisor", b), wide);
    Value rest;
    if (op == Op::Mod || a->is_signed) {
        rest = scope.wire(name + "_rest", netlist::binary(ValueOp::Mod, dividend, divisor));
    }
    Value round =
        a->is_signed ? netlist::binary(ValueOp::And, is_negative(a), truth(rest)) : nullptr;
    Value result = rest;
    if (op == Op::Div) {
        result = scope.wire(name + "_truncated", netlist::binary(ValueOp::Div, dividend, divisor));
        result = !round ? result
                        : scope.wire(name + "_rounded",
                                     netlist::binary(ValueOp::Add, result, fit(round, wide)));
        Value sign = netlist::binary(ValueOp::Xor, is_negative(a), is_negative(b));
        result = fit(result, width);
        if (a->is_signed || b->is_signed) {
            result = netlist::select(sign, netlist::unary(ValueOp::Negate, result), result);
        }
    } else {
        if (round) {
            Value complement = netlist::binary(ValueOp::Sub, divisor, rest);
            result = scope.wire(name + "_positive", netlist::select(round, complement, rest));
        }
        result = fit(result, width);
    }
    return b->op == ValueOp::Constant
               ? result
               : netlist::select(is_zero(b), netlist::constant(width, 0), result);
}

/// An amount that shifts `width` bits out just as the given one does, without useless high bits.
Value limit_amount(Scope scope, const std::string &name, const Value &amount, int width) {
    int enough = bits_of_magnitude(uint64_t(width));
    if (amount->width <= enough) {
        return amount;
    }
    Value too_large = truth(part(amount, enough, amount->width - enough));
    Value all_ones = netlist::constant(enough, (int64_t(1) << enough) - 1);
    return scope.wire(name, netlist::select(too_large, all_ones, part(amount, 0, enough)));
}

Value shift_up(Scope scope, const std::string &name, const Value &a, const Value &amount,
               int width) {
    return netlist::binary(ValueOp::ShiftLeft, unsigned_fit(a, width),
                           limit_amount(scope, name + "_up", amount, width));
}

Value shift_down(Scope scope, const std::string &name, const Value &a, const Value &amount,
                 int width) {
    int wide = std::max(width, a->width);
    Value shifted = netlist::binary(ValueOp::ShiftRight, fit(a, wide),
                                    limit_amount(scope, name + "_down", amount, wide));
    if (wide > width) {
        shifted =
            netlist::slice(scope.wire(name + "_wide", netlist::to_unsigned(shifted)), 0, width);
    }
    return netlist::to_unsigned(shifted);
}

Value shift(Scope scope, const std::string &name, bool left, const Value &a, const Value &amount,
            int width) {
    if (amount->op == ValueOp::Constant) {
        bool up = left != (amount->is_signed && constant_bit(amount, amount->width - 1));
        uint64_t bits = amount->is_signed ? fit(amount, 64)->bits[0] : amount->bits[0];
        uint64_t count = amount->is_signed && int64_t(bits) < 0 ? -bits : bits;
        int limited = int(std::min<uint64_t>(count, 127));
        if (!up) {
            return shift_down_by(a, limited, width);
        }
        Value zeros = limited > 0 ? netlist::constant(std::min(limited, width), 0) : nullptr;
        return limited >= width ? zeros
               : zeros          ? netlist::concat({fit(a, width - limited), zeros})
                                : unsigned_fit(a, width);
    }
    if (!amount->is_signed) {
        return left ? shift_up(scope, name, a, amount, width)
                    : shift_down(scope, name, a, amount, width);
    }
    Value distance = magnitude(scope, name + "_amount", amount);
    Value up = shift_up(scope, name, a, distance, width);
    Value down = shift_down(scope, name, a, distance, width);
    return netlist::select(is_negative(amount), left ? down : up, left ? up : down);
}

} // namespace

Shape smallest_shape(hwir::Interval interval, hwir::Type type) {
    if (!type.is_signed && interval.min < 0) {
        return {64, false}; // a uint64 beyond INT64_MAX
    }
    if (interval.min >= 0) {
        return {std::max(1, bits_of_magnitude(uint64_t(interval.max))), false};
    }
    uint64_t below = uint64_t(-(interval.min + 1)),
             above = uint64_t(std::max<int64_t>(interval.max, 0));
    return {1 + bits_of_magnitude(std::max(below, above)), true};
}

std::optional<int> power_of_two(const Value &v) {
    if (v->op != ValueOp::Constant || (v->is_signed && constant_bit(v, v->width - 1))) {
        return std::nullopt;
    }
    std::optional<int> exponent;
    for (int i = 0; i < v->width; i++) {
        if (constant_bit(v, i)) {
            if (exponent) {
                return std::nullopt;
            }
            exponent = i;
        }
    }
    return exponent;
}

Value fit(const Value &v, int width) { return netlist::resize(v, width); }

Value operation(Scope scope, const std::string &name, Op op, Shape result,
                const std::vector<Value> &v) {
    int width = result.width;
    switch (op) {
    case Op::Add:
        return modular(ValueOp::Add, v[0], v[1], width);
    case Op::Sub:
        return modular(ValueOp::Sub, v[0], v[1], width);
    case Op::BitAnd:
        return modular(ValueOp::And, v[0], v[1], width);
    case Op::BitOr:
        return modular(ValueOp::Or, v[0], v[1], width);
    case Op::BitXor:
        return modular(ValueOp::Xor, v[0], v[1], width);
    case Op::BitNot:
        return netlist::unary(ValueOp::Not, fit(v[0], width));
    case Op::Mul:
        return multiply(v[0], v[1], width);
    case Op::Div:
    case Op::Mod:
        return divide(scope, name, op, v[0], v[1], width);
    case Op::Min:
    case Op::Max:
        return netlist::select(compare(ValueOp::Less, v[0], v[1]),
                               unsigned_fit(v[op == Op::Max], width),
                               unsigned_fit(v[op == Op::Min], width));
    case Op::Equal:
        return compare(ValueOp::Equal, v[0], v[1]);
    case Op::NotEqual:
        return compare(ValueOp::NotEqual, v[0], v[1]);
    case Op::Less:
        return compare(ValueOp::Less, v[0], v[1]);
    case Op::LessEqual:
        return compare(ValueOp::LessEqual, v[0], v[1]);
    case Op::And:
        return netlist::binary(ValueOp::And, truth(v[0]), truth(v[1]));
    case Op::Or:
        return netlist::binary(ValueOp::Or, truth(v[0]), truth(v[1]));
    case Op::Not:
        return logical_not(truth(v[0]));
    case Op::Select:
        return netlist::select(truth(v[0]), unsigned_fit(v[1], width), unsigned_fit(v[2], width));
    case Op::Cast:
        return fit(v[0], width);
    case Op::ShiftLeft:
    case Op::ShiftRight:
        return shift(scope, name, op == Op::ShiftLeft, v[0], v[1], width);
    case Op::Constant:
    case Op::Counter:
    case Op::Load:
    case Op::Scalar:
        break;
    }
    ORRERY_CHECK(false, "operation {} is a leaf", int(op));
}

} // namespace Orrery::lower
