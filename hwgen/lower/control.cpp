#include "hwgen/lower/control.h"

#include "hwgen/lower/datapath.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <set>

namespace Orrery::lower {

using namespace netlist;
using hwir::ExprId;
using hwir::ExprNode;
using hwir::ExprPool;
using hwir::LoopKind;

std::vector<int> lanes_of(const ExprPool &pool, const hwir::Process &process, ExprId e) {
    std::vector<int> result;
    for (int loop : hwir::lane_loops(process)) {
        if (hwir::uses_counter(pool, e, loop)) {
            result.push_back(loop);
        }
    }
    return result;
}

namespace {

/// Loops whose counters occur in any of the expressions.
std::set<int> counters_of(const ExprPool &pool, const std::vector<ExprId> &exprs) {
    std::set<int> result;
    for (ExprId e : exprs) {
        hwir::for_each_node(pool, e, [&](ExprId, const ExprNode &n) {
            if (n.op == hwir::Op::Counter) {
                result.insert(static_cast<int>(n.value));
            }
        });
    }
    return result;
}

DatapathInput counter_input(ExprPool &pool, const hwir::Loop &loop, int number, int width) {
    return {"counter" + std::to_string(number) + "_i", pool.counter(number),
            hwir::Type{width, false}, hwir::Interval{0, std::max<int64_t>(0, loop.max_extent - 1)}};
}

} // namespace

Control::Control(Build &b, Module &nest_module, const std::vector<hwir::Loop> &nest_loops,
                 Value index_vector, int width, Value run_start)
    : build(b), module(nest_module), nest(nest_module.name), loops(nest_loops),
      scope(nest_module.items), index(std::move(index_vector)), index_width(width),
      start(std::move(run_start)) {}

Value Control::counter(int loop) const {
    return slice(index, static_cast<int64_t>(loop) * index_width, index_width);
}

Value Control::held(const RunValue &value) {
    auto known = run_values.find(value.name);
    if (known == run_values.end()) {
        Value next = module.input(value.name + "_i", value.type.bits, value.type.is_signed);
        known = run_values.emplace(value.name, scope.reg(value.name, next, false, start)).first;
    }
    return known->second;
}

void Control::add_inputs(const std::vector<ExprId> &exprs, std::vector<DatapathInput> &inputs,
                         std::vector<Connection> &pins, const LaneSpace *lanes) {
    for (int loop : counters_of(build.pool, exprs)) {
        const hwir::Loop &l = loops[loop];
        const bool lane = l.kind == LoopKind::Lane;
        const int width = lane ? index_bits(l.max_extent) : index_width;
        inputs.push_back(counter_input(build.pool, l, loop, width));
        pins.push_back({inputs.back().name,
                        lane ? localparam_value(lanes->localparam(loop), width) : counter(loop)});
    }
    for (const RunValue &v : build.find_run_values(exprs)) {
        inputs.push_back({v.name + "_i", v.expr, v.type, v.interval});
        pins.push_back({inputs.back().name, held(v)});
    }
}

Value Control::shared(ExprId e, hwir::Type type, const std::string &name) {
    if (auto k = build.pool.as_constant(e)) {
        return constant(type.bits, hwir::wrap(*k, type), type.is_signed);
    }
    for (const Output &o : outputs) {
        if (o.expr == e && o.type == type) {
            return o.net;
        }
    }
    std::string unique = name;
    for (int n = 2;; n++) {
        bool taken = false;
        for (const Output &o : outputs) {
            taken = taken || o.name == unique;
        }
        if (!taken) {
            break;
        }
        unique = name + std::to_string(n);
    }
    Value net = scope.net(unique, type.bits, type.is_signed);
    outputs.push_back({unique, e, type, net});
    return net;
}

LaneValue Control::per_lane(const hwir::Process &process, ExprId e, hwir::Type type,
                            const std::string &name) {
    LaneSpace space(process, lanes_of(build.pool, process, e));
    std::string module_name = nest + "_" + name + std::to_string(lane_modules++);
    std::vector<DatapathInput> inputs;
    std::vector<Connection> pins;
    add_inputs({e}, inputs, pins, &space);
    Datapath d = build_datapath(build.pool, module_name, "One lane of " + name + " in " + nest + ".",
                                {{"value_o", e, type}}, inputs, {true});
    Value vector = scope.net(name, static_cast<int>(space.count()) * type.bits);
    Scope body = scope.generate("gen_" + name, "lane", space.count(), space.localparams("lane"));
    drop_unused_pins(d.module, pins);
    pins.push_back({"value_o", slice(vector, integer_name("lane") * integer(type.bits), type.bits)});
    body.instance("u_" + name, d.module.signature(), pins);
    build.modules.push_back(std::move(d.module));
    return {vector, space.loops(), type.bits, type.is_signed};
}

void Control::finish() {
    if (outputs.empty()) {
        return;
    }
    std::vector<ExprId> exprs;
    std::vector<DatapathOutput> ports;
    std::vector<Connection> pins;
    for (const Output &o : outputs) {
        exprs.push_back(o.expr);
        ports.push_back({o.name + "_o", o.expr, o.type});
        pins.push_back({o.name + "_o", o.net});
    }
    std::vector<DatapathInput> inputs;
    add_inputs(exprs, inputs, pins, nullptr);
    Datapath d = build_datapath(build.pool, nest + "_control",
                                "Loop extents, conditions and address parts of " + nest + ".", ports,
                                inputs, {true});
    drop_unused_pins(d.module, pins);
    scope.instance("u_control", d.module.signature(), pins);
    build.modules.push_back(std::move(d.module));
}

} // namespace Orrery::lower
