#include "hwgen/verilog/expression.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::verilog {

using namespace netlist;

namespace {

/// Binding strength of what a piece of text is, by Verilog's table of operators.
enum Precedence {
    Conditional,
    BitwiseOr,
    BitwiseXor,
    BitwiseAnd,
    Equality,
    Relation,
    ShiftLevel,
    Sum,
    Product,
    UnaryLevel,
    Primary
};

struct Text {
    std::string text;
    Precedence precedence = Primary;
};

std::string parenthesise(const Text &t, Precedence at_least) {
    return t.precedence < at_least ? "(" + t.text + ")" : t.text;
}

/// Pieces of 64 bits in hexadecimal, most significant first: {8'h12, 64'h...}.
std::string hex_pieces(int width, const std::vector<uint64_t> &bits) {
    std::string text;
    for (int piece = int(bits.size()) - 1; piece >= 0; piece--) {
        int piece_width = std::min(64, width - 64 * piece);
        text += fmt::format("{}{}'h{:0{}x}", text.empty() ? "" : ", ", piece_width, bits[piece],
                            (piece_width + 3) / 4);
    }
    return bits.size() == 1 ? text : "{" + text + "}";
}

/// Decimal where the number is short enough to be read, else hexadecimal.
Text constant_text(int width, const std::vector<uint64_t> &bits, bool is_signed) {
    bool is_zero = true;
    for (uint64_t word : bits) {
        is_zero &= word == 0;
    }
    const char *sign = is_signed ? "s" : "";
    if (is_zero) {
        return {fmt::format("{}'{}{}0", width, sign, width == 1 ? "b" : "d")};
    }
    if (width == 1) {
        return {fmt::format("1'{}b1", sign)};
    }
    if (width > 64) {
        std::string pieces = hex_pieces(width, bits);
        return {is_signed ? "$signed(" + pieces + ")" : pieces};
    }
    constexpr uint64_t readable = uint64_t(1) << 31;
    uint64_t all = width == 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1;
    bool is_negative = is_signed && bits[0] >> (width - 1) & 1;
    uint64_t magnitude = is_negative ? (~bits[0] + 1) & all : bits[0];
    bool is_minimum = is_negative && magnitude == bits[0];
    if (magnitude < readable && !is_minimum) {
        return {fmt::format("{}{}'{}d{}", is_negative ? "-" : "", width, sign, magnitude),
                is_negative ? UnaryLevel : Primary};
    }
    return {fmt::format("{}'{}h{:0{}x}", width, sign, bits[0], (width + 3) / 4)};
}

Text integer_piece(const Integer &e) {
    auto infix = [&](const char *op, Precedence level) -> Text {
        return {parenthesise(integer_piece(e->args[0]), level) + op +
                    parenthesise(integer_piece(e->args[1]), Precedence(level + 1)),
                level};
    };
    switch (e->op) {
    case IntegerOp::Constant:
        return {std::to_string(e->value), e->value < 0 ? UnaryLevel : Primary};
    case IntegerOp::Name:
        return {e->name};
    case IntegerOp::Add:
        return infix(" + ", Sum);
    case IntegerOp::Sub:
        return infix(" - ", Sum);
    case IntegerOp::Mul:
        return infix(" * ", Product);
    case IntegerOp::Div:
        return infix(" / ", Product);
    case IntegerOp::Mod:
        return infix(" % ", Product);
    }
    ORRERY_CHECK(false, "integer operator {}", int(e->op));
}

Text piece(const Value &v);

std::string list(const std::vector<Value> &values) {
    std::string text;
    for (const Value &v : values) {
        text += (text.empty() ? "" : ", ") + piece(v).text;
    }
    return "{" + text + "}";
}

std::string slice_text(const ValueNode &v) {
    const std::string &net = v.args[0]->net;
    if (v.width == 1) {
        return fmt::format("{}[{}]", net, integer_text(v.lsb));
    }
    if (v.lsb->op == IntegerOp::Constant) {
        return fmt::format("{}[{}:{}]", net, v.lsb->value + v.width - 1, v.lsb->value);
    }
    return fmt::format("{}[{} +: {}]", net, integer_text(v.lsb), v.width);
}

Text unary(const char *op, const ValueNode &v) {
    return {op + parenthesise(piece(v.args[0]), Primary), UnaryLevel};
}

/// A constant factor. The minus sign of a negative one would be an operation as wide as the
/// product, of which lint tools warn.
std::string factor_text(const ValueNode &v) {
    Text t = constant_text(v.width, v.bits, v.is_signed);
    bool negated = t.precedence == UnaryLevel;
    return negated ? fmt::format("{}'sh{:x}", v.width, v.bits[0]) : t.text;
}

Text infix(const char *op, Precedence level, const ValueNode &v) {
    auto operand = [&](int index, Precedence at_least) {
        const ValueNode &argument = *v.args[index];
        if (v.op == ValueOp::Mul && argument.op == ValueOp::Constant) {
            return factor_text(argument);
        }
        Text t = piece(v.args[index]);
        // "a & &b" would be legal but unreadable.
        bool reduction = t.precedence == UnaryLevel && t.text[0] != '~';
        return reduction ? "(" + t.text + ")" : parenthesise(t, at_least);
    };
    return {operand(0, level) + op + operand(1, Precedence(level + 1)), level};
}

Text conditional(const ValueNode &v) {
    return {parenthesise(piece(v.args[0]), UnaryLevel) + " ? " +
                parenthesise(piece(v.args[1]), Precedence(Conditional + 1)) + " : " +
                piece(v.args[2]).text,
            Conditional};
}

Text piece(const Value &value) {
    const ValueNode &v = *value;
    switch (v.op) {
    case ValueOp::Constant:
        return constant_text(v.width, v.bits, v.is_signed);
    case ValueOp::Net:
        return {v.net};
    case ValueOp::Slice:
        return {slice_text(v)};
    case ValueOp::Localparam:
        return {fmt::format("{}[{}:0]", v.net, v.width - 1)};
    case ValueOp::Concat:
        return {list(v.args)};
    case ValueOp::Repeat: {
        bool braced = v.args[0]->op == ValueOp::Concat;
        std::string inner = piece(v.args[0]).text;
        return {fmt::format("{{{}{}}}", v.count, braced ? inner : "{" + inner + "}")};
    }
    case ValueOp::ToSigned:
        return {"$signed(" + piece(v.args[0]).text + ")"};
    case ValueOp::ToUnsigned:
        return {"$unsigned(" + piece(v.args[0]).text + ")"};
    case ValueOp::Not:
        return unary("~", v);
    case ValueOp::ReduceAnd:
        return unary("&", v);
    case ValueOp::ReduceOr:
        return unary("|", v);
    case ValueOp::ReduceXor:
        return unary("^", v);
    case ValueOp::Negate:
        return unary("-", v);
    case ValueOp::Add:
        return infix(" + ", Sum, v);
    case ValueOp::Sub:
        return infix(" - ", Sum, v);
    case ValueOp::Mul:
        return infix(" * ", Product, v);
    case ValueOp::Div:
        return infix(" / ", Product, v);
    case ValueOp::Mod:
        return infix(" % ", Product, v);
    case ValueOp::And:
        return infix(" & ", BitwiseAnd, v);
    case ValueOp::Or:
        return infix(" | ", BitwiseOr, v);
    case ValueOp::Xor:
        return infix(" ^ ", BitwiseXor, v);
    case ValueOp::Equal:
        return infix(" == ", Equality, v);
    case ValueOp::NotEqual:
        return infix(" != ", Equality, v);
    case ValueOp::Less:
        return infix(" < ", Relation, v);
    case ValueOp::LessEqual:
        return infix(" <= ", Relation, v);
    case ValueOp::ShiftLeft:
        return infix(" << ", ShiftLevel, v);
    case ValueOp::ShiftRight:
        return infix(v.is_signed ? " >>> " : " >> ", ShiftLevel, v);
    case ValueOp::Select:
        return conditional(v);
    }
    ORRERY_CHECK(false, "operator {}", int(v.op));
}

} // namespace

std::string expression_text(const Value &value) {
    std::string text = piece(value).text;
    // Behind "target <=" a bare comparison would look like a second assignment.
    return value->op == ValueOp::LessEqual ? "(" + text + ")" : text;
}

std::string integer_text(const Integer &e) { return integer_piece(e).text; }

std::string range_text(int width) { return width == 1 ? "" : fmt::format("[{}:0] ", width - 1); }

std::string parameter_text(const ParameterValue &value) {
    if (value.width == 0) {
        return std::to_string(value.integer);
    }
    return constant_text(value.width, constant(value.width, value.bits)->bits, false).text;
}

} // namespace Orrery::verilog
