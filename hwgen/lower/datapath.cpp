#include "hwgen/lower/datapath.h"
#include "hwgen/hwir/bounds.h"
#include "hwgen/lower/datapath_operations.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <set>

namespace Orrery::lower {

using hwir::ExprId;
using hwir::ExprNode;
using hwir::Interval;
using hwir::Op;
using netlist::Scope;
using netlist::Value;

namespace {

// Delays in quarters of an addition's. A stage holds two additions and a selection.
constexpr int stage_delay = 10;

/// Delay of an operation; those that are only wires have none.
int delay_of(Op op, const std::vector<bool> &constant_operands, bool by_power_of_two) {
    switch (op) {
    case Op::Add:
    case Op::Sub:
    case Op::Min:
    case Op::Max:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
        return 4;
    case Op::Mul:
        return by_power_of_two ? 0 : 10;
    case Op::Div:
    case Op::Mod:
        return by_power_of_two ? 0 : 32;
    case Op::ShiftLeft:
    case Op::ShiftRight:
        return constant_operands[1] ? 0 : 4;
    case Op::Select:
        return 2;
    case Op::Cast:
        return 0;
    default:
        return 1;
    }
}

const char *result_name(Op op) {
    switch (op) {
    case Op::Add:
        return "sum";
    case Op::Sub:
        return "difference";
    case Op::Mul:
        return "product";
    case Op::Div:
        return "quotient";
    case Op::Mod:
        return "remainder";
    case Op::Min:
        return "minimum";
    case Op::Max:
        return "maximum";
    case Op::Equal:
        return "equal";
    case Op::NotEqual:
        return "different";
    case Op::Less:
        return "less";
    case Op::LessEqual:
        return "at_most";
    case Op::And:
        return "both";
    case Op::Or:
        return "either";
    case Op::Not:
        return "none";
    case Op::Select:
        return "choice";
    case Op::ShiftLeft:
    case Op::ShiftRight:
        return "shifted";
    case Op::BitAnd:
        return "masked";
    case Op::BitOr:
        return "merged";
    case Op::BitXor:
        return "toggled";
    case Op::BitNot:
        return "inverted";
    default:
        return "value";
    }
}

/// A node of the expressions that needs hardware (or is an input).
struct Signal {
    Op op = Op::Cast;
    std::vector<ExprId> operands;
    Shape shape;
    const DatapathInput *input = nullptr;
    ExprId same_as; ///< the bits are those of this operand: no hardware at all
    int stage = 0;  ///< in which it is computed
    int ready = 0;  ///< from which it can be used: stage + 1 where the operation ends in a register
    int delay = 0;  ///< within stage `ready`
    int last_use = 0; ///< last stage that needs it
    std::string name;
    std::vector<Value> values; ///< in stages ready, ready + 1, ...
};

class Builder {
public:
    Builder(const hwir::ExprPool &expr_pool, DatapathOptions build_options,
            const std::vector<DatapathInput> &inputs)
        : pool(expr_pool), options(build_options) {
        for (const DatapathInput &input : inputs) {
            inputs_of.emplace(input.expr, &input);
        }
    }

    Datapath run(const std::vector<DatapathOutput> &outputs,
                 const std::vector<DatapathInput> &inputs) {
        for (const DatapathOutput &o : outputs) {
            ORRERY_CHECK(o.expr.defined(), "output {} has no expression", o.name);
            find_interval(o.expr);
            need(o.expr);
        }
        schedule();
        for (const DatapathOutput &o : outputs) {
            if (const Signal *s = signal_of(o.expr)) {
                latency = std::max(latency, s->ready + (s->delay > 0 && !options.combinational));
            }
        }
        find_last_uses(outputs);
        declare_ports(outputs, inputs);
        for (int stage = 0; stage <= latency; stage++) {
            emit_stage(stage);
        }
        connect(outputs);
        netlist::absorb_unused(result.module);
        result.latency = latency;
        return std::move(result);
    }

    void set_module(const std::string &name, const std::string &purpose) {
        result.module.name = name;
        result.module.purpose = purpose;
    }

private:
    const hwir::ExprPool &pool;
    DatapathOptions options;
    std::map<ExprId, const DatapathInput *> inputs_of;
    std::map<ExprId, Interval> intervals;
    std::map<ExprId, Value> constants;
    std::map<ExprId, int64_t> constant_values;
    std::map<ExprId, Signal> signals; ///< in the order of the pool: operands first
    std::set<std::string> names;
    std::map<std::string, int> name_counts;
    int latency = 0;
    Datapath result;

    // ---- Analysis

    void find_interval(ExprId id) {
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
    ExprId origin(ExprId id) const {
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
    std::optional<int64_t> value_of_equal_operands(const ExprNode &node) const {
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
    hwir::Type value_type(ExprId id) const {
        auto input = inputs_of.find(id);
        return input != inputs_of.end() ? input->second->type : pool[id].type;
    }

    void set_interval(ExprId id, Interval interval, hwir::Type type) {
        if (interval.min == interval.max) {
            set_constant(id, interval.min, type);
        } else {
            intervals[id] = interval;
        }
    }

    void set_constant(ExprId id, int64_t value, hwir::Type type) {
        bool huge = !type.is_signed && value < 0; // a uint64 that no interval can tell from others
        intervals[id] = huge ? Interval{INT64_MIN, INT64_MAX} : Interval{value, value};
        Shape shape = smallest_shape(intervals[id], type);
        constants[id] = netlist::constant(shape.width, value, shape.is_signed);
        constant_values[id] = value;
    }

    static Interval input_interval(const DatapathInput &input) {
        Interval all = hwir::type_interval(input.type);
        if (!input.interval) {
            return all;
        }
        Interval i{std::max(all.min, input.interval->min), std::min(all.max, input.interval->max)};
        ORRERY_CHECK(i.min <= i.max, "input {} has no value", input.name);
        return i;
    }

    /// Bounds of a comparison of the two operands of a node.
    Interval compare(Op op, const ExprNode &node) const {
        return hwir::apply_bounds(op, hwir::boolean,
                                  {intervals.at(node.args[0]), intervals.at(node.args[1])},
                                  {value_type(node.args[0]), value_type(node.args[1])});
    }

    /// The operand that is the result whatever the others are, by the intervals.
    std::optional<int> forwarded_operand(const ExprNode &node) const {
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
    void need(ExprId id) {
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
    Signal *signal_of(ExprId id) {
        auto found = signals.find(id);
        if (found == signals.end()) {
            return nullptr;
        }
        return found->second.same_as.defined() ? signal_of(found->second.same_as) : &found->second;
    }

    // ---- Schedule

    void schedule() {
        for (auto &[id, s] : signals) {
            if (s.input || s.same_as.defined()) {
                continue;
            }
            int stage = 0, start = 0;
            for (ExprId a : s.operands) {
                if (const Signal *operand = signal_of(a)) {
                    start = operand->ready > stage    ? operand->delay
                            : operand->ready == stage ? std::max(start, operand->delay)
                                                      : start;
                    stage = std::max(stage, operand->ready);
                }
            }
            place(s, stage, start);
        }
    }

    void place(Signal &s, int stage, int start) {
        std::vector<bool> constant_operands;
        bool power = false;
        for (size_t i = 0; i < s.operands.size(); i++) {
            auto constant = constants.find(s.operands[i]);
            constant_operands.push_back(constant != constants.end());
            bool may_be_power = i == 1 || s.op == Op::Mul;
            power |= may_be_power && constant_operands.back() && power_of_two(constant->second);
        }
        int delay = options.combinational ? 0 : delay_of(s.op, constant_operands, power);
        if (start > 0 && delay > 0 && start + delay > stage_delay) {
            stage++;
            start = 0;
        }
        bool ends_in_register = s.op == Op::Mul && delay > 0;
        s.stage = stage;
        s.ready = stage + ends_in_register;
        s.delay = ends_in_register ? 0 : start + delay;
    }

    void find_last_uses(const std::vector<DatapathOutput> &outputs) {
        for (auto &[id, s] : signals) {
            if (s.same_as.defined()) {
                continue;
            }
            for (ExprId a : s.operands) {
                if (Signal *operand = signal_of(a)) {
                    operand->last_use = std::max(operand->last_use, s.stage);
                }
            }
        }
        for (const DatapathOutput &o : outputs) {
            if (Signal *s = signal_of(o.expr)) {
                s->last_use = latency;
            }
        }
    }

    // ---- Netlist

    void declare_ports(const std::vector<DatapathOutput> &outputs,
                       const std::vector<DatapathInput> &inputs) {
        result.has_clock = latency > 0;
        if (result.has_clock) {
            result.module.input("clk_i", 1);
            names.insert("clk_i");
        }
        for (const DatapathInput &input : inputs) {
            auto found = signals.find(input.expr);
            if (found != signals.end() && found->second.input == &input) {
                Value port = result.module.input(input.name, input.type.bits, input.type.is_signed);
                Signal &s = found->second;
                Value narrow =
                    s.shape.width == port->width ? port : netlist::slice(port, 0, s.shape.width);
                s.values = {s.shape.is_signed ? netlist::to_signed(narrow)
                                              : netlist::to_unsigned(narrow)};
                s.name = input.name;
                names.insert(input.name);
            }
        }
        for (const DatapathOutput &output : outputs) {
            result.module.output(output.name, output.type.bits, output.type.is_signed);
            names.insert(output.name);
        }
    }

    std::string new_name(Op op) {
        std::string base = result_name(op), name;
        do {
            name = base + "_" + std::to_string(++name_counts[base]);
        } while (names.count(name));
        return name;
    }

    /// Name of a signal in a later stage: x_q one stage behind x, then x_q2, x_q3.
    std::string delayed_name(const std::string &name, int distance) {
        std::string base = name;
        if (base.size() > 2 && base.compare(base.size() - 2, 2, "_i") == 0) {
            base.resize(base.size() - 2);
        }
        std::string delayed = base + "_q" + (distance > 1 ? std::to_string(distance) : "");
        while (!names.insert(delayed).second) {
            delayed += "_";
        }
        return delayed;
    }

    Value value_at(ExprId id, int stage) {
        auto constant = constants.find(id);
        if (constant != constants.end()) {
            return constant->second;
        }
        Shape shape = signals.at(id).shape;
        const Signal *s = signal_of(id);
        Value v = s->values.at(stage - s->ready);
        return shape.is_signed ? netlist::to_signed(v) : netlist::to_unsigned(v);
    }

    void emit_stage(int stage) {
        Scope scope = result.module.scope();
        if (latency > 0 && stage < latency) {
            scope.comment(fmt::format("Stage {} of {}", stage + 1, latency));
        }
        for (auto &[id, s] : signals) {
            if (!s.input && !s.same_as.defined() && s.stage == stage) {
                emit(scope, s);
            }
        }
        for (auto &[id, s] : signals) {
            bool alive = !s.same_as.defined() && s.ready <= stage && s.last_use > stage;
            if (alive) {
                s.values.push_back(delayed(scope, s, stage));
            }
        }
    }

    /// The value of a signal one stage after `stage`.
    Value delayed(Scope scope, const Signal &s, int stage) {
        const Value &v = s.values.back();
        bool is_constant = v->op == netlist::ValueOp::Constant;
        int distance = stage + 1 - s.ready + (s.ready > s.stage);
        return is_constant ? v : scope.reg(delayed_name(s.name, distance), v);
    }

    void emit(Scope scope, Signal &s) {
        std::vector<Value> operands;
        for (ExprId a : s.operands) {
            operands.push_back(value_at(a, s.stage));
        }
        s.name = new_name(s.op);
        names.insert(s.name);
        Value value = operation(scope, s.name, s.op, s.shape, operands);
        if (value->op == netlist::ValueOp::Constant) {
            s.values = {value}; // the intervals did not tell
            return;
        }
        bool registered = s.ready > s.stage;
        Value net = scope.net(registered ? delayed_name(s.name, 1) : s.name, s.shape.width,
                              s.shape.is_signed);
        if (registered) {
            scope.add_register(net, value);
        } else {
            scope.assign(net, value);
        }
        s.values = {net};
    }

    void connect(const std::vector<DatapathOutput> &outputs) {
        Scope scope = result.module.scope();
        for (const DatapathOutput &o : outputs) {
            std::vector<netlist::Item> scratch; // the port exists already; only its value is wanted
            Value port = Scope(scratch).net(o.name, o.type.bits, o.type.is_signed);
            scope.assign(port, fit(value_at(o.expr, latency), o.type.bits));
        }
    }
};

} // namespace

Datapath build_datapath(const hwir::ExprPool &pool, const std::string &module_name,
                        const std::string &purpose, const std::vector<DatapathOutput> &outputs,
                        const std::vector<DatapathInput> &inputs, DatapathOptions options) {
    Builder builder(pool, options, inputs);
    builder.set_module(module_name, purpose);
    return builder.run(outputs, inputs);
}

void drop_unused_pins(const netlist::Module &module, std::vector<netlist::Connection> &pins) {
    auto unused = [&](const netlist::Connection &pin) {
        return std::none_of(module.ports.begin(), module.ports.end(),
                            [&](const netlist::Port &port) { return port.name == pin.pin; });
    };
    pins.erase(std::remove_if(pins.begin(), pins.end(), unused), pins.end());
}

} // namespace Orrery::lower
