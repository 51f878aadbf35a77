#include "hwgen/hwir/print.h"

#include <fmt/format.h>

namespace Orrery::hwir {
namespace {

/// Binding strength, as in C; operands of a weaker or equal operator are put in parentheses.
enum Strength {
    Lowest,
    LogicalOr,
    LogicalAnd,
    BitwiseOr,
    BitwiseXor,
    BitwiseAnd,
    Equality,
    Relation,
    Shift,
    Sum,
    Product,
    Prefix,
    Atom
};

struct Spelling {
    const char *text;
    Strength strength;
    bool function; ///< min(a, b) rather than a + b
};

Spelling spelling(Op op) {
    switch (op) {
    case Op::Add:
        return {"+", Sum, false};
    case Op::Sub:
        return {"-", Sum, false};
    case Op::Mul:
        return {"*", Product, false};
    case Op::Div:
        return {"/", Product, false};
    case Op::Mod:
        return {"%", Product, false};
    case Op::Min:
        return {"min", Atom, true};
    case Op::Max:
        return {"max", Atom, true};
    case Op::Equal:
        return {"==", Equality, false};
    case Op::NotEqual:
        return {"!=", Equality, false};
    case Op::Less:
        return {"<", Relation, false};
    case Op::LessEqual:
        return {"<=", Relation, false};
    case Op::And:
        return {"&&", LogicalAnd, false};
    case Op::Or:
        return {"||", LogicalOr, false};
    case Op::Not:
        return {"!", Prefix, false};
    case Op::Select:
        return {"select", Atom, true};
    case Op::ShiftLeft:
        return {"<<", Shift, false};
    case Op::ShiftRight:
        return {">>", Shift, false};
    case Op::BitAnd:
        return {"&", BitwiseAnd, false};
    case Op::BitOr:
        return {"|", BitwiseOr, false};
    case Op::BitXor:
        return {"^", BitwiseXor, false};
    case Op::BitNot:
        return {"~", Prefix, false};
    case Op::Constant:
    case Op::Counter:
    case Op::Load:
    case Op::Scalar:
    case Op::Cast:
        return {"", Atom, true};
    }
    return {"", Atom, true};
}

bool has_boolean_result(Op op) {
    return op == Op::Equal || op == Op::NotEqual || op == Op::Less || op == Op::LessEqual ||
           op == Op::And || op == Op::Or || op == Op::Not;
}

class ExprPrinter {
public:
    ExprPrinter(const ExprPool &p, const std::vector<Loop> &l, const ExprNames &n = {})
        : pool(p), loops(l), names(n) {}

    std::string text(ExprId id, int context = Lowest) const {
        if (!id.defined()) {
            return "undefined";
        }
        if (auto name = names.find(id); name != names.end()) {
            return name->second;
        }
        return definition(id, context);
    }

    /// The text of a value that may have a name.
    std::string definition(ExprId id, int context = Lowest) const {
        const ExprNode &node = pool[id];
        switch (node.op) {
        case Op::Constant:
            return constant(node);
        case Op::Counter:
            return loops.at(node.value).name;
        case Op::Load:
            return fmt::format("load{}", node.value);
        case Op::Scalar:
            return pool.scalars()[node.value].name;
        case Op::Cast:
            return fmt::format("{}({})", type_name(node.type), text(node.args[0]));
        default:
            return operation(node, context);
        }
    }

private:
    const ExprPool &pool;
    const std::vector<Loop> &loops;
    const ExprNames names;

    static std::string constant(const ExprNode &node) {
        if (node.type == index_type) {
            return std::to_string(node.value);
        }
        if (node.type == boolean) {
            return node.value ? "true" : "false";
        }
        return fmt::format("{}({})", type_name(node.type), node.value);
    }

    /// The type of a result is that of its operands, or bool for comparisons: anything else is
    /// spelled out.
    bool usual_type(const ExprNode &node) const {
        Type expected = has_boolean_result(node.op) ? boolean : pool[node.args.back()].type;
        bool shift = node.op == Op::ShiftLeft || node.op == Op::ShiftRight;
        return node.type == (shift ? pool[node.args[0]].type : expected);
    }

    std::string operation(const ExprNode &node, int context) const {
        Spelling s = spelling(node.op);
        std::string name =
            usual_type(node) ? s.text : fmt::format("{}.{}", s.text, type_name(node.type));
        if (s.function) {
            std::string out = name + "(";
            for (size_t i = 0; i < node.args.size(); i++) {
                out += (i ? ", " : "") + text(node.args[i]);
            }
            return out + ")";
        }
        if (s.strength == Prefix) {
            return name + text(node.args[0], Prefix);
        }
        // The left operand may bind equally: a - b - c is (a - b) - c. Nobody remembers how & and
        // << bind: parentheses.
        bool obscure = s.strength == Shift || (s.strength >= BitwiseOr && s.strength <= BitwiseAnd);
        int left = obscure ? Product : s.strength - 1, right = obscure ? Product : s.strength;
        std::string gap = s.strength == Product && usual_type(node) ? "" : " ";
        std::string out = text(node.args[0], left) + gap + name + gap + text(node.args[1], right);
        return s.strength <= context || (obscure && context != Lowest) ? "(" + out + ")" : out;
    }
};

/// Appends `coefficient*name` to a sum.
void append_term(std::string &sum, int64_t coefficient, const std::string &name) {
    if (coefficient == 0) {
        return;
    }
    int64_t magnitude = coefficient < 0 ? -coefficient : coefficient;
    std::string term = magnitude == 1 ? name : fmt::format("{}*{}", magnitude, name);
    if (sum.empty()) {
        sum = (coefficient < 0 ? "-" : "") + term;
    } else {
        sum += (coefficient < 0 ? " - " : " + ") + term;
    }
}

} // namespace

std::string type_name(Type type) {
    return type == boolean ? "bool"
                           : fmt::format("{}{}", type.is_signed ? "int" : "uint", type.bits);
}

std::string print_expr(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops,
                       const ExprNames &names) {
    return ExprPrinter(pool, loops, names).text(id);
}

std::string print_definition(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops,
                             const ExprNames &names) {
    return ExprPrinter(pool, loops, names).definition(id);
}

ExprNames name_shared(const ExprPool &pool, const std::vector<ExprId> &roots) {
    constexpr int least_operations = 4; // in a text that is worth a name
    std::map<ExprId, int> users;
    std::vector<ExprId> open = roots;
    while (!open.empty()) {
        const ExprId id = open.back();
        open.pop_back();
        if (id.defined() && users[id]++ == 0) {
            open.insert(open.end(), pool[id].args.begin(), pool[id].args.end());
        }
    }
    // Operands have smaller numbers than what is made of them.
    std::map<ExprId, int> operations;
    ExprNames names;
    for (const auto &[id, count] : users) {
        int size = pool[id].args.empty() ? 0 : 1;
        for (ExprId operand : pool[id].args) {
            size += names.count(operand) ? 0 : operations[operand];
        }
        operations[id] = size;
        if (count > 1 && size >= least_operations) {
            names.emplace(id, fmt::format("shared{}", names.size()));
        }
    }
    return names;
}

std::string print_index(const ExprPool &pool, const Index &index, const std::vector<Loop> &loops) {
    std::string sum;
    for (size_t i = 0; i < index.coefficients.size(); i++) {
        append_term(sum, index.coefficients[i], loops.at(i).name);
    }
    if (index.base.defined()) {
        append_term(sum, 1, fmt::format("base({})", print_expr(pool, index.base, loops)));
    }
    if (index.lane_table.defined()) {
        append_term(sum, 1, fmt::format("table({})", print_expr(pool, index.lane_table, loops)));
    }
    if (index.offset != 0) {
        bool negative = index.offset < 0 && !sum.empty();
        sum += fmt::format("{}{}",
                           sum.empty() ? ""
                           : negative  ? " - "
                                       : " + ",
                           negative ? -index.offset : index.offset);
    }
    if (sum.empty()) {
        sum = "0";
    }
    return index.modulus ? fmt::format("({}) % {}", sum, index.modulus) : sum;
}

std::string print_start(const ExprPool &pool, const RunStart &start,
                        const std::vector<Loop> &loops) {
    std::string sum;
    for (size_t i = 0; i < start.coefficients.size(); i++) {
        if (auto constant = pool.as_constant(start.coefficients[i])) {
            append_term(sum, *constant, loops.at(i).name);
        } else {
            const std::string factor =
                ExprPrinter(pool, loops).text(start.coefficients[i], Product);
            append_term(sum, 1, fmt::format("{}*{}", factor, loops.at(i).name));
        }
    }
    if (start.base.defined()) {
        append_term(sum, 1, fmt::format("base({})", print_expr(pool, start.base, loops)));
    }
    const auto constant = pool.as_constant(start.offset);
    if (!constant) {
        append_term(sum, 1, print_expr(pool, start.offset, loops));
    } else if (*constant != 0 || sum.empty()) {
        const bool negative = *constant < 0 && !sum.empty();
        sum += fmt::format("{}{}",
                           sum.empty() ? ""
                           : negative  ? " - "
                                       : " + ",
                           negative ? -*constant : *constant);
    }
    return sum;
}

} // namespace Orrery::hwir
