#include "hwgen/interpreter/datapath.h"

#include "hwgen/passes/lane_map.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <set>

namespace Orrery::interpreter {
using namespace hwir;

namespace {

int64_t combined_value(ReduceOp op, Type type, int64_t a, int64_t b) {
    switch (op) {
    case ReduceOp::Sum:
        return wrap(int64_t(uint64_t(a) + uint64_t(b)), type);
    case ReduceOp::Max:
        return apply(Op::Max, type, {a, b}, {type, type});
    case ReduceOp::Min:
        return apply(Op::Min, type, {a, b}, {type, type});
    case ReduceOp::Other:
        break;
    }
    ORRERY_CHECK(false, "no operator combines lanes");
}

} // namespace

Datapath::Datapath(const Design &d, int number, Memory &m)
    : design(d), process(d.processes[number]), memory(m), enabled(lane_count(process)) {
    if (process.accumulation) {
        self = process.accumulation->self_load;
    }
    find_streams(number);
    make_plans();
    make_groups();
    make_ports(number);
    load_masks.assign(loads.size(), enabled);
    load_values.assign(loads.size(), std::vector<int64_t>(enabled.lane.size(), 0));
    load_unwritten.assign(loads.size(), std::vector<uint8_t>(enabled.lane.size(), 0));
    combined.assign(enabled.lane.size(), 0);
    unwritten.assign(enabled.lane.size(), 0);
    active_groups = enabled;
}

void Datapath::find_streams(int number) {
    load_stream.assign(process.loads.size(), -1);
    for (size_t s = 0; s < design.streams.size(); s++) {
        const Stream &stream = design.streams[s];
        if (stream.process == number) {
            (stream.load < 0 ? store_stream : load_stream[stream.load]) = int(s);
        }
    }
    for (size_t l = 0; l < process.loads.size(); l++) {
        bool external = process.loads[l].kind == MemoryKind::Tensor;
        ORRERY_CHECK(external == (load_stream[l] >= 0), "{}: load {} and streams", process.name, l);
    }
    ORRERY_CHECK((process.store.kind == MemoryKind::Tensor) == (store_stream >= 0),
                 "{}: no stream for the store", process.name);
    ORRERY_CHECK(self < 0 || load_stream[self] < 0, "{}: accumulation in a tensor", process.name);
}

void Datapath::make_plans() {
    std::vector<ExprId> base_roots, condition_roots = process.enables;
    for (const Access &a : process.loads) {
        loads.emplace_back(design, process, a, base_roots);
        predicate_from.push_back(int(condition_roots.size()));
        condition_roots.insert(condition_roots.end(), a.predicate.begin(), a.predicate.end());
    }
    store.emplace(design, process, process.store, base_roots);
    bases = std::make_unique<LaneProgram>(design.exprs, process.loops, base_roots, false);
    auto program = [&](std::vector<ExprId> roots) {
        return std::make_unique<LaneProgram>(design.exprs, process.loops, roots, true);
    };
    conditions = program(condition_roots);
    bool combines = process.accumulation && process.accumulation->op != ReduceOp::Other;
    value = program({combines ? process.accumulation->increment : process.value});
    if (process.accumulation && process.accumulation->init.defined()) {
        init = program({process.accumulation->init});
    }
}

void Datapath::make_groups() {
    std::vector<int> reduced =
        process.accumulation ? reduction_lanes(design.exprs, process) : std::vector<int>();
    int64_t groups = 0;
    for (int64_t lane = 0; lane < int64_t(enabled.lane.size()); lane++) {
        std::vector<int64_t> counters = passes::lane_counters(process, lane);
        for (int l : reduced) {
            counters[l] = 0;
        }
        int64_t first = 0;
        for (int l : lane_loops(process)) {
            first = first * process.loops[l].max_extent + counters[l];
        }
        group_of.push_back(first);
        groups += first == lane;
    }
    always_distinct = store->most_distinct() == groups;
}

void Datapath::make_ports(int number) {
    for (size_t b = 0; b < design.buffers.size(); b++) {
        for (const ReadPort &port : design.buffers[b].read_ports) {
            if (port.process != number) {
                continue;
            }
            std::vector<const AccessPlan *> plans;
            for (int l : port.loads) {
                plans.push_back(&loads[l]);
            }
            ports.push_back({int(b), port.loads, BankCheck(design.buffers[b], plans, "a read")});
        }
    }
    if (process.store.kind == MemoryKind::Buffer) {
        const Buffer &buffer = design.buffers[process.store.memory];
        ports.push_back({process.store.memory, {}, BankCheck(buffer, {&*store}, "the store")});
    }
}

int64_t Datapath::execute(const std::vector<int64_t> &counters, const Places &places,
                          int64_t pass) {
    current_pass = pass;
    bases->run(counters);
    conditions->run(counters);
    enabled = Mask(int64_t(enabled.lane.size()));
    enabled = narrowed(0, process.enables.size());
    if (enabled.count == 0) {
        return 0;
    }
    if (some_unwritten) {
        std::fill(unwritten.begin(), unwritten.end(), 0);
        for (std::vector<uint8_t> &of_load : load_unwritten) {
            std::fill(of_load.begin(), of_load.end(), 0);
        }
        some_unwritten = false;
    }
    for (int l = 0; l < int(loads.size()); l++) {
        if (l != self) {
            load(l, counters, places);
        }
    }
    store->locate(counters, *bases, enabled);
    for (const Port &port : ports) {
        std::vector<const Mask *> masks;
        for (int l : port.loads) {
            masks.push_back(&load_masks[l]);
        }
        if (port.loads.empty()) {
            masks.push_back(&enabled);
        } else {
            memory.buffers[port.buffer].statistics.reads += reads_of(port);
        }
        port.check.check(masks);
    }
    if (process.accumulation) {
        accumulate(counters, places);
    } else {
        value->run(counters, load_values);
        find_unwritten(*value);
        write(value->result(0), enabled, places);
    }
    return enabled.count;
}

/// The enabled lanes for which results from, from + 1, ... of the conditions hold.
Mask Datapath::narrowed(size_t from, size_t count) const {
    Mask mask = enabled;
    for (size_t i = from; i < from + count; i++) {
        const LaneValues &condition = conditions->result(i);
        for (size_t lane = 0; lane < mask.lane.size(); lane++) {
            mask.lane[lane] &= uint8_t(condition[int64_t(lane)]);
        }
    }
    if (count > 0) {
        mask.count = std::count(mask.lane.begin(), mask.lane.end(), 1);
    }
    return mask;
}

/// After the program has run: which of its values unwritten elements reach.
void Datapath::find_unwritten(const LaneProgram &program) {
    if (some_unwritten) {
        unwritten = program.reached(0, load_unwritten);
    }
}

void Datapath::load(int number, const std::vector<int64_t> &counters, const Places &places) {
    const Access &access = process.loads[number];
    Mask &mask = load_masks[number];
    mask = narrowed(predicate_from[number], access.predicate.size());
    try {
        loads[number].locate(counters, *bases, mask);
    } catch (const Failure &failure) {
        throw Failure(fmt::format("load {}: {}", number, failure.what()));
    }
    if (access.kind == MemoryKind::Buffer) {
        return read_buffer(number, mask, places.loads[access.memory]);
    }
    read_tensor(number, mask, places);
}

int64_t Datapath::tensor_generation(int tensor, const Places &places) const {
    const size_t ring = design.buffers.size() + size_t(tensor);
    const bool stores = process.store.kind == MemoryKind::Tensor && process.store.memory == tensor;
    return places.of(ring, stores).generation;
}

/// Of the slot that a generation is in.
size_t Datapath::slot_start(int buffer, const Place &place) const {
    const int64_t slots = design.buffers[buffer].memory_slots();
    return size_t((place.generation + slots) % slots * memory.buffers[buffer].size);
}

void Datapath::read_tensor(int number, const Mask &mask, const Places &places) {
    const int tensor = process.loads[number].memory;
    memory.streams[load_stream[number]]->move(loads[number], mask);
    const std::vector<int64_t> &data = memory.tensors[tensor].data;
    const std::vector<int64_t> &address = loads[number].addresses();
    std::vector<int64_t> &values = load_values[number];
    const ScratchState &scratch = memory.scratch[tensor];
    const int64_t generation = tensor_generation(tensor, places);
    for (size_t lane = 0; lane < values.size(); lane++) {
        values[lane] = mask.lane[lane] ? data[address[lane]] : 0;
        if (!mask.lane[lane] || scratch.written_in.empty()) {
            continue;
        }
        const size_t at = size_t(address[lane]);
        load_unwritten[number][lane] = scratch.written_in[at] != generation;
        some_unwritten |= load_unwritten[number][lane] != 0;
        if (process.pass_depth >= 0 && process.store.memory == tensor &&
            scratch.written_in_pass[at] == current_pass) {
            throw Failure(fmt::format("lane {} loads element {} of {} in the pass that stored it",
                                      lane, at, design.tensors[tensor].name));
        }
    }
}

void Datapath::read_buffer(int number, const Mask &mask, const Place &place) {
    int buffer = process.loads[number].memory;
    const BufferState &state = memory.buffers[buffer];
    const bool slides = design.buffers[buffer].slides();
    const size_t slot = slot_start(buffer, place);
    const std::vector<int64_t> &address = loads[number].addresses();
    std::vector<int64_t> &values = load_values[number];
    for (size_t lane = 0; lane < values.size(); lane++) {
        values[lane] = 0;
        if (!mask.lane[lane]) {
            continue;
        }
        const size_t at = slot + size_t(address[lane]);
        const Mark &mark = state.marks[at];
        // In a sliding buffer an element may be older than this generation, but not newer.
        const bool in_time = slides ? mark.generation >= 0 && mark.generation <= place.generation
                                    : mark.generation >= 0 && mark.generation == place.generation;
        load_unwritten[number][lane] = !in_time || mark.lifetime != place.lifetime ||
                                       mark.turn != loads[number].turn(int64_t(lane));
        some_unwritten |= load_unwritten[number][lane] != 0;
        values[lane] = state.data[at];
    }
}

/// Distinct elements that the loads of a port read at this point.
int64_t Datapath::reads_of(const Port &port) {
    if (port.loads.size() == 1) {
        return loads[port.loads[0]].distinct(load_masks[port.loads[0]]);
    }
    std::set<int64_t> elements;
    for (int l : port.loads) {
        for (size_t lane = 0; lane < enabled.lane.size(); lane++) {
            if (load_masks[l].lane[lane]) {
                elements.insert(loads[l].addresses()[lane]);
            }
        }
    }
    return int64_t(elements.size());
}

bool Datapath::is_first_visit(const std::vector<int64_t> &counters) const {
    const std::vector<int> &first = process.accumulation->first_visit;
    return init && std::all_of(first.begin(), first.end(), [&](int l) { return counters[l] == 0; });
}

/// Combines what the enabled lanes of each group add, at the first lane of the group.
void Datapath::combine() {
    const Accumulation &a = *process.accumulation;
    const LaneValues &increment = value->result(0);
    Type type = design.exprs[a.increment].type;
    for (size_t lane = 0; lane < enabled.lane.size(); lane++) {
        if (!enabled.lane[lane]) {
            continue;
        }
        int64_t group = group_of[lane];
        unwritten[group] |= unwritten[lane];
        bool first = !active_groups.lane[group];
        combined[group] =
            first ? increment[int64_t(lane)]
                  : combined_value(a.op, type, combined[group], increment[int64_t(lane)]);
        active_groups.lane[group] = 1;
        active_groups.count += first;
    }
}

void Datapath::accumulate(const std::vector<int64_t> &counters, const Places &places) {
    const Accumulation &a = *process.accumulation;
    if (a.op == ReduceOp::Other) {
        active_groups = enabled;
    } else {
        value->run(counters, load_values);
        find_unwritten(*value);
        std::fill(active_groups.lane.begin(), active_groups.lane.end(), 0);
        active_groups.count = 0;
        combine();
    }
    std::vector<int64_t> &old = load_values[self];
    if (is_first_visit(counters)) {
        init->run(counters, load_values);
        for (size_t lane = 0; lane < old.size(); lane++) {
            if (active_groups.lane[lane] && !enabled.lane[lane]) {
                throw Failure(
                    fmt::format("lane {} gives the initial value, but is not enabled", lane));
            }
            old[lane] = init->result(0)[int64_t(lane)];
        }
        if (some_unwritten) {
            load_unwritten[self] = init->reached(0, load_unwritten);
        }
    } else {
        loads[self].locate(counters, *bases, active_groups);
        read_buffer(self, active_groups, places.stores[process.store.memory]);
        memory.buffers[process.store.memory].statistics.reads += active_groups.count;
    }
    if (a.op == ReduceOp::Other) {
        value->run(counters, load_values);
        find_unwritten(*value);
        return write(value->result(0), active_groups, places);
    }
    Type type = design.exprs[a.increment].type;
    for (size_t lane = 0; lane < old.size(); lane++) {
        if (active_groups.lane[lane]) {
            combined[lane] = combined_value(a.op, type, old[lane], combined[lane]);
            unwritten[lane] |= load_unwritten[self][lane];
        }
    }
    write({combined.data(), 1}, active_groups, places);
}

void Datapath::write(const LaneValues &values, const Mask &mask, const Places &places) {
    if (!always_distinct) {
        check_distinct(mask);
    }
    const std::vector<int64_t> &address = store->addresses();
    if (store_stream >= 0) {
        return write_tensor(values, mask, places);
    }
    BufferState &state = memory.buffers[process.store.memory];
    const Place &place = places.stores[process.store.memory];
    const size_t slot = slot_start(process.store.memory, place);
    for (size_t lane = 0; lane < mask.lane.size(); lane++) {
        if (mask.lane[lane]) {
            state.data[slot + address[lane]] = values[int64_t(lane)];
            state.marks[slot + address[lane]] = {unwritten[lane] ? -1 : place.generation,
                                                 place.lifetime, store->turn(int64_t(lane))};
        }
    }
    state.statistics.writes += mask.count;
}

void Datapath::write_tensor(const LaneValues &values, const Mask &mask, const Places &places) {
    const int tensor = process.store.memory;
    const std::vector<int64_t> &address = store->addresses();
    memory.streams[store_stream]->move(*store, mask);
    ScratchState &scratch = memory.scratch[tensor];
    for (size_t lane = 0; lane < mask.lane.size(); lane++) {
        if (!mask.lane[lane]) {
            continue;
        }
        const size_t at = size_t(address[lane]);
        memory.tensors[tensor].data[at] = values[int64_t(lane)];
        if (!scratch.written_in.empty()) {
            if (process.pass_depth >= 0 && scratch.written_in_pass[at] == current_pass) {
                throw Failure(fmt::format("lane {} stores element {} of {} twice in a pass", lane,
                                          at, design.tensors[tensor].name));
            }
            scratch.written_in[at] = unwritten[lane] ? -1 : tensor_generation(tensor, places);
            scratch.written_in_pass[at] = current_pass;
        } else if (unwritten[lane]) {
            throw Failure(fmt::format("lane {} stores a value made of elements that were not "
                                      "written in this generation",
                                      lane));
        }
    }
}

void Datapath::check_distinct(const Mask &mask) const {
    std::set<int64_t> seen;
    for (size_t lane = 0; lane < mask.lane.size(); lane++) {
        if (mask.lane[lane] && !seen.insert(store->addresses()[lane]).second) {
            throw Failure(fmt::format("two lanes write element {}", store->addresses()[lane]));
        }
    }
}

} // namespace Orrery::interpreter
