#include "hwgen/netlist/netlist.h"
#include "hwgen/support/error.h"

namespace Orrery::netlist {

namespace {

Integer make_integer(IntegerOp op, Integer a, Integer b) {
    ORRERY_CHECK(a && b, "undefined operand");
    bool constants = a->op == IntegerOp::Constant && b->op == IntegerOp::Constant;
    bool divides = op == IntegerOp::Div || op == IntegerOp::Mod;
    auto node = std::make_shared<IntegerNode>(IntegerNode{op, 0, "", {a, b}});
    if (constants && !(divides && b->value == 0)) {
        return integer(evaluate(node, {}));
    }
    bool left_zero = a->op == IntegerOp::Constant && a->value == 0;
    bool right_zero = b->op == IntegerOp::Constant && b->value == 0;
    bool right_one = b->op == IntegerOp::Constant && b->value == 1;
    bool left_one = a->op == IntegerOp::Constant && a->value == 1;
    switch (op) {
    case IntegerOp::Add:
        return left_zero ? b : right_zero ? a : node;
    case IntegerOp::Sub:
        return right_zero ? a : node;
    case IntegerOp::Mul:
        return left_zero || right_zero ? integer(0) : left_one ? b : right_one ? a : node;
    case IntegerOp::Div:
        return right_one ? a : node;
    case IntegerOp::Mod:
        return right_one ? integer(0) : node;
    default:
        return node;
    }
}

} // namespace

Integer integer(int64_t value) {
    return std::make_shared<IntegerNode>(IntegerNode{IntegerOp::Constant, value, "", {}});
}

Integer integer_name(std::string name) {
    return std::make_shared<IntegerNode>(IntegerNode{IntegerOp::Name, 0, std::move(name), {}});
}

Integer operator+(Integer a, Integer b) { return make_integer(IntegerOp::Add, a, b); }
Integer operator-(Integer a, Integer b) { return make_integer(IntegerOp::Sub, a, b); }
Integer operator*(Integer a, Integer b) { return make_integer(IntegerOp::Mul, a, b); }
Integer operator/(Integer a, Integer b) { return make_integer(IntegerOp::Div, a, b); }
Integer operator%(Integer a, Integer b) { return make_integer(IntegerOp::Mod, a, b); }

int64_t evaluate(const Integer &e, const std::map<std::string, int64_t> &names) {
    if (e->op == IntegerOp::Constant) {
        return e->value;
    }
    if (e->op == IntegerOp::Name) {
        auto found = names.find(e->name);
        ORRERY_CHECK(found != names.end(), "{} is no genvar or localparam in scope", e->name);
        return found->second;
    }
    int64_t a = evaluate(e->args[0], names), b = evaluate(e->args[1], names);
    switch (e->op) {
    case IntegerOp::Add:
        return a + b;
    case IntegerOp::Sub:
        return a - b;
    case IntegerOp::Mul:
        return a * b;
    default:
        ORRERY_CHECK(a >= 0 && b > 0, "division of {} by {}", a, b);
        return e->op == IntegerOp::Div ? a / b : a % b;
    }
}

Integer substitute(const Integer &e, const std::string &name, int64_t value) {
    if (e->op == IntegerOp::Name) {
        return e->name == name ? integer(value) : e;
    }
    return e->args.empty() ? e
                           : make_integer(e->op, substitute(e->args[0], name, value),
                                          substitute(e->args[1], name, value));
}

} // namespace Orrery::netlist
