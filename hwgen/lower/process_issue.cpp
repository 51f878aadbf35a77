// Issue: the sequencer of a process, its tokens and the conditions under which its lanes take part.
#include "hwgen/lower/process_state.h"
#include "hwgen/lower/sequencer.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;
using hwir::ExprId;
using hwir::Loop;
using hwir::LoopKind;

namespace {

bool contains(const std::vector<int> &loops, int loop) {
    return std::find(loops.begin(), loops.end(), loop) != loops.end();
}

/// Lane loops on which the stored element depends.
std::vector<int> stored_lanes(const hwir::Process &p, const std::vector<int> &reduced) {
    std::vector<int> order = hwir::lane_loops(p);
    order.erase(std::remove_if(order.begin(), order.end(),
                               [&](int loop) { return contains(reduced, loop); }),
                order.end());
    return order;
}

/// The other lane loops, those with links first: the tree is inside of the chain.
std::vector<int> combined_lanes(const hwir::ExprPool &pool, const hwir::Process &p) {
    std::vector<int> order = hwir::reduction_lanes(pool, p), links = hwir::linked_lanes(p);
    std::stable_partition(order.begin(), order.end(),
                          [&](int loop) { return contains(links, loop); });
    return order;
}

std::vector<int> joined(std::vector<int> a, const std::vector<int> &b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

} // namespace

ProcessState::ProcessState(Build &b, int process_number)
    : build(b), design(b.design), number(process_number),
      process(b.design.processes[process_number]),
      output_lanes(stored_lanes(process, hwir::reduction_lanes(b.pool, process))),
      reduced_lanes(combined_lanes(b.pool, process)), linked(hwir::linked_lanes(process)),
      output_space(process, output_lanes), lane_space(process, joined(output_lanes, reduced_lanes)),
      scope(module.items) {
    module.name = process.name;
    module.purpose = fmt::format("Stage {} of {}: {} lanes.", process.stage, process.func,
                                 lane_space.count());
    result.name = process.name;
}

ProcessModule ProcessState::run() {
    add_sequencer();
    add_tokens();
    add_enables();
    add_loads();
    add_elements();
    add_reductions();
    add_initial_value();
    add_store();
    release_buffers();
    finish_issue();
    add_counters();
    add_skews();
    add_delays();
    control->finish();
    absorb_unused(module);
    result.signature = module.signature();
    result.latency = result_cycle + last_write;
    result.timing.result = result_cycle;
    build.modules.push_back(std::move(module));
    return std::move(result);
}

void ProcessState::add_sequencer() {
    const SequencerSize size = sequencer_size(process.loops);
    loops = size.loops;
    index_width = size.index_width;
    clk = module.input("clk_i", 1);
    rst = module.input("rst_i", 1);
    request = module.input("start_i", 1);
    clear = module.input("clear_i", 1);
    index = scope.net("index", loops * index_width);
    first = scope.net("first", loops);
    first_from = scope.net("first_from", loops + 1);
    last_from = scope.net("last_from", loops + 1);
    increment = scope.net("increment", loops);
    valid = scope.net("valid", 1);
    seq_enable = scope.net("in_range", 1);
    fire = scope.net("fire", 1);
    start = scope.net("run_start", 1);
    control = std::make_unique<Control>(build, module, process.loops, index, index_width, start);
}

void ProcessState::add_tokens() {
    for (size_t b = 0; b < design.buffers.size(); b++) {
        for (bool writer : {true, false}) {
            const hwir::Buffer &buffer = design.buffers[b];
            const std::vector<hwir::TokenUse> &uses = writer ? buffer.writers : buffer.readers;
            for (size_t k = 0; k < uses.size(); k++) {
                if (uses[k].process == number) {
                    add_token(static_cast<int>(b), writer, static_cast<int>(k));
                }
            }
        }
    }
}

void ProcessState::add_token(int b, bool writer, int k) {
    const hwir::Buffer &buffer = design.buffers[b];
    const hwir::TokenUse &use = (writer ? buffer.writers : buffer.readers)[k];
    const bool early = !use.needed.empty();
    TokenPort port{b, writer, k, buffer.name + (writer ? "_writer" : "_reader"), nullptr, nullptr};
    Value ready = module.input(port.prefix + "_ready_i", 1);
    Value acquire = module.output(port.prefix + "_acquire_o", 1);
    Value release = module.output(port.prefix + "_release_o", 1);
    Value enter = loop_bit(first_from, use.depth), leave = loop_bit(last_from, use.depth);
    Value leaves = scope.wire(port.prefix + "_leaves", binary(ValueOp::And, fire, leave));
    // An early reader takes its token when it leaves: it has been in the generation before there was one.
    scope.assign(acquire, early ? leaves : binary(ValueOp::And, fire, enter));
    Value slot = constant(1, 0);
    if (buffer.memory_slots() > 1) {
        slot = scope.net(port.prefix + "_slot", slot_bits(buffer));
        scope.instance("u_" + port.prefix + "_slot", templates::slot_pointer(buffer.memory_slots(), use.previous ? buffer.memory_slots() - 1 : 0),
                       {{"clk_i", clk}, {"rst_i", rst}, {"next_i", leaves}, {"slot_o", slot}});
    }
    slots[{b, writer}] = slot;
    Value here = early ? waits_for_elements(buffer, use, port, leave) : enter;
    Value waits = binary(ValueOp::And, here, unary(ValueOp::Not, ready));
    const std::string cause = early     ? "elements of " + buffer.name
                              : !writer ? "data in " + buffer.name
                              : k == 0  ? "space in " + buffer.name
                                        : "the previous stage of " + buffer.name;
    wait_for({writer ? hwir::Wait::Kind::Write : hwir::Wait::Kind::Read, b, cause},
             scope.wire(port.prefix + "_waits", waits));
    port.leaves = leaves;
    port.release = release;
    result.tokens.push_back(port);
}

void ProcessState::wait_for(hwir::Wait wait, Value wanted) {
    stalls.push_back({wait.cause, std::move(wanted)});
    result.timing.waits.push_back(std::move(wait));
}

Value ProcessState::waits_for_elements(const hwir::Buffer &buffer, const hwir::TokenUse &use,
                                       const TokenPort &port, const Value &leave) {
    const int width = progress_bits(design, buffer);
    Value progress = module.input(port.prefix + "_progress_i", width);
    Value waits = leave;
    for (size_t i = 0; i < use.needed.size(); i++) {
        const hwir::Index &wanted = use.needed[i];
        std::string name = port.prefix + "_needed" + (i ? std::to_string(i) : "");
        const hwir::Interval range = hwir::bounds(build.pool, process, wanted);
        // Signed and wide enough for both sides.
        const int64_t most = std::max({int64_t{1} << width, range.max, -range.min});
        const hwir::Type type{bits_for(most) + 1, true};
        Value needed = counter_sum(wanted.coefficients, wanted.offset, wanted.base, type, name);
        Value there = scope.wire(name + "_progress", concat({constant(type.bits - width, 0), progress}));
        waits = binary(ValueOp::Or, waits,
                       binary(ValueOp::LessEqual, to_signed(there), to_signed(needed)));
    }
    return waits;
}

void ProcessState::release_buffers() {
    for (const TokenPort &t : result.tokens) {
        if (!t.writer) {
            scope.assign(t.release,
                         delayed(t.leaves, last_read[t.buffer], t.prefix + "_read", true));
            result.timing.releases.push_back({t.buffer, last_read[t.buffer]});
        }
    }
}

std::vector<LaneValue> ProcessState::lane_conditions(const std::vector<ExprId> &conditions,
                                                     const std::string &name) {
    std::vector<LaneValue> parts;
    for (ExprId c : conditions) {
        if (!lanes_of(build.pool, process, c).empty()) {
            parts.push_back(control->per_lane(process, c, hwir::boolean,
                                              name + "_condition" + std::to_string(parts.size())));
        }
    }
    return parts;
}

Value ProcessState::all_of(const std::vector<LaneValue> &conditions, const LaneSpace &space,
                           const std::string &name) {
    if (conditions.empty()) {
        return nullptr;
    }
    Value vector = scope.net(name, static_cast<int>(space.count()));
    Scope body = scope.generate("gen_" + name, "lane", space.count(), space.localparams("lane"));
    Value all;
    for (const LaneValue &p : conditions) {
        Value one = bit(p.vector, LaneSpace(process, p.lanes).flat());
        all = all ? binary(ValueOp::And, all, one) : one;
    }
    body.assign(bit(vector, integer_name("lane")), all);
    return vector;
}

Value ProcessState::enables_of(const std::vector<ExprId> &conditions, const LaneSpace &space,
                               const std::string &name) {
    return all_of(lane_conditions(conditions, name), space, name);
}

void ProcessState::add_enables() {
    Value all = seq_enable;
    int n = 0;
    for (ExprId c : process.enables) {
        if (lanes_of(build.pool, process, c).empty()) {
            Value one = control->shared(c, hwir::boolean, "condition" + std::to_string(n++));
            all = binary(ValueOp::And, all, one);
        }
    }
    point_enable = scope.wire("point_enable", all);
    enabling = lane_conditions(process.enables, "lane_enable");
    lane_enable = all_of(enabling, lane_space, "lane_enable");
    if (!lane_enable || reduced_lanes.empty()) {
        output_enable = lane_enable;
        return;
    }
    int64_t reduced = lane_space.count() / output_space.count();
    output_enable = scope.net("output_enable", static_cast<int>(output_space.count()));
    Scope body = scope.generate("gen_output_enable", "lane", output_space.count());
    Value group = slice(lane_enable, integer_name("lane") * integer(reduced), static_cast<int>(reduced));
    body.assign(bit(output_enable, integer_name("lane")), unary(ValueOp::ReduceOr, group));
}

void ProcessState::finish_issue() {
    Value stall = constant(1, 0);
    for (size_t i = 0; i < stalls.size(); i++) {
        stall = i == 0 ? stalls[i].wanted : binary(ValueOp::Or, stall, stalls[i].wanted);
    }
    SequencerNets nets;
    nets.clk = clk;
    nets.rst = rst;
    nets.request = request;
    nets.extents = sequencer_extents(build, *control, process.loops);
    nets.stall = scope.wire("stall", stall);
    nets.index = index;
    nets.first = first;
    nets.first_from = first_from;
    nets.last_from = last_from;
    nets.increment = increment;
    nets.valid = valid;
    nets.in_range = seq_enable;
    nets.fire = fire;
    nets.done = module.output("done_o", 1);
    nets.start = start;
    instantiate_sequencer(scope, {loops, index_width}, nets);
}

void ProcessState::count(CounterSource::Kind kind, const std::string &name,
                         const std::string &description, Value amount, int buffer,
                         const std::string &cause) {
    CounterSource c;
    c.name = process.name + "_" + name;
    c.description = description;
    c.kind = kind;
    c.buffer = buffer;
    c.cause = cause;
    result.counters.push_back(c);
    counted.push_back(std::move(amount));
}

/// One counter per event of the process, all cleared by a start of the idle design.
void ProcessState::add_event_counters() {
    int width = 1;
    for (const Value &v : counted) {
        width = std::max(width, v->width);
    }
    const int n = static_cast<int>(counted.size());
    std::vector<Value> amounts; // most significant first
    for (int i = n; i-- > 0;) {
        Value v = counted[i];
        if (v->width < width) {
            v = concat({constant(width - v->width, 0), v});
        }
        amounts.push_back(v);
    }
    Value events = scope.wire("events", concat(amounts));
    Value counts = module.output("counts_o", n * counter_field_bits);
    Scope body = scope.generate("gen_counter", "counter", n);
    Value amount = slice(events, integer_name("counter") * integer(width), width);
    Integer field = integer_name("counter") * integer(counter_field_bits);
    body.instance("u_counter", templates::event_counter(counter_bits, width),
                  {{"clk_i", clk}, {"rst_i", rst}, {"clear_i", clear},
                   {"enable_i", width == 1 ? amount : unary(ValueOp::ReduceOr, amount)},
                   {"amount_i", amount},
                   {"count_o", slice(counts, field, counter_bits)}});
    const int unused = counter_field_bits - counter_bits;
    body.assign(slice(counts, field + integer(counter_bits), unused), constant(unused, 0));
}

void ProcessState::add_counters() {
    count(CounterSource::Busy, "busy", "cycles in which a point was issued", fire);
    if (process.array) {
        int lanes = static_cast<int>(lane_space.count());
        int width = bits_for(lanes);
        Value amount = constant(width, lanes);
        if (lane_enable) {
            amount = scope.net("enabled_lanes", width);
            scope.instance("u_enabled_lanes", templates::count_ones(lanes),
                           {{"bits_i", lane_enable}, {"count_o", amount}});
        }
        Value active = binary(ValueOp::And, fire, point_enable);
        count(CounterSource::Operations, "operations", "operations of the lanes of the array",
              select(active, amount, constant(width, 0)));
    }
    Value earlier = valid;
    for (size_t i = 0; i < stalls.size(); i++) {
        Value here = i == 0 ? binary(ValueOp::And, valid, stalls[0].wanted)
                            : binary(ValueOp::And, earlier, stalls[i].wanted);
        count(CounterSource::Stall, fmt::format("stalls{}", i), "cycles spent waiting for " + stalls[i].cause,
              here, -1, stalls[i].cause);
        if (i + 1 < stalls.size()) { // one cause per cycle: the first one that holds
            earlier = scope.wire(fmt::format("no_stall{}", i), binary(ValueOp::And, earlier, unary(ValueOp::Not, stalls[i].wanted)));
        }
    }
    add_event_counters();
}

Value ProcessState::delayed(Value v, int cycles, const std::string &name, bool reset) {
    constexpr int narrow = 16;
    if (cycles == 0 || v->op == ValueOp::Constant) {
        return v;
    }
    Value q = scope.net(name, v->width);
    if (v->width <= narrow) {
        delays[{cycles, reset}].push_back({v, q});
    } else {
        scope.instance("u_" + name, templates::delay_line(v->width, cycles, reset),
                       {{"clk_i", clk}, {"rst_i", rst}, {"data_i", v}, {"data_o", q}});
    }
    return q;
}

void ProcessState::add_delays() {
    for (const auto &[key, values] : delays) {
        const auto &[cycles, reset] = key;
        std::string name = fmt::format("{}_after{}", reset ? "events" : "values", cycles);
        std::vector<Value> inputs; // most significant first
        int width = 0;
        for (const auto &[value, later] : values) {
            inputs.insert(inputs.begin(), value);
            width += value->width;
        }
        Value out = values.size() == 1 ? values[0].second : scope.net(name, width);
        scope.instance("u_" + name, templates::delay_line(width, cycles, reset),
                       {{"clk_i", clk}, {"rst_i", rst}, {"data_i", concat(inputs)}, {"data_o", out}});
        int64_t lsb = 0;
        for (const auto &[value, later] : values) {
            if (values.size() > 1) {
                scope.assign(later, slice(out, lsb, value->width));
            }
            lsb += value->width;
        }
    }
}

int progress_bits(const hwir::Design &design, const hwir::Buffer &buffer) {
    const hwir::Process &writer = design.processes[buffer.writers.back().process];
    return bits_for(hwir::bounds(design.exprs, writer, *buffer.progress).max);
}

int address_bits(const hwir::Buffer &buffer) { return index_bits(buffer.depth()); }

int slot_bits(const hwir::Buffer &buffer) { return index_bits(buffer.memory_slots()); }

ProcessModule lower_process(Build &build, int process) { return ProcessState(build, process).run(); }

} // namespace Orrery::lower
