// The netlist of a datapath.
#include "hwgen/lower/datapath.h"

#include "hwgen/lower/datapath_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace Orrery::lower {

using hwir::ExprId;
using hwir::Op;
using netlist::Scope;
using netlist::Value;

namespace {

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

class Builder {
public:
    Builder(const hwir::ExprPool &pool, const std::vector<DatapathInput> &inputs)
        : graph(pool, inputs) {}

    Datapath run(const std::vector<DatapathOutput> &outputs,
                 const std::vector<DatapathInput> &inputs, bool combinational) {
        for (const DatapathOutput &o : outputs) {
            graph.add_output(o);
        }
        latency = schedule(graph, outputs, combinational);
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
    SignalGraph graph;
    std::set<std::string> names;
    std::map<std::string, int> name_counts;
    int latency = 0;
    Datapath result;

    void declare_ports(const std::vector<DatapathOutput> &outputs,
                       const std::vector<DatapathInput> &inputs) {
        result.has_clock = latency > 0;
        if (result.has_clock) {
            result.module.input("clk_i", 1);
            names.insert("clk_i");
        }
        for (const DatapathInput &input : inputs) {
            auto found = graph.signals.find(input.expr);
            if (found != graph.signals.end() && found->second.input == &input) {
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
        if (const Value *constant = graph.constant_of(id)) {
            return *constant;
        }
        Shape shape = graph.signals.at(id).shape;
        const Signal *s = graph.signal_of(id);
        Value v = s->values.at(stage - s->ready);
        return shape.is_signed ? netlist::to_signed(v) : netlist::to_unsigned(v);
    }

    void emit_stage(int stage) {
        Scope scope = result.module.scope();
        if (latency > 0 && stage < latency) {
            scope.comment(fmt::format("Stage {} of {}", stage + 1, latency));
        }
        for (auto &[id, s] : graph.signals) {
            if (!s.input && !s.same_as.defined() && s.stage == stage) {
                emit(scope, s);
            }
        }
        for (auto &[id, s] : graph.signals) {
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
    Builder builder(pool, inputs);
    builder.set_module(module_name, purpose);
    return builder.run(outputs, inputs, options.combinational);
}

void drop_unused_pins(const netlist::Module &module, std::vector<netlist::Connection> &pins) {
    auto unused = [&](const netlist::Connection &pin) {
        return std::none_of(module.ports.begin(), module.ports.end(),
                            [&](const netlist::Port &port) { return port.name == pin.pin; });
    };
    pins.erase(std::remove_if(pins.begin(), pins.end(), unused), pins.end());
}

} // namespace Orrery::lower
