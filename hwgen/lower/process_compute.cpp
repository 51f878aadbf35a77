// Computation: the processing elements of all lanes, the reduction over lanes, and the initial value of an accumulation.
#include "hwgen/lower/process_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;
using hwir::ExprId;
using hwir::ReduceOp;

namespace {

/// Value that does not change the result of the operator.
int64_t identity(ReduceOp op, hwir::Type type) {
    const int64_t low = type.is_signed ? -(int64_t{1} << (type.bits - 1)) : 0;
    switch (op) {
    case ReduceOp::Sum:
    case ReduceOp::Other:
        return 0;
    case ReduceOp::Max:
        return low;
    case ReduceOp::Min:
        return hwir::wrap(low - 1, type);
    }
    return 0;
}

int tree_operation(ReduceOp op) {
    return op == ReduceOp::Max ? 1 : op == ReduceOp::Min ? 2 : 0;
}

int tree_levels(int64_t count) { return count == 1 ? 0 : index_bits(count); }

bool uses_port(const Module &module, const std::string &name) {
    return std::any_of(module.ports.begin(), module.ports.end(),
                       [&](const Port &p) { return p.name == name; });
}

} // namespace

std::vector<DatapathInput> ProcessState::operand_inputs() const {
    std::vector<DatapathInput> inputs;
    for (const Operand &o : operands) {
        inputs.push_back({o.name + "_i", o.leaf, o.type, std::nullopt});
    }
    return inputs;
}

void ProcessState::instantiate_lanes(const Datapath &d, const std::string &name, const LaneSpace &space,
                                     const std::vector<std::string> &outputs,
                                     const std::vector<Value> &vectors) {
    Scope body = scope.generate("gen_" + name, "lane", space.count(), space.localparams("lane"));
    std::vector<Connection> pins;
    if (d.has_clock) {
        pins.push_back({"clk_i", clk});
    }
    for (const Operand &o : operands) {
        if (uses_port(d.module, o.name + "_i")) {
            Value element = o.vector;
            if (element->width != o.type.bits) {
                element = slice(o.vector, o.formula * integer(o.type.bits), o.type.bits);
            }
            pins.push_back({o.name + "_i", element});
        }
    }
    for (size_t k = 0; k < outputs.size(); k++) {
        int width = vectors[k]->width / static_cast<int>(space.count());
        pins.push_back({outputs[k], slice(vectors[k], integer_name("lane") * integer(width), width)});
    }
    body.instance("u_" + name, d.module.signature(), pins);
}

const ProcessState::Operand *ProcessState::operand_of(ExprId leaf, hwir::Type type) const {
    for (const Operand &o : operands) {
        if (o.leaf == leaf && o.type == type) {
            return &o;
        }
    }
    return nullptr;
}

Value ProcessState::spread(const Operand &o, const LaneSpace &space, const std::string &name) {
    const int bits = o.type.bits;
    bool in_order = o.vector->width == space.count() * bits;
    for (int64_t lane = 0; lane < space.count(); lane++) {
        in_order = in_order && o.positions[lane * (lane_space.count() / space.count())] == lane;
    }
    if (in_order) {
        return o.vector;
    }
    Value vector = scope.net(name, static_cast<int>(space.count()) * bits);
    Scope body = scope.generate("gen_" + name, "lane", space.count(), space.localparams("lane"));
    body.assign(slice(vector, integer_name("lane") * integer(bits), bits),
                slice(o.vector, o.formula * integer(bits), bits));
    return vector;
}

void ProcessState::add_elements() {
    std::vector<ExprId> values = element_values();
    std::vector<ExprId> roots = values;
    if (process.accumulation && process.accumulation->init.defined()) {
        roots.push_back(process.accumulation->init);
    }
    add_control_operands(roots);
    std::vector<DatapathOutput> outputs;
    std::vector<std::string> names;
    for (size_t k = 0; k < values.size(); k++) {
        outputs.push_back({fmt::format("value{}_o", k), values[k], narrowed(values[k])});
        names.push_back(outputs.back().name);
    }
    if (values.empty()) {
        return;
    }
    if (const Operand *o = operand_of(values[0], outputs[0].type); o && values.size() == 1) {
        payloads.push_back({"value0", values[0], o->type, spread(*o, lane_space, "element_value0"), 1});
        return; // a copy needs no processing elements
    }
    Datapath d = build_datapath(build.pool, process.name + "_element",
                                fmt::format("One lane of {}.", process.name), outputs, operand_inputs());
    element_cycle = 1 + d.latency;
    result_cycle = element_cycle;
    std::vector<Value> vectors;
    for (size_t k = 0; k < values.size(); k++) {
        int width = static_cast<int>(lane_space.count()) * outputs[k].type.bits;
        vectors.push_back(scope.net(fmt::format("element_value{}", k), width));
        payloads.push_back({fmt::format("value{}", k), values[k], outputs[k].type, vectors[k], element_cycle});
    }
    instantiate_lanes(d, "element", lane_space, names, vectors);
    build.modules.push_back(std::move(d.module));
}

void ProcessState::add_trees() {
    const int64_t reduced = lane_space.count() / output_space.count();
    if (reduced == 1) {
        return;
    }
    ORRERY_CHECK(process.accumulation && process.accumulation->op != ReduceOp::Other,
                 "{} reduces lanes without an operator", process.name);
    const ReduceOp op = process.accumulation->op;
    Payload &value = payloads[0];
    Value leaves = value.vector;
    const int in = value.type.bits;
    if (lane_enable) {
        Value enable = delayed(lane_enable, element_cycle, "element_enable");
        Value masked = scope.net("masked_value", leaves->width);
        Scope body = scope.generate("gen_masked_value", "lane", lane_space.count());
        Integer at = integer_name("lane") * integer(in);
        body.assign(slice(masked, at, in),
                    select(bit(enable, integer_name("lane")), slice(leaves, at, in),
                           constant(in, hwir::wrap(identity(op, value.type), {in, false}))));
        leaves = masked;
    }
    const int full = build.pool[process.accumulation->increment].type.bits;
    const int out = op == ReduceOp::Sum ? std::min(full, in + tree_levels(reduced)) : in;
    Value sums = scope.net("lane_sum", static_cast<int>(output_space.count()) * out);
    Scope body = scope.generate("gen_tree", "lane", output_space.count());
    body.instance("u_tree",
                  templates::reduction_tree(static_cast<int>(reduced), in, out, value.type.is_signed,
                                            tree_operation(op)),
                  {{"clk_i", clk},
                   {"data_i", slice(leaves, integer_name("lane") * integer(in * reduced),
                                    static_cast<int>(in * reduced))},
                   {"data_o", slice(sums, integer_name("lane") * integer(out), out)}});
    value.vector = sums;
    value.type.bits = out;
    value.cycle = element_cycle + tree_levels(reduced);
    result_cycle = value.cycle;
}

void ProcessState::add_initial_value() {
    if (!process.accumulation || !process.accumulation->init.defined()) {
        return;
    }
    ExprId init = process.accumulation->init;
    if (build.pool.as_constant(init)) {
        return;
    }
    DatapathOutput output{"value_o", init, narrowed(init)};
    if (const Operand *o = operand_of(init, output.type)) {
        payloads.push_back({"initial", init, o->type, spread(*o, output_space, "initial_value"), 1});
        return;
    }
    Datapath d = build_datapath(build.pool, process.name + "_initial",
                                fmt::format("Initial value of {}.", process.name), {output},
                                operand_inputs());
    int width = static_cast<int>(output_space.count()) * output.type.bits;
    Value vector = scope.net("initial_value", width);
    instantiate_lanes(d, "initial", output_space, {"value_o"}, {vector});
    payloads.push_back({"initial", init, output.type, vector, 1 + d.latency});
    result_cycle = std::max(result_cycle, 1 + d.latency);
    build.modules.push_back(std::move(d.module));
}

} // namespace Orrery::lower
