// Operands: what the lanes read from buffers, streams and counters, there one cycle after the issue of a point.
#include "hwgen/lower/process_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <set>

namespace Orrery::lower {

using namespace netlist;
using hwir::Access;
using hwir::ExprId;
using hwir::ExprNode;
using hwir::Op;

int ProcessState::stream_of(int load) const {
    for (size_t s = 0; s < design.streams.size(); s++) {
        if (design.streams[s].process == number && design.streams[s].load == load) {
            return static_cast<int>(s);
        }
    }
    return -1;
}

Value ProcessState::slot_of(int buffer, bool writer) const {
    auto it = slots.find({buffer, writer});
    ORRERY_CHECK(it != slots.end(), "{} uses {} without a token", process.name,
                 design.buffers[buffer].name);
    return it->second;
}

bool ProcessState::is_initial_only(int load) const {
    if (!process.accumulation || !process.accumulation->init.defined()) {
        return false;
    }
    auto reads = [&](ExprId e) {
        bool found = false;
        hwir::for_each_node(build.pool, e, [&](ExprId, const ExprNode &n) {
            found = found || (n.op == Op::Load && n.value == load);
        });
        return found;
    };
    const std::vector<ExprId> values = element_values();
    return reads(process.accumulation->init) && std::none_of(values.begin(), values.end(), reads);
}

bool ProcessState::is_initial_only(const hwir::ReadPort &port) const {
    return std::all_of(port.loads.begin(), port.loads.end(),
                       [&](int load) { return is_initial_only(load); });
}

void ProcessState::add_loads() {
    for (const hwir::Buffer &buffer : design.buffers) {
        for (size_t r = 0; r < buffer.read_ports.size(); r++) {
            if (buffer.read_ports[r].process == number && !is_initial_only(buffer.read_ports[r])) {
                add_buffer_port(static_cast<int>(r), buffer, operands, 0);
            }
        }
    }
    for (size_t k = 0; k < process.loads.size(); k++) {
        if (process.loads[k].kind == hwir::MemoryKind::Tensor &&
            !is_initial_only(static_cast<int>(k))) {
            add_stream_load(stream_of(static_cast<int>(k)), operands, 0);
        }
    }
}

void ProcessState::add_initial_operands(const std::vector<ExprId> &leaves, int late) {
    for (const hwir::Buffer &buffer : design.buffers) {
        for (size_t r = 0; r < buffer.read_ports.size(); r++) {
            if (buffer.read_ports[r].process == number && is_initial_only(buffer.read_ports[r])) {
                add_buffer_port(static_cast<int>(r), buffer, initial_operands, late);
            }
        }
    }
    for (size_t i = 0; i < leaves.size(); i++) {
        const ExprNode n = build.pool[leaves[i]];
        if (n.op != Op::Load) {
            add_lane_operand(leaves[i], fmt::format("initial{}", i), initial_operands, late);
        } else if (process.loads[n.value].kind == hwir::MemoryKind::Tensor &&
                   is_initial_only(static_cast<int>(n.value))) {
            add_stream_load(stream_of(static_cast<int>(n.value)), initial_operands, late);
        } else if (const Operand *early = operand_of(
                       operands, leaves[i])) { // the increment reads it too: keep it until then
            initial_operands.push_back(*early);
            initial_operands.back().vector = delayed(early->vector, late, early->name + "_kept");
            drop_reduced_lanes(initial_operands.back());
        }
    }
}

void ProcessState::add_buffer_port(int read_port, const hwir::Buffer &buffer,
                                   std::vector<Operand> &to, int late) {
    const int b = static_cast<int>(&buffer - design.buffers.data());
    const std::vector<int> &loads = buffer.read_ports[read_port].loads;
    std::vector<const Access *> accesses;
    for (int k : loads) {
        accesses.push_back(&process.loads[k]);
    }
    AccessMap map(build, process, buffer, accesses);
    MemoryPort port{b, MemoryPort::Read, read_port, 0, fmt::format("{}_read{}", buffer.name, read_port), {}};
    const LaneSpace &space = &to == &operands ? lane_space : output_space;
    const std::vector<int> hop = read_hops(map, loads.size(), space);
    std::vector<int> cycles = hop;
    for (int &c : cycles) {
        c += late;
        last_read[b] = std::max(last_read[b], c);
    }
    std::vector<Value> amounts = rotation_amounts(map, port.prefix, late);
    Value enable = binary(ValueOp::And, fire, point_enable);
    if (loads.size() == 1) {
        for (ExprId c : process.loads[loads[0]].predicate) {
            if (lanes_of(build.pool, process, c).empty()) {
                Value v = control->shared(c, hwir::boolean, port.prefix + "_condition");
                enable = binary(ValueOp::And, enable, v);
            }
        }
    }
    enable = scope.wire(port.prefix + "_active", enable);
    const int bits = buffer.type.bits;
    Value data = module.input(port.prefix + "_data_i", map.elements() * bits);
    Value slot_out = module.output(port.prefix + "_slot_o", map.banks() * slot_bits(buffer));
    drive(slot_out, copies(slot_of(b, false), cycles, map, port.prefix + "_slot", false, slot_out));
    Value banks = touched_banks(map, loads.size(), amounts, port.prefix);
    Value enable_out = module.output(port.prefix + "_enable_o", map.banks());
    Value active = copies(enable, cycles, map, port.prefix + "_bank_active", true, banks ? nullptr : enable_out);
    drive(enable_out, banks ? binary(ValueOp::And, banks, active) : active);
    Value address_out = module.output(port.prefix + "_address_o", map.banks() * address_bits(buffer));
    drive(address_out, addresses(map, buffer, port.prefix, cycles, amounts, address_out));
    result.memories.push_back(port);
    data =
        rotated(map, data, bits, rotation_amounts(map, port.prefix, late + 1), false, port.prefix);
    std::vector<int> arrival;
    for (int e = 0; e < map.elements(); e++) {
        arrival.push_back(hop[e / map.pack()]);
    }
    std::set<int64_t> touched;
    for (size_t j = 0; j < loads.size(); j++) {
        Operand o;
        o.name = fmt::format("load{}", loads[j]);
        o.leaf = build.pool.load(loads[j], buffer.type);
        o.type = buffer.type;
        o.vector = data;
        o.formula = map.position_formula(static_cast<int>(j), lane_space);
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            o.positions.push_back(map.position(static_cast<int>(j), lane_space.counters(lane)));
            touched.insert(o.positions.back());
        }
        add_operand(o, arrival, to);
    }
    result.timing.reads.push_back({b, read_port, static_cast<int64_t>(touched.size())});
    int width = bits_for(static_cast<int64_t>(touched.size()));
    count(CounterSource::Reads, port.prefix + "_elements", "elements read from " + buffer.name,
          select(enable, constant(width, static_cast<int64_t>(touched.size())), constant(width, 0)), b);
}

void ProcessState::add_operand(Operand operand, const std::vector<int> &arrival,
                               std::vector<Operand> &to) {
    const bool initial = &to == &initial_operands;
    align(operand, arrival, initial ? output_space : lane_space);
    number_lanes(operand);
    if (initial) {
        drop_reduced_lanes(operand);
    }
    to.push_back(std::move(operand));
}

void ProcessState::drop_reduced_lanes(Operand &operand) const {
    for (int loop : reduced_lanes) {
        operand.formula = netlist::substitute(operand.formula, lane_space.localparam(loop), 0);
    }
}

void ProcessState::number_lanes(Operand &operand) {
    if (operand.formula) { // a formula that does not give the table is not used
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            std::map<std::string, int64_t> names;
            std::vector<int64_t> counters = lane_space.counters(lane);
            for (int loop : lane_space.loops()) {
                names[lane_space.localparam(loop)] = counters[loop];
            }
            ORRERY_CHECK(evaluate(operand.formula, names) == operand.positions[lane],
                         "{}: wrong lane map of {}", process.name, operand.name);
        }
    } else { // reorder once, so that lanes find their element at their own number
        int bits = operand.type.bits;
        Value lanes = scope.net(operand.name + "_lanes", static_cast<int>(lane_space.count()) * bits);
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            scope.assign(slice(lanes, lane * bits, bits),
                         slice(operand.vector, operand.positions[lane] * bits, bits));
            operand.positions[lane] = lane;
        }
        operand.vector = lanes;
        operand.formula = lane_space.flat();
    }
}

void ProcessState::add_stream_load(int stream, std::vector<Operand> &to, int late) {
    const hwir::Stream &s = design.streams[stream];
    const hwir::Tensor &tensor = design.tensors[s.tensor];
    LaneSpace space(process, s.lanes);
    const int bytes = tensor.type.bits / 8, bits = tensor.type.bits;
    const int chunk = static_cast<int>(space.count()) * bytes;
    StreamPort port{stream, s.name, chunk};
    const int count_bits = bits_for(chunk);
    Value available = module.input(port.prefix + "_available_i", count_bits);
    Value data = module.input(port.prefix + "_data_i", chunk * 8);
    Value take = module.output(port.prefix + "_take_o", count_bits);
    result.streams.push_back(port);

    std::vector<ExprId> conditions = stream_conditions(s);
    Value gate = seq_enable;
    for (ExprId c : conditions) {
        if (lanes_of(build.pool, process, c).empty()) {
            gate = binary(ValueOp::And, gate, control->shared(c, hwir::boolean, port.prefix + "_condition"));
        }
    }
    gate = scope.wire(port.prefix + "_gate", gate);
    Value enables = enables_of(conditions, space, port.prefix + "_enable");
    Value need = scope.wire(port.prefix + "_need", stream_bytes(enables, space, bytes, port.prefix));
    Value lacks = binary(ValueOp::Less, available, need);
    wait_for({hwir::Wait::Kind::Load, stream, "data of tensor " + tensor.name}, binary(ValueOp::And, gate, lacks));
    scope.assign(take, select(binary(ValueOp::And, fire, gate), need, constant(count_bits, 0)));
    if (s.shifted && enables) {
        Value shift = first_enabled_bits(enables, space, bits, port.prefix);
        data = scope.wire(port.prefix + "_shifted", binary(ValueOp::ShiftLeft, data, shift));
    }
    Operand o;
    o.name = fmt::format("load{}", s.load);
    o.leaf = build.pool.load(s.load, tensor.type);
    o.type = tensor.type;
    o.vector = delayed(scope.reg(port.prefix + "_data", data), late, port.prefix + "_late");
    o.formula = space.flat();
    for (int64_t lane = 0; lane < lane_space.count(); lane++) {
        o.positions.push_back(space.flat_index(lane_space.counters(lane)));
    }
    add_operand(o, {}, to);
}

std::vector<ExprId> ProcessState::stream_conditions(const hwir::Stream &stream) {
    std::vector<ExprId> conditions = process.enables;
    if (stream.load >= 0) {
        const std::vector<ExprId> &p = process.loads[stream.load].predicate;
        conditions.insert(conditions.end(), p.begin(), p.end());
    }
    for (ExprId &c : conditions) { // lanes that share an element do not count twice
        c = hwir::substitute(build.pool, c, [&](const ExprNode &n) {
            bool lane = n.op == Op::Counter && process.loops[n.value].kind == hwir::LoopKind::Lane;
            bool own = std::find(stream.lanes.begin(), stream.lanes.end(), n.value) != stream.lanes.end();
            return lane && !own ? build.pool.constant(0) : ExprId();
        });
    }
    return conditions;
}

Value ProcessState::stream_bytes(const Value &enables, const LaneSpace &space, int bytes,
                                 const std::string &name) {
    const int lanes = static_cast<int>(space.count());
    const int width = bits_for(static_cast<int64_t>(lanes) * bytes);
    if (!enables) {
        return constant(width, static_cast<int64_t>(lanes) * bytes);
    }
    Value ones = scope.net(name + "_elements", bits_for(lanes));
    scope.instance("u_" + name + "_elements", templates::count_ones(lanes),
                   {{"bits_i", enables}, {"count_o", ones}});
    int shift = bytes == 1 ? 0 : index_bits(bytes);
    return shift == 0 ? ones : resize(scope.wire(name + "_bytes", concat({ones, constant(shift, 0)})), width);
}

Value ProcessState::first_enabled_bits(const Value &enables, const LaneSpace &space, int bits,
                                       const std::string &name) {
    const int lanes = static_cast<int>(space.count());
    Value before = scope.net(name + "_before", lanes, false); // no enabled lane up to here
    for (int lane = 0; lane < lanes; lane++) {
        Value any = unary(ValueOp::ReduceOr, slice(enables, 0, lane + 1));
        scope.assign(bit(before, integer(lane)), unary(ValueOp::Not, any));
    }
    Value skipped = scope.net(name + "_skipped", bits_for(lanes));
    scope.instance("u_" + name + "_skipped", templates::count_ones(lanes),
                   {{"bits_i", before}, {"count_o", skipped}});
    return scope.wire(name + "_skipped_bits", concat({skipped, constant(index_bits(bits), 0)}));
}

std::vector<ExprId> ProcessState::element_values() const {
    if (!process.accumulation) {
        return {process.value};
    }
    if (process.accumulation->op != hwir::ReduceOp::Other) {
        return {process.accumulation->increment};
    }
    // The largest parts of the value that do not depend on the old one.
    std::vector<ExprId> parts;
    std::function<bool(ExprId)> old_in = [&](ExprId e) {
        bool found = false;
        hwir::for_each_node(build.pool, e, [&](ExprId, const ExprNode &n) {
            found = found || (n.op == Op::Load && n.value == process.accumulation->self_load);
        });
        return found;
    };
    std::function<void(ExprId)> walk = [&](ExprId e) {
        const ExprNode &n = build.pool[e];
        if (n.op == Op::Constant || (n.op == Op::Load && n.value == process.accumulation->self_load)) {
            return;
        }
        if (!old_in(e)) {
            if (std::find(parts.begin(), parts.end(), e) == parts.end()) {
                parts.push_back(e);
            }
            return;
        }
        for (ExprId a : std::vector<ExprId>(n.args)) {
            walk(a);
        }
    };
    walk(process.value);
    return parts;
}

std::vector<ExprId> ProcessState::leaves_of(const std::vector<ExprId> &roots) const {
    std::vector<ExprId> leaves;
    std::set<ExprId> seen;
    std::function<void(ExprId)> walk = [&](ExprId e) {
        const ExprNode &n = build.pool[e];
        if (n.op == Op::Constant || !seen.insert(e).second) {
            return;
        }
        if (n.op == Op::Load || !hwir::uses_load(build.pool, e)) {
            leaves.push_back(e);
            return;
        }
        for (ExprId a : std::vector<ExprId>(n.args)) {
            walk(a);
        }
    };
    for (ExprId e : roots) {
        walk(e);
    }
    return leaves;
}

hwir::Type ProcessState::narrowed(ExprId e) const {
    hwir::Interval range = hwir::bounds(build.pool, e, hwir::counter_extents(process.loops));
    return narrowest_type(range, build.pool[e].type);
}

void ProcessState::add_lane_operand(ExprId e, const std::string &name, std::vector<Operand> &to,
                                    int late) {
    Operand o;
    o.name = name;
    o.leaf = e;
    o.type = narrowed(e);
    o.positions.assign(lane_space.count(), 0);
    o.formula = integer(0);
    if (lanes_of(build.pool, process, e).empty()) {
        Value now = control->shared(e, o.type, o.name + "_value");
        o.vector = scope.reg(o.name, now);
    } else {
        LaneValue v = control->per_lane(process, e, o.type, o.name + "_value");
        o.vector = scope.reg(o.name, v.vector);
        LaneSpace space(process, v.lanes);
        o.formula = space.flat();
        for (int64_t lane = 0; lane < lane_space.count(); lane++) {
            o.positions[lane] = space.flat_index(lane_space.counters(lane));
        }
    }
    o.vector = delayed(o.vector, late, o.name + "_late");
    add_operand(o, {}, to);
}

} // namespace Orrery::lower
