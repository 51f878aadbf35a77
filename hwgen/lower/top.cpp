// The top module: it connects processes, streams, buffers, token rings, ports of tensors and
// registers.
#include "hwgen/hwir/print.h"
#include "hwgen/lower/datapath.h"
#include "hwgen/lower/lower.h"
#include "hwgen/lower/top_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <set>

namespace Orrery {

namespace lower {

using namespace netlist;

Value Top::wire_of(const std::string &instance, const std::string &port) const {
    auto it = outputs.find(instance + "/" + port);
    ORRERY_CHECK(it != outputs.end(), "no output {}/{}", instance, port);
    return it->second;
}

void Top::feed(const std::string &instance, const std::string &port, Value v) {
    inputs[instance + "/" + port] = std::move(v);
}

Value joined(const std::vector<Value> &least_first) {
    return concat(std::vector<Value>(least_first.rbegin(), least_first.rend()));
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
    const std::set<std::string> generic{
        "done",         "counts",      "available",          "data",
        "ready",        "error",       "generation_acquire", "generation_release",
        "pass_acquire", "pass_release"};
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
            const std::map<std::string, Value> common{{"clk_i", clk},
                                                      {"rst_i", rst},
                                                      {"start_i", run_start},
                                                      {"clear_i", clear},
                                                      {"idle_i", idle}};
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
            user_error(
                "design {0}: a module of the design has this name too. Choose another name with -n "
                "or CompileOptions::name.",
                module.name);
        }
    }
    build.modules.push_back(std::move(module));
    lowered.netlist.modules = std::move(build.modules);
    lowered.netlist.templates = templates::used_by(lowered.netlist);
    return lowered;
}

} // namespace lower

LoweredDesign lower_design(const hwir::Design &design) {
    LoweredDesign lowered = lower::Top(design).run();
    netlist::verify(lowered.netlist);
    return lowered;
}

} // namespace Orrery
