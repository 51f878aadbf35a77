#include "fuzz/cpp_expression.h"

#include "hwgen/support/error.h"

namespace Orrery::fuzz {

namespace HI = Halide::Internal;

namespace {

/// Prints what Halide keeps of an expression: its operators and intrinsics carry the names of the
/// functions that make them, and types are explicit.
class Printer : public HI::IRVisitor {
public:
    explicit Printer(const std::map<std::string, std::string> &names) : funcs(names) {}

    std::string text(const Halide::Expr &e) {
        result.clear();
        e.accept(this);
        ORRERY_CHECK(!result.empty(), "an expression of a layer has no C++ text");
        return result;
    }

private:
    using HI::IRVisitor::visit;

    void visit(const HI::IntImm *op) override {
        const std::string number =
            op->value == INT32_MIN ? "INT32_MIN" : fmt::format("{}", op->value);
        result = op->type == Halide::Int(32)
                     ? fmt::format("Expr({})", number)
                     : fmt::format("cast<{}>({})", cpp_type(op->type), number);
    }
    void visit(const HI::UIntImm *op) override {
        result = op->type.is_bool() ? (op->value ? "const_true()" : "const_false()")
                                    : fmt::format("cast<{}>({})", cpp_type(op->type), op->value);
    }
    void visit(const HI::Cast *op) override {
        result = fmt::format("cast<{}>({})", cpp_type(op->type), text(op->value));
    }
    void visit(const HI::Variable *op) override {
        // An input of a generator is no Expr by itself.
        result = op->param.defined() ? fmt::format("Expr({})", op->name) : cpp_name(op->name);
    }
    void visit(const HI::Add *op) override { binary(op, "+"); }
    void visit(const HI::Sub *op) override { binary(op, "-"); }
    void visit(const HI::Mul *op) override { binary(op, "*"); }
    void visit(const HI::Div *op) override { binary(op, "/"); }
    void visit(const HI::Mod *op) override { binary(op, "%"); }
    void visit(const HI::EQ *op) override { binary(op, "=="); }
    void visit(const HI::NE *op) override { binary(op, "!="); }
    void visit(const HI::LT *op) override { binary(op, "<"); }
    void visit(const HI::LE *op) override { binary(op, "<="); }
    void visit(const HI::GT *op) override { binary(op, ">"); }
    void visit(const HI::GE *op) override { binary(op, ">="); }
    void visit(const HI::And *op) override { binary(op, "&&"); }
    void visit(const HI::Or *op) override { binary(op, "||"); }
    void visit(const HI::Not *op) override { result = "!" + text(op->a); }
    void visit(const HI::Min *op) override { call("min", {op->a, op->b}); }
    void visit(const HI::Max *op) override { call("max", {op->a, op->b}); }
    void visit(const HI::Select *op) override {
        call("select", {op->condition, op->true_value, op->false_value});
    }
    void visit(const HI::Call *op) override {
        if (op->call_type == HI::Call::Halide) {
            call(funcs.at(op->name), op->args);
        } else if (op->is_intrinsic(HI::Call::shift_right)) {
            result = fmt::format("({} >> {})", text(op->args[0]), text(op->args[1]));
        } else if (op->is_intrinsic(HI::Call::shift_left)) {
            result = fmt::format("({} << {})", text(op->args[0]), text(op->args[1]));
        } else if (op->is_intrinsic(HI::Call::saturating_cast)) {
            call(fmt::format("saturating_cast<{}>", cpp_type(op->type)), op->args);
        } else {
            ORRERY_CHECK(op->is_intrinsic(), "a layer calls {}", op->name);
            call(op->name, op->args);
        }
    }

    /// A number needs no type beside an operand that has one.
    std::string operand(const Halide::Expr &e, const Halide::Expr &other) {
        const auto *number = e.as<HI::IntImm>();
        const bool plain = number && e.type() == Halide::Int(32) && number->value != INT32_MIN &&
                           !HI::is_const(other);
        return plain ? fmt::format("{}", number->value) : text(e);
    }
    template <typename T>
    void binary(const T *op, const char *sign) {
        const std::string a = operand(op->a, op->b);
        result = fmt::format("({} {} {})", a, sign, operand(op->b, op->a));
    }
    void call(const std::string &function, const std::vector<Halide::Expr> &args) {
        std::string list;
        for (const Halide::Expr &arg : args) {
            list += (list.empty() ? "" : ", ") + text(arg);
        }
        result = fmt::format("{}({})", function, list);
    }

    const std::map<std::string, std::string> &funcs;
    std::string result;
};

} // namespace

std::string cpp_type(const Halide::Type &type) {
    if (type.is_bool()) {
        return "bool";
    }
    ORRERY_CHECK(type.is_int() || type.is_uint(), "a layer has elements that are no integers");
    return fmt::format("{}int{}_t", type.is_uint() ? "u" : "", type.bits());
}

std::string cpp_name(const std::string &loop) {
    std::string name = loop;
    const size_t dollar = name.find('$');
    if (dollar != std::string::npos) {
        name[dollar] = '.';
    }
    return name;
}

std::string cpp_expression(const Halide::Expr &e, const std::map<std::string, std::string> &funcs) {
    // Definitions have lets for what occurs twice; Halide finds that again.
    return Printer(funcs).text(HI::substitute_in_all_lets(e));
}

} // namespace Orrery::fuzz
