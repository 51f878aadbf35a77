// The pipelining of a datapath.
#include "hwgen/lower/datapath_schedule.h"

#include <algorithm>

namespace Orrery::lower {

using hwir::ExprId;
using hwir::Op;

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

void place(const SignalGraph &graph, Signal &s, int stage, int start, bool combinational) {
    std::vector<bool> constant_operands;
    bool power = false;
    for (size_t i = 0; i < s.operands.size(); i++) {
        const netlist::Value *constant = graph.constant_of(s.operands[i]);
        constant_operands.push_back(constant != nullptr);
        bool may_be_power = i == 1 || s.op == Op::Mul;
        power |= may_be_power && constant_operands.back() && power_of_two(*constant);
    }
    int delay = combinational ? 0 : delay_of(s.op, constant_operands, power);
    if (start > 0 && delay > 0 && start + delay > stage_delay) {
        stage++;
        start = 0;
    }
    bool ends_in_register = s.op == Op::Mul && delay > 0;
    s.stage = stage;
    s.ready = stage + ends_in_register;
    s.delay = ends_in_register ? 0 : start + delay;
}

void place_all(SignalGraph &graph, bool combinational) {
    for (auto &[id, s] : graph.signals) {
        if (s.input || s.same_as.defined()) {
            continue;
        }
        int stage = 0, start = 0;
        for (ExprId a : s.operands) {
            if (const Signal *operand = graph.signal_of(a)) {
                start = operand->ready > stage    ? operand->delay
                        : operand->ready == stage ? std::max(start, operand->delay)
                                                  : start;
                stage = std::max(stage, operand->ready);
            }
        }
        place(graph, s, stage, start, combinational);
    }
}

void find_last_uses(SignalGraph &graph, const std::vector<DatapathOutput> &outputs, int latency) {
    for (auto &[id, s] : graph.signals) {
        if (s.same_as.defined()) {
            continue;
        }
        for (ExprId a : s.operands) {
            if (Signal *operand = graph.signal_of(a)) {
                operand->last_use = std::max(operand->last_use, s.stage);
            }
        }
    }
    for (const DatapathOutput &o : outputs) {
        if (Signal *s = graph.signal_of(o.expr)) {
            s->last_use = latency;
        }
    }
}

} // namespace

int schedule(SignalGraph &graph, const std::vector<DatapathOutput> &outputs, bool combinational) {
    place_all(graph, combinational);
    int latency = 0;
    for (const DatapathOutput &o : outputs) {
        if (const Signal *s = graph.signal_of(o.expr)) {
            latency = std::max(latency, s->ready + (s->delay > 0 && !combinational));
        }
    }
    find_last_uses(graph, outputs, latency);
    return latency;
}

} // namespace Orrery::lower
