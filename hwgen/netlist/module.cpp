#include "hwgen/netlist/netlist.h"
#include "hwgen/support/error.h"

namespace Orrery::netlist {

namespace {

Value net_value(const std::string &name, int width, bool is_signed) {
    ORRERY_CHECK(width >= 1, "{} has {} bits", name, width);
    auto node = std::make_shared<ValueNode>();
    node->op = ValueOp::Net;
    node->width = width;
    node->is_signed = is_signed;
    node->net = name;
    return node;
}

void check_target(const Value &target, const Value &value) {
    ORRERY_CHECK(target && value, "undefined side of an assignment");
    bool is_name = target->op == ValueOp::Net || target->op == ValueOp::Slice;
    ORRERY_CHECK(is_name, "the target of an assignment is an expression");
    ORRERY_CHECK(target->width == value->width, "{} of {} bits is assigned {} bits",
                 target->op == ValueOp::Net ? target->net : target->args[0]->net, target->width,
                 value->width);
}

/// The plain net where a pin gets all of it, however it is converted.
Value pin_value(Value value) {
    value = without_conversion(std::move(value));
    bool all = value && value->op == ValueOp::Slice && value->width == value->args[0]->width;
    return all ? value->args[0] : value;
}

} // namespace

Value Scope::net(const std::string &name, int width, bool is_signed,
                 const std::string &comment_text) {
    Value v = net_value(name, width, is_signed);
    items->push_back(Net{name, width, is_signed, comment_text});
    return v;
}

Value Scope::wire(const std::string &name, Value value, const std::string &comment_text) {
    ORRERY_CHECK(value, "{} has no value", name);
    Value v = net(name, value->width, value->is_signed, comment_text);
    assign(v, std::move(value));
    return v;
}

void Scope::assign(Value target, Value value) {
    target = without_conversion(std::move(target)); // bit 0 of a signed scalar
    check_target(target, value);
    items->push_back(Assign{std::move(target), without_conversion(std::move(value))});
}

Value Scope::reg(const std::string &name, Value value, bool reset, Value enable) {
    ORRERY_CHECK(value, "{} has no value", name);
    Value v = net(name, value->width, value->is_signed);
    add_register(v, std::move(value), reset, std::move(enable));
    return v;
}

void Scope::add_register(Value target, Value value, bool reset, Value enable) {
    target = without_conversion(std::move(target)); // bit 0 of a signed scalar
    check_target(target, value);
    ORRERY_CHECK(!enable || enable->width == 1, "enable of {} bits", enable->width);
    items->push_back(Register{std::move(target), without_conversion(std::move(value)),
                              std::move(enable), reset});
}

void Scope::instance(const std::string &name, const Signature &signature,
                     std::vector<Connection> connections) {
    for (Connection &c : connections) {
        c.value = pin_value(std::move(c.value));
    }
    items->push_back(Instance{name, signature, std::move(connections)});
}

void Scope::comment(const std::string &text) { items->push_back(Comment{text}); }

Scope Scope::generate(const std::string &label, const std::string &genvar, int64_t count,
                      std::vector<std::pair<std::string, Integer>> localparams) {
    ORRERY_CHECK(count >= 1, "generate loop {} has {} iterations", label, count);
    auto loop =
        std::make_shared<Generate>(Generate{label, genvar, count, std::move(localparams), {}});
    items->push_back(loop);
    return Scope(loop->items);
}

Signature Module::signature() const { return {name, {}, ports}; }

Value Module::input(const std::string &port, int width, bool is_signed) {
    Value v = net_value(port, width, is_signed);
    ports.push_back({port, PortDirection::Input, width, is_signed});
    return v;
}

Value Module::output(const std::string &port, int width, bool is_signed) {
    Value v = net_value(port, width, is_signed);
    ports.push_back({port, PortDirection::Output, width, is_signed});
    return v;
}

} // namespace Orrery::netlist
