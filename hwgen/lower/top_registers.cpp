// The registers of the top module: start and end of an invocation, bases, scalars, counters.
#include "hwgen/hwir/timing.h"
#include "hwgen/lower/top_state.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;

namespace {

constexpr int fixed_words = 8; ///< words below the first base register

} // namespace

void Top::add_counters() {
    for (size_t p = 0; p < processes.size(); p++) {
        counter_values.push_back(wire_of(processes[p].name, "counts_o"));
        for (const CounterSource &c : processes[p].counters) {
            registers.counters.push_back({static_cast<Counter::Kind>(c.kind), static_cast<int>(p),
                                          c.buffer, c.cause, c.name});
        }
    }
}

void Top::add_registers() {
    registers.read_words = 2 * static_cast<int>(registers.counters.size());
    registers.address_bits =
        std::max(12, index_bits(4 * (fixed_words + registers.write_words + registers.read_words)));
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
    Signature csr = templates::axi_lite_registers(registers.address_bits, registers.write_words,
                                                  registers.read_words);
    std::vector<Connection> pins;
    std::map<std::string, Value> known{
        {"clk_i", clk},       {"rst_i", rst},
        {"start_o", start},   {"clear_o", clear},
        {"idle_o", idle},     {"finish_i", finish},
        {"error_i", error},   {"write_words_o", write_words},
        {"hold_i", starting}, {"read_words_i", joined(counter_values)}};
    for (const Port &p : csr.ports) {
        auto it = known.find(p.name);
        pins.push_back({p.name, it != known.end() ? it->second
                                : p.direction == PortDirection::Input
                                    ? module.input(p.name, p.width)
                                    : module.output(p.name, p.width)});
    }
    scope.instance("u_registers", csr, pins);
    std::vector<Value> done;
    Value any_error = constant(1, 0);
    for (const ProcessModule &p : processes) {
        done.push_back(wire_of(p.name, "done_o"));
    }
    for (const StreamModule &s : streams) {
        if (hwir::ends_invocations(design, design.streams[s.stream])) {
            done.push_back(wire_of(s.name, "done_o"));
        }
        Value e = wire_of(s.name, "error_o");
        any_error = any_error->op == ValueOp::Constant ? e : binary(ValueOp::Or, any_error, e);
        int t = design.streams[s.stream].tensor;
        feed(s.name, "base_i", slice(write_words, 32 * t, 32));
    }
    scope.instance(
        "u_join", templates::run_join(static_cast<int>(done.size())),
        {{"clk_i", clk}, {"rst_i", rst}, {"done_i", joined(done)}, {"finish_o", finish}});
    scope.assign(error, any_error);
    scope.assign(module.output("irq_o", 1), finish);
}

} // namespace Orrery::lower
