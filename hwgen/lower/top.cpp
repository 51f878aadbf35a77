// The top module: processes, streams, buffers, token rings, ports of tensors and the registers.
#include "hwgen/hwir/print.h"
#include "hwgen/lower/datapath.h"
#include "hwgen/lower/lower.h"
#include "hwgen/lower/process.h"
#include "hwgen/lower/stream.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <map>
#include <set>

namespace Orrery {

namespace lower {

using namespace netlist;

namespace {

constexpr int fixed_words = 8; ///< words below the first base register

/// A memory port of a process: the instance and the prefix of its ports.
struct MemoryUse {
    std::string instance, prefix;
};

/// How a process or a stream takes part in a ring: the instances and ports of its token.
struct TokenPins {
    std::string taker, ready, acquire; ///< instance, input, output
    std::string giver, release;        ///< instance, output
};

class Top {
public:
    explicit Top(const hwir::Design &d) : build(d), design(d), scope(module.items) {
        module.name = d.name;
        module.purpose = "Accelerator " + d.name + ".";
    }
    LoweredDesign run();

private:
    void lower_parts();
    void add_scalars();
    Value delayed_start(int cycles);
    bool is_shared(int tensor) const;
    bool shares_port(const std::string &instance) const;
    void declare_outputs();
    void add_memories();
    void add_memory(int b);
    void add_copy(int b, int copy, bool phased);
    Value new_generation(const hwir::Buffer &buffer) const;
    void add_token_ring(int b);
    void add_scratch_tokens(int t);
    void add_ring(const std::string &name, int slots, const std::vector<TokenPins> &writers,
                  const std::vector<TokenPins> &readers);
    void connect_streams();
    void add_tensor_port(int t);
    void add_own_port(const StreamModule &s, const std::string &tensor);
    void add_shared_port(int t, const std::vector<int> &streams);
    void instantiate();
    void add_counters();
    void add_registers();
    Value wire_of(const std::string &instance, const std::string &port) const;
    void feed(const std::string &instance, const std::string &port, Value v);
    void instantiate_part(const std::string &name, const Signature &signature);
    Value write_enables(const std::vector<MemoryUse> &writes, const std::vector<std::vector<bool>> &reached) const;
    const MemoryPort *memory_port(int buffer, MemoryPort::Kind kind, int which, std::string &instance) const;
    Value joined(const std::vector<Value> &least_first) const;

    Build build;
    const hwir::Design &design;
    Module module;
    Scope scope;
    Value clk, rst;
    Value start, clear; ///< an invocation is taken, and the registers hold its values; ... by an idle design
    Value idle;         ///< no invocation is under way
    Value run_start;    ///< the parts may start it: what depends on scalars alone is computed
    int run_value_cycles = 0; ///< between the two
    Value starting;     ///< between the two, or constant 0 if they are the same
    Value write_words;  ///< bases and scalars of the invocation taken last
    std::vector<ProcessModule> processes;
    std::vector<StreamModule> streams;
    std::map<std::string, Value> outputs; ///< "instance/port"
    std::map<std::string, Value> inputs;
    std::vector<Value> counter_values; ///< per process
    std::map<std::string, Value> run_value_nets; ///< by the ports that they feed
    RegisterMap registers;
};

Value Top::wire_of(const std::string &instance, const std::string &port) const {
    auto it = outputs.find(instance + "/" + port);
    ORRERY_CHECK(it != outputs.end(), "no output {}/{}", instance, port);
    return it->second;
}

void Top::feed(const std::string &instance, const std::string &port, Value v) {
    inputs[instance + "/" + port] = std::move(v);
}

Value Top::joined(const std::vector<Value> &least_first) const {
    return concat(std::vector<Value>(least_first.rbegin(), least_first.rend()));
}

/// Does the read channel of the tensor's port serve several streams?
bool Top::is_shared(int tensor) const {
    int users = 0;
    for (const hwir::Stream &s : design.streams) {
        users += s.tensor == tensor && s.load >= 0;
    }
    return users > 1;
}

/// Is it a stream that loads, from a port that serves others too?
bool Top::shares_port(const std::string &instance) const {
    for (const StreamModule &s : streams) {
        if (s.name == instance) {
            return design.streams[s.stream].load >= 0 && is_shared(design.streams[s.stream].tensor);
        }
    }
    return false;
}

void Top::lower_parts() {
    for (size_t p = 0; p < design.processes.size(); p++) {
        processes.push_back(lower_process(build, static_cast<int>(p)));
    }
    for (size_t s = 0; s < design.streams.size(); s++) {
        int chunk = 0;
        for (const StreamPort &port : processes[design.streams[s].process].streams) {
            chunk = port.stream == static_cast<int>(s) ? port.chunk_bytes : chunk;
        }
        bool shared = design.streams[s].load >= 0 && is_shared(design.streams[s].tensor);
        streams.push_back(lower_stream(build, static_cast<int>(s), chunk, shared));
    }
}

int register_words(hwir::Type type) { return type.bits > 32 ? 2 : 1; }

/// The scalars of the run and what depends on them alone, for all modules that need it.
void Top::add_scalars() {
    registers.write_words = static_cast<int>(design.tensors.size());
    std::vector<int> first_word;
    for (const hwir::Scalar &s : build.pool.scalars()) {
        first_word.push_back(registers.write_words);
        registers.write_words += register_words(s.type);
    }
    write_words = scope.net("write_words", 32 * registers.write_words);
    run_start = start;
    starting = constant(1, 0);
    std::vector<DatapathInput> known;
    std::vector<DatapathOutput> wanted;
    std::vector<Connection> pins;
    for (size_t i = 0; i < first_word.size(); i++) {
        build.find_run_values(
            {build.pool.scalar(static_cast<int>(i))}); // all of them, for the datapath
    }
    for (const RunValue &v : build.run_values) {
        Value net = scope.net(v.name, v.type.bits, v.type.is_signed);
        run_value_nets[v.name + "_i"] = net;
        const hwir::ExprNode &node = build.pool[v.expr];
        if (node.op == hwir::Op::Scalar) {
            scope.assign(net,
                         slice(write_words, int64_t{32} * first_word[node.value], v.type.bits));
            known.push_back({v.name + "_i", v.expr, v.type, v.interval});
            pins.push_back({known.back().name, net});
        } else {
            scope.comment(fmt::format("{}: {}", v.name, hwir::print_expr(build.pool, v.expr, {})));
            wanted.push_back({v.name + "_o", v.expr, v.type});
            pins.push_back({wanted.back().name, net});
        }
    }
    if (wanted.empty()) {
        return;
    }
    Datapath d = build_datapath(build.pool, design.name + "_run_values",
                                "What depends on the scalars of the run alone.", wanted, known);
    drop_unused_pins(d.module, pins);
    if (d.has_clock) {
        pins.push_back({"clk_i", clk});
    }
    scope.instance("u_run_values", d.module.signature(), pins);
    build.modules.push_back(std::move(d.module));
    run_start = delayed_start(d.latency);
    run_value_cycles = d.latency;
}

/// The start of a run some cycles later.
Value Top::delayed_start(int cycles) {
    Value now = start;
    for (int i = 1; i <= cycles; i++) {
        starting = i == 1 ? now : binary(ValueOp::Or, starting, now);
        Value later = scope.net(fmt::format("start_after{}", i), 1);
        scope.instance(fmt::format("u_start_after{}", i), templates::delay_line(1, 1, true),
                       {{"clk_i", clk}, {"rst_i", rst}, {"data_i", now}, {"data_o", later}});
        now = later;
    }
    return now;
}

void Top::declare_outputs() {
    const std::set<std::string> generic{"done", "counts", "available", "data", "ready", "error",
                                        "generation_acquire", "generation_release", "pass_acquire", "pass_release"};
    std::set<std::string> names;
    auto declare = [&](const std::string &name, const Signature &signature) {
        for (const Port &p : signature.ports) {
            bool to_the_outside = p.name.rfind("m_axi_", 0) == 0 && !shares_port(name);
            if (p.direction == PortDirection::Output && !to_the_outside) {
                // A port that has its name from a buffer is the only one of that name.
                std::string net = p.name.substr(0, p.name.size() - 2);
                if (generic.count(net) || !names.insert(net).second) {
                    net = name + "_" + net;
                }
                outputs[name + "/" + p.name] = scope.net(net, p.width);
            }
            if (auto value = run_value_nets.find(p.name); value != run_value_nets.end()) {
                feed(name, p.name, value->second);
            }
            const std::map<std::string, Value> common{
                {"clk_i", clk}, {"rst_i", rst}, {"start_i", run_start}, {"clear_i", clear}, {"idle_i", idle}};
            if (auto value = common.find(p.name); value != common.end()) {
                feed(name, p.name, value->second);
            }
        }
    };
    for (const ProcessModule &p : processes) {
        declare(p.name, p.signature);
    }
    for (const StreamModule &s : streams) {
        declare(s.name, s.signature);
    }
}

const MemoryPort *Top::memory_port(int buffer, MemoryPort::Kind kind, int which, std::string &instance) const {
    for (const ProcessModule &p : processes) {
        for (const MemoryPort &m : p.memories) {
            int number = kind == MemoryPort::Read ? m.read_port : m.phase;
            if (m.buffer == buffer && m.kind == kind && number == which) {
                instance = p.name;
                return &m;
            }
        }
    }
    return nullptr;
}

void Top::add_memory(int b) {
    const hwir::Buffer &buffer = design.buffers[b];
    bool updates = false;
    for (size_t w = 0; w < buffer.writers.size(); w++) {
        std::string instance;
        updates = updates || memory_port(b, MemoryPort::UpdateRead, static_cast<int>(w), instance);
    }
    const bool beside = hwir::updates_beside_readers(design, buffer);
    const bool phased = (updates && !beside) || buffer.writers.size() > 1;
    for (int c = 0; c < hwir::memory_copies(design, buffer); c++) {
        add_copy(b, c, phased);
    }
}

/// The enables of all write ports, port 0 in the least significant bits. An element that no stage writes is read only where its
/// value does not matter, but a memory without a driver is an error in synthesis: the first port writes zeros to it along with
/// the first element that it does write, in the same cycle.
Value Top::write_enables(const std::vector<MemoryUse> &writes, const std::vector<std::vector<bool>> &reached) const {
    std::vector<Value> enables;
    for (const MemoryUse &u : writes) {
        enables.push_back(wire_of(u.instance, u.prefix + "_enable_o"));
    }
    auto is_reached = [&](size_t element) {
        return std::any_of(reached.begin(), reached.end(), [&](const std::vector<bool> &r) { return r[element]; });
    };
    const size_t elements = reached[0].size();
    const int64_t leader = std::find(reached[0].begin(), reached[0].end(), true) - reached[0].begin();
    std::vector<Value> first; // of port 0, least significant first
    for (size_t begin = 0, end = 0; begin < elements; begin = end) {
        const bool here = is_reached(begin);
        while (end < elements && is_reached(end) == here) {
            end++;
        }
        const int count = static_cast<int>(end - begin);
        first.push_back(here ? slice(enables[0], static_cast<int64_t>(begin), count)
                             : repeat(count, bit(enables[0], integer(leader))));
    }
    enables[0] = first.size() == 1 ? enables[0] : joined(first);
    return joined(enables);
}

/// The first writer begins a generation of which nothing is there yet. In a buffer that slides, old elements remain.
Value Top::new_generation(const hwir::Buffer &buffer) const {
    const std::string &writer = design.processes[buffer.writers.front().process].name;
    return buffer.slides() ? constant(1, 0) : wire_of(writer, buffer.name + "_writer_acquire_o");
}

void Top::add_copy(int b, int copy, bool phased) {
    const hwir::Buffer &buffer = design.buffers[b];
    int pack = 1;
    for (size_t d = 0; d < buffer.banks.size(); d++) {
        pack *= buffer.packed[d] ? static_cast<int>(buffer.banks[d]) : 1;
    }
    const int banks = static_cast<int>(buffer.bank_count()) / pack;
    std::vector<MemoryUse> writes, reads;
    std::vector<std::vector<bool>> reached;
    for (size_t w = 0; w < buffer.writers.size(); w++) {
        std::string instance;
        const MemoryPort *m = memory_port(b, MemoryPort::Write, static_cast<int>(w), instance);
        ORRERY_CHECK(m, "{} has a stage without a write port", buffer.name);
        writes.push_back({instance, m->prefix});
        reached.push_back(m->reached);
        const int of_updates = hwir::updates_beside_readers(design, buffer)
                                   ? hwir::memory_copies(design, buffer) - 1 : 0;
        m = copy == of_updates ? memory_port(b, MemoryPort::UpdateRead, static_cast<int>(w), instance) : nullptr;
        if (m) {
            reads.push_back({instance, m->prefix});
        }
    }
    std::string instance;
    if (const MemoryPort *m = memory_port(b, MemoryPort::Read, copy, instance)) {
        reads.push_back({instance, m->prefix});
    }
    auto all = [&](const std::vector<MemoryUse> &uses, const std::string &port) {
        std::vector<Value> values;
        for (const MemoryUse &u : uses) {
            values.push_back(wire_of(u.instance, u.prefix + port));
        }
        return joined(values);
    };
    const bool flip_flops = buffer.technology == hwir::MemoryTechnology::RegisterFile;
    Signature memory =
        phased ? templates::phased_buffer(banks, pack, buffer.type.bits, buffer.depth(), buffer.memory_slots(), flip_flops,
                                          static_cast<int>(writes.size()), static_cast<int>(reads.size()))
               : templates::banked_buffer(banks, pack, buffer.type.bits, buffer.depth(), buffer.memory_slots(), flip_flops);
    const std::string name = copy == 0 ? buffer.name : fmt::format("{}_copy{}", buffer.name, copy);
    const int bits = banks * pack * buffer.type.bits;
    Value data = scope.net(name + "_data", bits * static_cast<int>(reads.size()));
    std::vector<Connection> pins{{"clk_i", clk},
                                 {"rst_i", rst},
                                 {"generation_i", new_generation(buffer)},
                                 {"write_slot_i", all(writes, "_slot_o")},
                                 {"write_enable_i", write_enables(writes, reached)},
                                 {"write_address_i", all(writes, "_address_o")},
                                 {"write_data_i", all(writes, "_data_o")},
                                 {"read_slot_i", all(reads, "_slot_o")},
                                 {"read_enable_i", all(reads, "_enable_o")},
                                 {"read_address_i", all(reads, "_address_o")},
                                 {"read_data_o", data}};
    scope.instance("u_" + name, memory, pins);
    for (size_t r = 0; r < reads.size(); r++) {
        feed(reads[r].instance, reads[r].prefix + "_data_i", slice(data, static_cast<int64_t>(r) * bits, bits));
    }
}

void Top::add_ring(const std::string &name, int slots, const std::vector<TokenPins> &writers,
                   const std::vector<TokenPins> &readers) {
    Value ready[2], acquire[2], release[2];
    for (bool writer : {true, false}) {
        const std::vector<TokenPins> &all = writer ? writers : readers;
        ready[writer] = scope.net(name + (writer ? "_writer_ready" : "_reader_ready"), static_cast<int>(all.size()));
        std::vector<Value> taken, given;
        for (size_t k = 0; k < all.size(); k++) {
            taken.push_back(wire_of(all[k].taker, all[k].acquire));
            given.push_back(wire_of(all[k].giver, all[k].release));
            feed(all[k].taker, all[k].ready, bit(ready[writer], integer(static_cast<int64_t>(k))));
        }
        acquire[writer] = joined(taken);
        release[writer] = joined(given);
    }
    scope.instance("u_" + name + "_tokens",
                   templates::token_ring(slots, static_cast<int>(writers.size()), static_cast<int>(readers.size())),
                   {{"clk_i", clk},
                    {"rst_i", rst},
                    {"idle_i", idle},
                    {"writer_ready_o", ready[true]},
                    {"writer_acquire_i", acquire[true]},
                    {"writer_commit_i", release[true]},
                    {"reader_ready_o", ready[false]},
                    {"reader_acquire_i", acquire[false]},
                    {"reader_release_i", release[false]}});
}

void Top::add_token_ring(int b) {
    const hwir::Buffer &buffer = design.buffers[b];
    std::vector<TokenPins> pins[2];
    for (bool writer : {true, false}) {
        for (const hwir::TokenUse &use : writer ? buffer.writers : buffer.readers) {
            const std::string &process = design.processes[use.process].name;
            const std::string prefix = buffer.name + (writer ? "_writer" : "_reader");
            if (!use.needed.empty()) {
                const std::string &last = design.processes[buffer.writers.back().process].name;
                feed(process, prefix + "_progress_i", wire_of(last, buffer.name + "_writer_progress_o"));
            }
            pins[writer].push_back({process, prefix + "_ready_i", prefix + "_acquire_o", process, prefix + "_release_o"});
        }
    }
    add_ring(buffer.name, buffer.slots, pins[true], pins[false]);
}

/// The streams of a scratch tensor take turns: the one that stores, then those that load. Where a process updates the tensor, its
/// two streams take turns in every pass as well: the loads go ahead, and the next pass waits for the stores.
void Top::add_scratch_tokens(int t) {
    const hwir::Tensor &tensor = design.tensors[t];
    const int writer = tensor.writers.front().process;
    std::string stores, updates;
    std::vector<TokenPins> readers;
    for (const StreamModule &s : streams) {
        const hwir::Stream &stream = design.streams[s.stream];
        if (stream.tensor != t) {
            continue;
        }
        if (stream.load < 0) {
            stores = s.name;
        } else if (stream.process == writer) {
            updates = s.name;
        } else {
            readers.push_back({s.name, "generation_ready_i", "generation_acquire_o", s.name, "generation_release_o"});
        }
    }
    scope.comment(fmt::format("Tensor {} in DRAM: loads wait for the answers of the stores.", tensor.name));
    const std::string &first = updates.empty() ? stores : updates;
    add_ring(tensor.name, 1, {{first, "generation_ready_i", "generation_acquire_o", stores, "generation_release_o"}}, readers);
    if (!updates.empty()) {
        add_ring(tensor.name + "_pass", 1, {{updates, "pass_ready_i", "pass_acquire_o", updates, "pass_acquire_o"}},
                 {{stores, "pass_ready_i", "pass_acquire_o", stores, "pass_release_o"}});
    }
}

void Top::add_memories() {
    for (size_t b = 0; b < design.buffers.size(); b++) {
        const hwir::Buffer &buffer = design.buffers[b];
        if (buffer.readers.empty()) {
            user_error("{} is computed but never read; remove it from the schedule or read it", buffer.func);
        }
        scope.comment(fmt::format("Buffer {} ({}): {}{} slot(s) of {}.", buffer.name, buffer.func,
                                  buffer.slides() ? "sliding, " : "", buffer.slots,
                                  buffer.technology == hwir::MemoryTechnology::RegisterFile ? "flip-flops" : "RAM"));
        add_memory(static_cast<int>(b));
        add_token_ring(static_cast<int>(b));
    }
}

void Top::connect_streams() {
    for (const StreamModule &s : streams) {
        const hwir::Stream &stream = design.streams[s.stream];
        const std::string &process = design.processes[stream.process].name;
        if (stream.load >= 0) {
            feed(process, stream.name + "_available_i", wire_of(s.name, "available_o"));
            feed(process, stream.name + "_data_i", wire_of(s.name, "data_o"));
            feed(s.name, "take_i", wire_of(process, stream.name + "_take_o"));
        } else {
            feed(process, stream.name + "_ready_i", wire_of(s.name, "ready_o"));
            feed(s.name, "valid_i", wire_of(process, stream.name + "_valid_o"));
            feed(s.name, "count_i", wire_of(process, stream.name + "_count_o"));
            feed(s.name, "data_i", wire_of(process, stream.name + "_data_o"));
        }
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        add_tensor_port(static_cast<int>(t));
    }
}

/// "m_axi_araddr_o" of a stream is "m_axi_<tensor>_araddr_o" of the top.
std::string top_port(const std::string &port, const std::string &tensor) {
    return "m_axi_" + tensor + "_" + port.substr(6);
}

void Top::add_tensor_port(int t) {
    std::vector<int> loads, stores;
    for (size_t s = 0; s < streams.size(); s++) {
        if (design.streams[s].tensor == t) {
            (design.streams[s].load < 0 ? stores : loads).push_back(static_cast<int>(s));
        }
    }
    const hwir::Tensor &tensor = design.tensors[t];
    if (loads.empty() && stores.empty()) {
        user_error("tensor {} is not used inside the accelerator; remove the argument", tensor.name);
    }
    if (stores.size() > 1) {
        user_error("{} is stored by several stages; let one stage store the output", tensor.name);
    }
    if (tensor.direction == hwir::Direction::Scratch) {
        add_scratch_tokens(t);
    }
    if (loads.size() > 1) {
        add_shared_port(t, loads);
        loads.clear();
    }
    for (const std::vector<int> *users : {&loads, &stores}) {
        for (int s : *users) {
            add_own_port(streams[s], tensor.name);
        }
    }
}

/// The AXI4 ports of a stream become those of the top.
void Top::add_own_port(const StreamModule &s, const std::string &tensor) {
    for (const Port &p : s.signature.ports) {
        if (p.name.rfind("m_axi_", 0) != 0) {
            continue;
        }
        std::string name = top_port(p.name, tensor);
        if (p.direction == PortDirection::Input) {
            feed(s.name, p.name, module.input(name, p.width));
        } else {
            outputs[s.name + "/" + p.name] = module.output(name, p.width);
        }
    }
}

void Top::add_shared_port(int t, const std::vector<int> &users) {
    const hwir::Tensor &tensor = design.tensors[t];
    Signature arbiter = templates::axi_read_arbiter(static_cast<int>(users.size()), axi_address_bits,
                                                    tensor.bus_bits / 8, tensor.outstanding_bursts);
    std::vector<Connection> pins;
    for (const Port &p : arbiter.ports) {
        if (p.name == "clk_i" || p.name == "rst_i") {
            pins.push_back({p.name, p.name == "clk_i" ? clk : rst});
        } else if (p.name.rfind("m_axi_", 0) == 0) {
            std::string name = top_port(p.name, tensor.name);
            bool input = p.direction == PortDirection::Input;
            pins.push_back({p.name, input ? module.input(name, p.width) : module.output(name, p.width)});
        } else { // "s_axi_..": one slice per stream; an input of the arbiter is an output of the streams
            ORRERY_CHECK(p.name.rfind("s_axi_", 0) == 0, "pin {} of the arbiter", p.name);
            bool input = p.direction == PortDirection::Input;
            std::string pin = "m_axi_" + p.name.substr(6, p.name.size() - 7) + (input ? "o" : "i");
            std::vector<Value> parts;
            Value all = input ? nullptr : scope.net(tensor.name + "_" + p.name.substr(6, p.name.size() - 8), p.width);
            const int width = p.width / static_cast<int>(users.size());
            for (size_t k = 0; k < users.size(); k++) {
                const std::string &stream = streams[users[k]].name;
                if (input) {
                    parts.push_back(wire_of(stream, pin));
                } else {
                    feed(stream, pin, slice(all, static_cast<int64_t>(k) * width, width));
                }
            }
            pins.push_back({p.name, input ? joined(parts) : all});
        }
    }
    scope.instance("u_" + tensor.name + "_arbiter", arbiter, pins);
}

void Top::instantiate_part(const std::string &name, const Signature &signature) {
    std::vector<Connection> pins;
    for (const Port &p : signature.ports) {
        if (p.direction == PortDirection::Output) {
            pins.push_back({p.name, wire_of(name, p.name)});
            continue;
        }
        auto it = inputs.find(name + "/" + p.name);
        ORRERY_CHECK(it != inputs.end(), "input {}/{} is not fed", name, p.name);
        pins.push_back({p.name, it->second});
    }
    scope.instance("u_" + name, signature, pins);
}

void Top::instantiate() {
    for (const ProcessModule &p : processes) {
        instantiate_part(p.name, p.signature);
    }
    for (const StreamModule &s : streams) {
        instantiate_part(s.name, s.signature);
    }
}

void Top::add_counters() {
    for (size_t p = 0; p < processes.size(); p++) {
        counter_values.push_back(wire_of(processes[p].name, "counts_o"));
        for (const CounterSource &c : processes[p].counters) {
            registers.counters.push_back({static_cast<Counter::Kind>(c.kind), static_cast<int>(p), c.buffer,
                                          c.cause, c.name});
        }
    }
}

void Top::add_registers() {
    registers.read_words = 2 * static_cast<int>(registers.counters.size());
    registers.address_bits = std::max(12, index_bits(4 * (fixed_words + registers.write_words + registers.read_words)));
    registers.registers = {
        {"control", 0x00, 1, "write", "bit 0: write 1 to start"},
        {"status", 0x04, 1, "read",
         "bit 0: busy, bit 1: done, bit 2: bus error, bit 3: a start was refused, bit 4: full"},
        {"cycles", 0x08, 2, "read", "cycles since the last start of the idle design, while busy"},
        {"finished", 0x10, 1, "read", "invocations finished since the reset"}};
    int offset = 4 * fixed_words;
    for (const hwir::Tensor &t : design.tensors) {
        registers.base_offset.push_back(offset);
        registers.registers.push_back({t.name + "_base", offset, 1, "read-write",
                                       "byte address of the first element of tensor " + t.name});
        offset += 4;
    }
    for (const hwir::Scalar &s : build.pool.scalars()) {
        registers.scalar_offset.push_back(offset);
        registers.registers.push_back({"scalar_" + s.name, offset, register_words(s.type),
                                       "read-write", "scalar input " + s.name});
        offset += 4 * register_words(s.type);
    }
    for (const ProcessModule &p : processes) {
        for (const CounterSource &c : p.counters) {
            registers.registers.push_back({c.name, offset, 2, "read", c.description});
            offset += 8;
        }
    }
    Value finish = scope.net("finish", 1), error = scope.net("bus_error", 1);
    Signature csr = templates::axi_lite_registers(registers.address_bits, registers.write_words, registers.read_words);
    std::vector<Connection> pins;
    std::map<std::string, Value> known{{"clk_i", clk}, {"rst_i", rst}, {"start_o", start}, {"clear_o", clear},
                                       {"idle_o", idle}, {"finish_i", finish}, {"error_i", error},
                                       {"write_words_o", write_words}, {"hold_i", starting},
                                       {"read_words_i", joined(counter_values)}};
    for (const Port &p : csr.ports) {
        auto it = known.find(p.name);
        pins.push_back({p.name, it != known.end()                      ? it->second
                                : p.direction == PortDirection::Input ? module.input(p.name, p.width)
                                                                      : module.output(p.name, p.width)});
    }
    scope.instance("u_registers", csr, pins);
    std::vector<Value> done;
    Value any_error = constant(1, 0);
    for (const ProcessModule &p : processes) {
        done.push_back(wire_of(p.name, "done_o"));
    }
    for (const StreamModule &s : streams) {
        if (design.streams[s.stream].load < 0) {
            done.push_back(wire_of(s.name, "done_o"));
        }
        Value e = wire_of(s.name, "error_o");
        any_error = any_error->op == ValueOp::Constant ? e : binary(ValueOp::Or, any_error, e);
        int t = design.streams[s.stream].tensor;
        feed(s.name, "base_i", slice(write_words, 32 * t, 32));
    }
    scope.instance("u_join", templates::run_join(static_cast<int>(done.size())),
                   {{"clk_i", clk}, {"rst_i", rst}, {"done_i", joined(done)}, {"finish_o", finish}});
    scope.assign(error, any_error);
    scope.assign(module.output("irq_o", 1), finish);
}

LoweredDesign Top::run() {
    clk = module.input("clk_i", 1);
    rst = module.input("rst_i", 1);
    start = scope.net("start", 1);
    clear = scope.net("clear", 1);
    idle = scope.net("idle", 1);
    lower_parts();
    add_scalars();
    declare_outputs();
    add_memories();
    connect_streams();
    add_counters();
    add_registers();
    instantiate();
    absorb_unused(module);
    LoweredDesign lowered;
    lowered.registers = std::move(registers);
    lowered.timing.start = run_value_cycles;
    for (const ProcessModule &p : processes) {
        lowered.latencies.push_back(p.latency);
        lowered.timing.processes.push_back(p.timing);
    }
    lowered.netlist.top = module.name;
    for (const Module &m : build.modules) {
        if (m.name == module.name || templates::is_template(module.name)) {
            user_error("design {0}: a module of the design has this name too. Choose another name with -n "
                       "or CompileOptions::name.", module.name);
        }
    }
    build.modules.push_back(std::move(module));
    lowered.netlist.modules = std::move(build.modules);
    lowered.netlist.templates = templates::used_by(lowered.netlist);
    return lowered;
}

} // namespace
} // namespace lower

LoweredDesign lower_design(const hwir::Design &design) {
    LoweredDesign lowered = lower::Top(design).run();
    netlist::verify(lowered.netlist);
    return lowered;
}

} // namespace Orrery
