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

std::vector<DatapathInput> ProcessState::inputs_of(const std::vector<Operand> &operands) {
    std::vector<DatapathInput> inputs;
    for (const Operand &o : operands) {
        inputs.push_back({o.name + "_i", o.leaf, o.type, std::nullopt});
    }
    return inputs;
}

void ProcessState::instantiate_lanes(const Datapath &d, const std::string &name,
                                     const LaneSpace &space, const std::vector<Operand> &inputs,
                                     const std::vector<std::string> &outputs,
                                     const std::vector<Value> &vectors) {
    Scope body = scope.generate("gen_" + name, "lane", space.count(), space.localparams("lane"));
    std::vector<Connection> pins;
    if (d.has_clock) {
        pins.push_back({"clk_i", clk});
    }
    for (const Operand &o : inputs) {
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

const ProcessState::Operand *ProcessState::operand_of(const std::vector<Operand> &operands,
                                                      ExprId leaf) {
    for (const Operand &o : operands) {
        if (o.leaf == leaf) {
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
    for (ExprId leaf : leaves_of(values)) {
        if (build.pool[leaf].op != hwir::Op::Load) {
            add_lane_operand(leaf, fmt::format("control{}", operands.size()), operands, 0);
        }
    }
    std::vector<DatapathOutput> outputs;
    std::vector<std::string> names;
    for (size_t k = 0; k < values.size(); k++) {
        outputs.push_back({fmt::format("value{}_o", k), values[k], narrowed(values[k])});
        names.push_back(outputs.back().name);
    }
    if (values.empty()) {
        return;
    }
    const Operand *o = operand_of(operands, values[0]);
    if (o && o->type == outputs[0].type && values.size() == 1) {
        payloads.push_back({"value0", values[0], o->type, spread(*o, lane_space, "element_value0"), 1});
        return; // a copy needs no processing elements
    }
    Datapath d =
        build_datapath(build.pool, process.name + "_element",
                       fmt::format("One lane of {}.", process.name), outputs, inputs_of(operands));
    element_cycle = 1 + d.latency;
    result_cycle = element_cycle;
    std::vector<Value> vectors;
    for (size_t k = 0; k < values.size(); k++) {
        int width = static_cast<int>(lane_space.count()) * outputs[k].type.bits;
        vectors.push_back(scope.net(fmt::format("element_value{}", k), width));
        payloads.push_back({fmt::format("value{}", k), values[k], outputs[k].type, vectors[k], element_cycle});
    }
    instantiate_lanes(d, "element", lane_space, operands, names, vectors);
    build.modules.push_back(std::move(d.module));
}

/// Gives disabled lanes the value that changes nothing. Conditions on output lanes alone are left
/// to the write.
void ProcessState::mask_lanes(Payload &value) {
    std::vector<Operand> conditions;
    for (const LaneValue &c : enabling) {
        if (std::none_of(c.lanes.begin(), c.lanes.end(), [&](int loop) {
                return std::find(reduced_lanes.begin(), reduced_lanes.end(), loop) !=
                       reduced_lanes.end();
            })) {
            continue;
        }
        Operand o;
        o.name = fmt::format("mask{}", conditions.size());
        o.type = hwir::boolean;
        o.vector = delayed(c.vector, element_cycle, o.name);
        LaneSpace space(process, c.lanes);
        o.formula = space.flat();
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            o.positions.push_back(space.flat_index(lane_space.counters(lane)));
        }
        add_operand(o, {}, conditions);
    }
    if (conditions.empty()) {
        return;
    }
    const int width = value.type.bits;
    Value masked = scope.net("masked_value", value.vector->width);
    Scope body = scope.generate("gen_masked_value", "lane", lane_space.count(),
                                lane_space.localparams("lane"));
    Value enabled;
    for (const Operand &o : conditions) {
        Value one = o.vector->width == 1 ? o.vector : bit(o.vector, o.formula);
        enabled = enabled ? binary(ValueOp::And, enabled, one) : one;
    }
    Integer at = integer_name("lane") * integer(width);
    body.assign(slice(masked, at, width),
                select(enabled, slice(value.vector, at, width),
                       constant(width, hwir::wrap(identity(process.accumulation->op, value.type),
                                                  {width, false}))));
    value.vector = masked;
}

/// Combines the reduced lanes: those without links by a tree, then those of each loop with links by
/// a chain.
void ProcessState::add_reductions() {
    const int64_t reduced = lane_space.count() / output_space.count();
    if (reduced == 1) {
        return;
    }
    ORRERY_CHECK(process.accumulation && process.accumulation->op != ReduceOp::Other,
                 "{} reduces lanes without an operator", process.name);
    const ReduceOp op = process.accumulation->op;
    Payload &value = payloads[0];
    mask_lanes(value);
    const int full = build.pool[process.accumulation->increment].type.bits, leaf = value.type.bits;
    int64_t results = lane_space.count(); // that are still apart
    auto combine = [&](const std::string &name, int64_t count, bool chain) {
        results /= count;
        const int in = value.type.bits, group = static_cast<int>(in * count);
        const int out = op == ReduceOp::Sum
                            ? std::min(full, leaf + tree_levels(lane_space.count() / results))
                            : in;
        Value sums = scope.net(results == output_space.count() ? "lane_sum" : name + "_sum",
                               static_cast<int>(results) * out);
        Scope body = scope.generate("gen_" + name, "lane", results);
        auto signature = chain ? templates::reduction_chain : templates::reduction_tree;
        body.instance(
            "u_" + name,
            signature(static_cast<int>(count), in, out, value.type.is_signed, tree_operation(op)),
            {{"clk_i", clk},
             {"data_i", slice(value.vector, integer_name("lane") * integer(group), group)},
             {"data_o", slice(sums, integer_name("lane") * integer(out), out)}});
        value.vector = sums;
        value.type.bits = out;
        value.cycle += chain ? static_cast<int>(count) : tree_levels(count);
    };
    int64_t apart = 1; // lanes without links
    std::vector<int> chains;
    for (int loop : reduced_lanes) {
        bool has_links = std::find(linked.begin(), linked.end(), loop) != linked.end();
        has_links ? chains.push_back(loop)
                  : static_cast<void>(apart *= process.loops[loop].max_extent);
    }
    if (apart > 1) {
        combine("tree", apart, false);
    }
    for (size_t i = chains.size(); i-- > 0;) {
        combine(chains.size() == 1 ? "chain" : fmt::format("chain{}", i),
                process.loops[chains[i]].max_extent, true);
    }
    result_cycle = value.cycle;
}

/// The initial value arrives when it is needed: its operands are read that much later.
void ProcessState::add_initial_value() {
    if (!process.accumulation || !process.accumulation->init.defined()) {
        return;
    }
    ExprId init = process.accumulation->init;
    if (build.pool.as_constant(init)) {
        return;
    }
    DatapathOutput output{"value_o", init, narrowed(init)};
    const std::vector<ExprId> leaves = leaves_of({init});
    std::vector<DatapathInput> inputs;
    for (size_t i = 0; i < leaves.size(); i++) {
        const hwir::ExprNode &n = build.pool[leaves[i]];
        const bool load = n.op == hwir::Op::Load;
        inputs.push_back({load ? fmt::format("load{}_i", n.value) : fmt::format("initial{}_i", i),
                          leaves[i], load ? n.type : narrowed(leaves[i]), std::nullopt});
    }
    const bool copy = leaves.size() == 1 && leaves[0] == init && inputs[0].type == output.type;
    std::optional<Datapath> d;
    if (!copy) {
        d = build_datapath(build.pool, process.name + "_initial",
                           fmt::format("Initial value of {}.", process.name), {output}, inputs);
    }
    const int latency = copy ? 0 : d->latency;
    result_cycle = std::max(result_cycle, 1 + latency);
    add_initial_operands(leaves, result_cycle - 1 - latency);
    if (copy) {
        Value vector = spread(*operand_of(initial_operands, init), output_space, "initial_value");
        payloads.push_back({"initial", init, output.type, vector, result_cycle});
        return;
    }
    int width = static_cast<int>(output_space.count()) * output.type.bits;
    Value vector = scope.net("initial_value", width);
    instantiate_lanes(*d, "initial", output_space, initial_operands, {"value_o"}, {vector});
    payloads.push_back({"initial", init, output.type, vector, result_cycle});
    build.modules.push_back(std::move(d->module));
}

} // namespace Orrery::lower
