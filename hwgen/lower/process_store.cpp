// Result: values go to the banks of the stored buffer, are accumulated there, or leave as a stream.
#include "hwgen/lower/process_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;
using hwir::ExprId;
using hwir::ReduceOp;

namespace {

std::vector<int> plus(std::vector<int> cycles, int amount) {
    for (int &c : cycles) {
        c += amount;
    }
    return cycles;
}

hwir::Op combine(ReduceOp op) {
    return op == ReduceOp::Max ? hwir::Op::Max : op == ReduceOp::Min ? hwir::Op::Min : hwir::Op::Add;
}

} // namespace

void ProcessState::add_store() {
    for (Payload &p : payloads) {
        p.vector = delayed(p.vector, result_cycle - p.cycle, p.name + "_result");
    }
    if (process.store.kind == hwir::MemoryKind::Tensor) {
        add_stream_store();
    } else if (process.accumulation) {
        add_accumulation();
    } else {
        add_buffer_write();
    }
}

std::vector<bool> ProcessState::reached_elements(const AccessMap &map) const {
    const bool rotates = std::any_of(map.dimensions().begin(), map.dimensions().end(),
                                     [](const PortDimension &d) { return d.rotates; });
    std::vector<bool> reached(map.elements(), rotates);
    for (int64_t lane = 0; lane < output_space.count(); lane++) {
        reached[map.position(0, output_space.counters(lane))] = true;
    }
    return reached;
}

Value ProcessState::place(Value lanes, int width, const AccessMap &map, const std::string &name) {
    std::vector<int64_t> positions;
    std::vector<bool> covered(map.elements(), false);
    bool in_order = true;
    for (int64_t lane = 0; lane < output_space.count(); lane++) {
        positions.push_back(map.position(0, output_space.counters(lane)));
        in_order = in_order && positions.back() == lane;
        if (covered[positions.back()]) {
            user_error("{} stage {}: two lanes store to the same element of {} in one cycle; unroll "
                       "loops that reach different elements, or make the update associative",
                       process.func, process.stage, design.buffers[process.store.memory].name);
        }
        covered[positions.back()] = true;
    }
    if (in_order && map.elements() == output_space.count()) {
        return lanes;
    }
    if (in_order) { // the banks above are not reached
        Value above = constant((map.elements() - static_cast<int>(output_space.count())) * width, 0);
        return scope.wire(name, concat({above, lanes}));
    }
    Value vector = scope.net(name, map.elements() * width);
    const int64_t apart = map.elements() / output_space.count();
    bool even = apart * output_space.count() == map.elements(); // every lane has as many elements, and takes the first
    for (int64_t lane = 0; lane < output_space.count(); lane++) {
        even = even && positions[lane] == lane * apart;
    }
    if (even) {
        const int block = static_cast<int>(apart) * width;
        Scope body = scope.generate("gen_" + name, "lane", output_space.count());
        body.assign(slice(vector, integer_name("lane") * integer(block), block),
                    concat({constant(block - width, 0), slice(lanes, integer_name("lane") * integer(width), width)}));
        return vector;
    }
    Integer formula = map.position_formula(0, output_space);
    if (formula) {
        Scope body = scope.generate("gen_" + name, "lane", output_space.count(),
                                    output_space.localparams("lane"));
        body.assign(slice(vector, formula * integer(width), width),
                    slice(lanes, integer_name("lane") * integer(width), width));
    } else {
        for (int64_t lane = 0; lane < output_space.count(); lane++) {
            scope.assign(slice(vector, positions[lane] * width, width), slice(lanes, lane * width, width));
        }
    }
    for (int p = 0; p < map.elements();) { // banks that no lane reaches
        int end = p;
        while (end < map.elements() && !covered[end]) {
            end++;
        }
        if (end > p) {
            scope.assign(slice(vector, static_cast<int64_t>(p) * width, (end - p) * width),
                         constant((end - p) * width, 0));
        }
        p = end + 1;
    }
    return vector;
}

void ProcessState::add_buffer_write() {
    const int b = process.store.memory;
    const hwir::Buffer &buffer = design.buffers[b];
    AccessMap map(build, process, buffer, {&process.store});
    MemoryPort port{b, MemoryPort::Write, -1, 0, buffer.name + "_write", reached_elements(map)};
    for (const TokenPort &t : result.tokens) {
        port.phase = t.buffer == b && t.writer ? t.phase : port.phase;
    }
    const std::vector<int> hop = meet_banks(map), cycles = plus(hop, result_cycle);
    std::vector<Value> amounts = rotation_amounts(map, port.prefix, result_cycle);
    const int bits = buffer.type.bits;
    Value data = payloads[0].vector;
    if (payloads[0].type.bits != bits) {
        data = widened(payloads[0], bits);
    }
    data = rotated(map, place(data, bits, map, "placed_value"), bits, amounts, true, port.prefix + "_value");
    const int lanes = static_cast<int>(output_space.count());
    Value enables = output_enable ? delayed(output_enable, result_cycle, "write_enable_later")
                                  : constant_ones(lanes);
    Value mask = rotated(map, place(as_net(enables, "write_lanes"), 1, map, "placed_enable"), 1, amounts,
                         true, port.prefix + "_enable");
    Value active = scope.wire("point_active", binary(ValueOp::And, fire, point_enable));
    Value write = delayed(active, result_cycle, "write_active", true);
    scope.assign(module.output(port.prefix + "_slot_o", map.banks() * slot_bits(buffer)),
                 copies(slot_of(b, true), cycles, map, "write_slot"));
    Value enable = scope.wire("write_mask", binary(ValueOp::And, mask, repeat(map.elements(), write)));
    enable = skewed(enable, map.pack(), hop, "write_mask_skewed", true);
    scope.assign(module.output(port.prefix + "_enable_o", map.elements()), enable);
    scope.assign(module.output(port.prefix + "_address_o", map.banks() * address_bits(buffer)),
                 addresses(map, buffer, port.prefix, cycles, amounts));
    scope.assign(module.output(port.prefix + "_data_o", map.elements() * bits), data);
    result.memories.push_back(port);
    commit(b, result_cycle + last_write);
    count_writes(b, enable, write, lanes);
}

Value ProcessState::constant_ones(int width) { return width == 1 ? constant(1, 1) : repeat(width, constant(1, 1)); }

Value ProcessState::as_net(Value v, const std::string &name) {
    return v->op == ValueOp::Net ? v : scope.wire(name, v);
}

Value ProcessState::widened(const Payload &p, int bits) {
    const int lanes = static_cast<int>(output_space.count()), from = p.type.bits;
    Value wide = scope.net(p.name + "_wide", lanes * bits);
    Scope body = scope.generate("gen_" + p.name + "_wide", "lane", lanes);
    Value one = slice(p.vector, integer_name("lane") * integer(from), from);
    one = p.type.is_signed ? to_unsigned(resize(to_signed(one), bits)) : resize(one, bits);
    body.assign(slice(wide, integer_name("lane") * integer(bits), bits), one);
    return wide;
}

std::vector<int> ProcessState::meet_banks(const AccessMap &map) {
    if (map.rotates()) { // lanes and banks meet in front of the rotator, all in the same cycle
        level_results();
    }
    const std::vector<int> hop = store_hops(map);
    std::vector<int> wait; // a bank with several lanes is written when the last one is there
    for (int64_t lane = 0; lane < output_space.count(); lane++) {
        const int turn = results_level ? 0 : hops(output_space, lane);
        wait.push_back(hop[map.position(0, output_space.counters(lane)) / map.pack()] - turn);
    }
    for (Payload &p : payloads) {
        p.vector = skewed(p.vector, p.type.bits, wait, p.name + "_skewed");
    }
    last_write = *std::max_element(hop.begin(), hop.end());
    return hop;
}

void ProcessState::commit(int buffer, int cycle) {
    result.timing.commit = cycle;
    for (const TokenPort &t : result.tokens) {
        if (t.buffer == buffer && t.writer) {
            scope.assign(t.release, delayed(t.leaves, cycle, t.prefix + "_commit", true));
            const std::vector<hwir::TokenUse> &writers = design.buffers[buffer].writers;
            if (design.buffers[buffer].progress && writers.back().process == number) {
                add_progress(buffer, cycle, t.prefix);
            }
        }
    }
}

/// The presented point, as late as a token is handed on: what was issued before it has been written. Between runs 0, as at
/// the first point of a generation.
void ProcessState::add_progress(int buffer, int cycle, const std::string &prefix) {
    const hwir::Index &progress = *design.buffers[buffer].progress;
    const int width = progress_bits(design, design.buffers[buffer]);
    Value here = counter_sum(progress.coefficients, 0, {}, {width, false}, prefix + "_point");
    Value now = select(valid, here, constant(width, 0));
    scope.assign(module.output(prefix + "_progress_o", width),
                 delayed(scope.wire(prefix + "_progress", now), cycle, prefix + "_progress_later", true));
}

void ProcessState::count_writes(int buffer, const Value &mask, const Value &write, int lanes) {
    const int width = bits_for(lanes);
    Value amount = select(write, constant(width, lanes), constant(width, 0));
    if (output_enable) {
        Value all = scope.net("written", bits_for(mask->width));
        scope.instance("u_written", templates::count_ones(mask->width), {{"bits_i", mask}, {"count_o", all}});
        amount = all;
    }
    count(CounterSource::Writes, design.buffers[buffer].name + "_writes",
          "elements written to " + design.buffers[buffer].name, amount, buffer);
}

void ProcessState::add_accumulation() {
    const int b = process.store.memory;
    const hwir::Buffer &buffer = design.buffers[b];
    AccessMap map(build, process, buffer, {&process.store});
    const std::string name = buffer.name;
    const int bits = buffer.type.bits, elements = map.elements();
    int phase = 0;
    for (const TokenPort &t : result.tokens) {
        phase = t.buffer == b && t.writer ? t.phase : phase;
    }
    ORRERY_CHECK(result_cycle >= 1, "an accumulation needs its operands one cycle late");
    const std::vector<int> hop = meet_banks(map);
    // The old value is read one cycle before the increment arrives.
    const int read_cycle = result_cycle - 1;
    const std::vector<int> cycles = plus(hop, read_cycle);
    std::vector<Value> early = rotation_amounts(map, name + "_update", read_cycle);
    std::vector<Value> late = rotation_amounts(map, name + "_update", result_cycle);
    const int lanes = static_cast<int>(output_space.count());
    Value enables = output_enable ? delayed(output_enable, read_cycle, "update_enable") : constant_ones(lanes);
    Value mask = rotated(map, place(as_net(enables, "update_lanes"), 1, map, "placed_enable"), 1, early,
                         true, "update_mask");
    mask = output_enable ? skewed(mask, map.pack(), hop, "update_mask_skewed") : mask;
    Value active = scope.wire("point_active", binary(ValueOp::And, fire, point_enable));
    Value update = delayed(active, read_cycle, "update_active", true);

    Value old = scope.net("old_value", elements * bits), fresh = scope.net("new_value", elements * bits);
    MemoryPort read{b, MemoryPort::UpdateRead, -1, phase, name + "_update", {}};
    MemoryPort write{b, MemoryPort::Write, -1, phase, name + "_write", reached_elements(map)};
    const int address = map.banks() * address_bits(buffer);
    Value written = module.output(write.prefix + "_enable_o", elements);
    scope.instance(
        "u_accumulate",
        templates::accumulate_port(map.banks(), map.pack(), bits, buffer.depth(), buffer.memory_slots()),
        {{"clk_i", clk},
         {"rst_i", rst},
         {"valid_i", copies(update, hop, map, "update_banks", true)},
         {"slot_i", copies(slot_of(b, true), cycles, map, "update_slot")},
         {"address_i", addresses(map, buffer, name + "_update", cycles, early)},
         {"mask_i", mask},
         {"read_slot_o", module.output(read.prefix + "_slot_o", map.banks() * slot_bits(buffer))},
         {"read_enable_o", module.output(read.prefix + "_enable_o", map.banks())},
         {"read_address_o", module.output(read.prefix + "_address_o", address)},
         {"read_data_i", module.input(read.prefix + "_data_i", elements * bits)},
         {"old_o", old},
         {"new_i", fresh},
         {"write_slot_o", module.output(write.prefix + "_slot_o", map.banks() * slot_bits(buffer))},
         {"write_enable_o", written},
         {"write_address_o", module.output(write.prefix + "_address_o", address)},
         {"write_data_o", module.output(write.prefix + "_data_o", elements * bits)}});
    result.memories.push_back(read);
    result.memories.push_back(write);
    add_update_function(map, buffer, plus(hop, result_cycle), late, old, fresh);
    commit(b, result_cycle + last_write + 1);
    int width = bits_for(lanes);
    count(CounterSource::Reads, name + "_update_reads", "partial sums read from " + name,
          select(update, constant(width, lanes), constant(width, 0)), b);
    count_writes(b, written, delayed(update, 2, "update_written", true), lanes);
}

ExprId ProcessState::update_expression(const hwir::Buffer &buffer, std::vector<DatapathInput> &inputs) {
    hwir::ExprPool &pool = build.pool;
    const hwir::Accumulation &a = *process.accumulation;
    const int fake = static_cast<int>(process.loads.size()); // leaves of this function only
    ExprId old = pool.load(a.self_load, buffer.type);
    inputs.push_back({"old_i", old, buffer.type, std::nullopt});
    ExprId base = old;
    std::vector<ExprId> leaves;
    for (size_t k = 0; k < payloads.size(); k++) {
        // A leaf of its own: the payload's expression may itself be a constant or hold the old value's load.
        hwir::Type full = pool[payloads[k].leaf].type;
        ExprId leaf = pool.load(fake + static_cast<int>(k), payloads[k].type);
        inputs.push_back({payloads[k].name + "_i", leaf, payloads[k].type, std::nullopt});
        leaves.push_back(pool.cast(full, leaf));
    }
    if (a.init.defined()) {
        ExprId first_visit = pool.load(fake + static_cast<int>(payloads.size()), hwir::boolean);
        inputs.push_back({"first_i", first_visit, hwir::boolean, std::nullopt});
        bool constant_init = pool.as_constant(a.init).has_value();
        ExprId init = constant_init ? a.init : leaves.back();
        base = a.first_visit.empty() ? init : pool.make(hwir::Op::Select, buffer.type, {first_visit, init, old});
    }
    if (a.op != ReduceOp::Other) {
        return pool.make(combine(a.op), buffer.type, {base, leaves[0]});
    }
    std::function<ExprId(ExprId)> rebuild = [&](ExprId e) {
        for (size_t k = 0; k < payloads.size(); k++) {
            if (payloads[k].leaf == e && payloads[k].name != "initial") {
                return leaves[k];
            }
        }
        const hwir::ExprNode n = pool[e];
        if (n.op == hwir::Op::Load && n.value == a.self_load) {
            return base;
        }
        std::vector<ExprId> args;
        for (ExprId x : n.args) {
            args.push_back(rebuild(x));
        }
        return args.empty() ? e : pool.make(n.op, n.type, args);
    };
    return rebuild(process.value);
}

void ProcessState::add_update_function(const AccessMap &map, const hwir::Buffer &buffer,
                                       const std::vector<int> &cycles,
                                       const std::vector<Value> &amounts, const Value &old,
                                       const Value &fresh) {
    std::vector<DatapathInput> inputs;
    ExprId expr = update_expression(buffer, inputs);
    Datapath d = build_datapath(build.pool, process.name + "_update",
                                fmt::format("New value of an element of {}.", buffer.name),
                                {{"new_o", expr, buffer.type}}, inputs, {true});
    std::map<std::string, Value> vectors{{"old_i", old}};
    for (const Payload &p : payloads) {
        Value v = place(p.vector, p.type.bits, map, "placed_" + p.name);
        vectors[p.name + "_i"] = rotated(map, v, p.type.bits, amounts, true, "placed_" + p.name);
    }
    if (process.accumulation->init.defined()) {
        Value all;
        for (int loop : process.accumulation->first_visit) {
            Value here = loop_bit(first, loop);
            all = all ? binary(ValueOp::And, all, here) : here;
        }
        all = all ? all : constant(1, 1);
        vectors["first_i"] =
            copies(scope.wire("first_visit", all), cycles, map, "first_visit_later");
    }
    Scope body = scope.generate("gen_update", "element", map.elements());
    std::vector<Connection> pins;
    for (const Port &port : d.module.ports) {
        Value v = port.name == "new_o" ? fresh : vectors.at(port.name);
        if (port.name != "first_i") {
            v = slice(v, integer_name("element") * integer(port.width), port.width);
        } else if (v->op == ValueOp::Repeat) {
            v = v->args[0];
        } else if (v->width > 1) {
            v = bit(v, integer_name("element") / integer(map.pack()));
        }
        pins.push_back({port.name, v});
    }
    body.instance("u_update", d.module.signature(), pins);
    build.modules.push_back(std::move(d.module));
}

void ProcessState::add_stream_store() {
    int stream = -1;
    for (size_t s = 0; s < design.streams.size(); s++) {
        stream = design.streams[s].process == number && design.streams[s].load < 0 ? static_cast<int>(s) : stream;
    }
    const hwir::Stream &s = design.streams[stream];
    const hwir::Tensor &tensor = design.tensors[s.tensor];
    const int bits = tensor.type.bits, bytes = bits / 8;
    LaneSpace space(process, s.lanes);
    ORRERY_CHECK(space.count() == output_space.count(), "{}: lanes of the output stream", process.name);
    const int lanes = static_cast<int>(space.count()), chunk = lanes * bytes;
    StreamPort port{stream, s.name, chunk};
    const int count_bits = bits_for(chunk);

    level_results();
    Value data = payloads[0].type.bits == bits ? payloads[0].vector : widened(payloads[0], bits);
    Value ordered = scope.net(port.prefix + "_ordered", lanes * bits);
    Scope body = scope.generate("gen_" + port.prefix + "_ordered", "lane", lanes, output_space.localparams("lane"));
    body.assign(slice(ordered, space.flat() * integer(bits), bits),
                slice(data, integer_name("lane") * integer(bits), bits));
    Value enables = enables_of(process.enables, space, port.prefix + "_enable");
    Value amount = delayed(as_net(stream_bytes(enables, space, bytes, port.prefix), port.prefix + "_bytes_now"),
                           result_cycle, port.prefix + "_bytes_later");
    if (s.shifted && enables) {
        Value skip = first_enabled_bits(enables, space, bits, port.prefix);
        ordered = scope.wire(port.prefix + "_packed",
                             binary(ValueOp::ShiftRight, ordered,
                                    delayed(skip, result_cycle, port.prefix + "_skip_later")));
    }
    result.timing.result = result_cycle;
    const int depth = hwir::store_places(result.timing);
    Value active = scope.wire("point_active", binary(ValueOp::And, fire, point_enable));
    Value credit = scope.net("credit", 1), pop = scope.net("pop", 1);
    scope.instance("u_credit", templates::credit_counter(depth),
                   {{"clk_i", clk}, {"rst_i", rst}, {"take_i", active}, {"give_i", pop}, {"available_o", credit}});
    wait_for({hwir::Wait::Kind::Store, stream, "space in the output of tensor " + tensor.name},
             binary(ValueOp::And, point_enable, unary(ValueOp::Not, credit)));
    Value out = scope.net("fifo_out", count_bits + chunk * 8);
    Value out_valid = module.output(port.prefix + "_valid_o", 1);
    Value out_ready = module.input(port.prefix + "_ready_i", 1);
    scope.instance("u_fifo", templates::stream_fifo(count_bits + chunk * 8, depth),
                   {{"clk_i", clk}, {"rst_i", rst},
                    {"in_valid_i", delayed(active, result_cycle, "push", true)},
                    {"in_ready_o", nullptr},
                    {"in_data_i", concat({amount, ordered})},
                    {"out_valid_o", out_valid}, {"out_ready_i", out_ready}, {"out_data_o", out}});
    scope.assign(pop, binary(ValueOp::And, out_valid, out_ready));
    scope.assign(module.output(port.prefix + "_count_o", count_bits), slice(out, chunk * 8, count_bits));
    scope.assign(module.output(port.prefix + "_data_o", chunk * 8), slice(out, 0, chunk * 8));
    result.streams.push_back(port);
}

} // namespace Orrery::lower
