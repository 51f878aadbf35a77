// The width analysis: intervals of all nodes, and which of them need hardware.
#include "hwgen/lower/datapath_signals.h"

#include "hwgen/hwir/bounds.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::lower {

using hwir::ExprId;
using hwir::ExprNode;
using hwir::Interval;
using hwir::Op;

SignalGraph::SignalGraph(const hwir::ExprPool &expr_pool, const std::vector<DatapathInput> &inputs)
    : pool(expr_pool) {
    for (const DatapathInput &input : inputs) {
        inputs_of.emplace(input.expr, &input);
    }
}

void SignalGraph::add_output(const DatapathOutput &output) {
    ORRERY_CHECK(output.expr.defined(), "output {} has no expression", output.name);
    find_interval(output.expr);
    need(output.expr);
}

const netlist::Value *SignalGraph::constant_of(ExprId id) const {
    auto found = constants.find(id);
    return found == constants.end() ? nullptr : &found->second;
}

void SignalGraph::find_interval(ExprId id) {
    if (intervals.count(id)) {
        return;
    }
    const ExprNode &node = pool[id];
    auto input = inputs_of.find(id);
    if (input != inputs_of.end()) {
        set_interval(id, input_interval(*input->second), input->second->type);
        return;
    }
    if (node.op == Op::Constant) {
        set_constant(id, node.value, node.type);
        return;
    }
    ORRERY_CHECK(!node.args.empty(), "a datapath needs {} {}, which is none of its inputs",
                 node.op == Op::Load     ? "load"
                 : node.op == Op::Scalar ? "scalar"
                                         : "counter",
                 node.value);
    std::vector<Interval> operand_intervals;
    std::vector<int64_t> operand_values; ///< of those that are constant
    std::vector<hwir::Type> types;
    for (ExprId a : node.args) {
        find_interval(a);
        operand_intervals.push_back(intervals.at(a));
        types.push_back(value_type(a));
        if (constant_values.count(a)) {
            operand_values.push_back(constant_values.at(a));
        }
    }
    if (operand_values.size() == node.args.size()) {
        set_constant(id, hwir::apply(node.op, node.type, operand_values, types), node.type);
    } else if (std::optional<int64_t> value = value_of_equal_operands(node)) {
        set_constant(id, *value, node.type);
    } else {
        set_interval(id, hwir::apply_bounds(node.op, node.type, operand_intervals, types),
                     node.type);
    }
}

/// The node that a number comes from, before casts that keep it.
ExprId SignalGraph::origin(ExprId id) const {
    while (pool[id].op == Op::Cast && !inputs_of.count(id)) {
        ExprId from = pool[id].args[0];
        Interval before = intervals.at(from), after = intervals.at(id);
        Shape a = smallest_shape(before, value_type(from)),
              b = smallest_shape(after, pool[id].type);
        if (before.min != after.min || before.max != after.max || a.is_signed != b.is_signed) {
            break;
        }
        id = from;
    }
    return id;
}

/// Result of an operation that is constant because its operands are the same number. Lint tools
/// see it and warn.
std::optional<int64_t> SignalGraph::value_of_equal_operands(const ExprNode &node) const {
    if (node.args.size() != 2 || origin(node.args[0]) != origin(node.args[1])) {
        return std::nullopt;
    }
    switch (node.op) {
    case Op::Sub:
    case Op::BitXor:
    case Op::Less:
    case Op::NotEqual:
        return 0;
    case Op::Equal:
    case Op::LessEqual:
        return 1;
    default:
        return std::nullopt;
    }
}

/// Type by which the interval of a node is to be read: a port may have another type than the
/// node.
hwir::Type SignalGraph::value_type(ExprId id) const {
    auto input = inputs_of.find(id);
    return input != inputs_of.end() ? input->second->type : pool[id].type;
}

void SignalGraph::set_interval(ExprId id, Interval interval, hwir::Type type) {
    if (interval.min == interval.max) {
        set_constant(id, interval.min, type);
    } else {
        intervals[id] = interval;
    }
}

void SignalGraph::set_constant(ExprId id, int64_t value, hwir::Type type) {
    bool huge = !type.is_signed && value < 0; // a uint64 that no interval can tell from others
    intervals[id] = huge ? Interval{INT64_MIN, INT64_MAX} : Interval{value, value};
    Shape shape = smallest_shape(intervals[id], type);
    constants[id] = netlist::constant(shape.width, value, shape.is_signed);
    constant_values[id] = value;
}

Interval SignalGraph::input_interval(const DatapathInput &input) {
    Interval all = hwir::type_interval(input.type);
    if (!input.interval) {
        return all;
    }
    Interval i{std::max(all.min, input.interval->min), std::min(all.max, input.interval->max)};
    ORRERY_CHECK(i.min <= i.max, "input {} has no value", input.name);
    return i;
}

/// Bounds of a comparison of the two operands of a node.
Interval SignalGraph::compare(Op op, const ExprNode &node) const {
    return hwir::apply_bounds(op, hwir::boolean,
                              {intervals.at(node.args[0]), intervals.at(node.args[1])},
                              {value_type(node.args[0]), value_type(node.args[1])});
}

/// The operand that is the result whatever the others are, by the intervals.
std::optional<int> SignalGraph::forwarded_operand(const ExprNode &node) const {
    if (node.op == Op::Cast) {
        return 0;
    }
    auto interval = [&](int i) { return intervals.at(node.args[i]); };
    if (node.op == Op::Min || node.op == Op::Max) {
        Interval first_is_least = compare(Op::LessEqual, node);
        Interval second_is_greater = compare(Op::Less, node);
        if (first_is_least.min == 1 || origin(node.args[0]) == origin(node.args[1])) {
            return node.op == Op::Min ? 0 : 1;
        }
        if (second_is_greater.max == 0) {
            return node.op == Op::Min ? 1 : 0;
        }
    }
    if (node.op == Op::Select && constants.count(node.args[0])) {
        return interval(0).min != 0 ? 1 : 2;
    }
    bool all = node.op == Op::And;
    if (all || node.op == Op::Or) {
        for (int i : {0, 1}) {
            bool neutral = constants.count(node.args[i]) && (interval(i).min != 0) == all;
            if (neutral && value_type(node.args[1 - i]) == hwir::boolean) {
                return 1 - i;
            }
        }
    }
    return std::nullopt;
}

/// Adds a signal for a node and those that it is computed from.
void SignalGraph::need(ExprId id) {
    if (constants.count(id) || signals.count(id)) {
        return;
    }
    const ExprNode &node = pool[id];
    Signal s;
    s.shape = smallest_shape(intervals.at(id), value_type(id));
    auto input = inputs_of.find(id);
    if (input != inputs_of.end()) {
        s.input = input->second;
    } else if (std::optional<int> forwarded = forwarded_operand(node)) {
        s.operands = {node.args[*forwarded]};
        need(s.operands[0]);
        const Signal *from = signal_of(s.operands[0]);
        if (from && from->shape.width == s.shape.width) {
            s.same_as = s.operands[0];
        }
    } else {
        s.op = node.op;
        s.operands = node.args;
        for (ExprId a : node.args) {
            need(a);
        }
    }
    signals.emplace(id, std::move(s));
}

/// The signal that carries the bits of a node; null for a constant.
Signal *SignalGraph::signal_of(ExprId id) {
    auto found = signals.find(id);
    if (found == signals.end()) {
        return nullptr;
    }
    return found->second.same_as.defined() ? signal_of(found->second.same_as) : &found->second;
}

} // namespace Orrery::lower
