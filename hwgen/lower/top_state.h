#pragma once
#include "hwgen/lower/lower.h"
#include "hwgen/lower/process.h"
#include "hwgen/lower/stream.h"

#include <map>

namespace Orrery::lower {

/// A memory port of a process: the instance and the prefix of its ports.
struct MemoryUse {
    std::string instance, prefix;
};

/// How a process or a stream takes part in a ring: the instances and ports of its token.
struct TokenPins {
    std::string taker, ready, acquire; ///< instance, input, output
    std::string giver, release;        ///< instance, output
};

/// The top module in the making. Each group of functions is a file.
class Top {
public:
    explicit Top(const hwir::Design &d) : build(d), design(d), scope(module.items) {
        module.name = d.name;
        module.purpose = "Accelerator " + d.name + ".";
    }
    LoweredDesign run();

private:
    // top.cpp: processes and streams, and the wires between them
    void lower_parts();
    void add_scalars();
    netlist::Value delayed_start(int cycles);
    void declare_outputs();
    netlist::Value wire_of(const std::string &instance, const std::string &port) const;
    void feed(const std::string &instance, const std::string &port, netlist::Value v);
    void instantiate_part(const std::string &name, const netlist::Signature &signature);
    void instantiate();

    // top_memories.cpp
    void add_memories();
    void add_memory(int b);
    void add_copy(int b, int copy, bool phased);
    netlist::Value new_generation(const hwir::Buffer &buffer) const;
    netlist::Value write_enables(const std::vector<MemoryUse> &writes,
                                 const std::vector<std::vector<bool>> &reached) const;
    const MemoryPort *memory_port(int buffer, MemoryPort::Kind kind, int which,
                                  std::string &instance) const;

    // top_tokens.cpp
    void add_token_ring(int b);
    void add_scratch_tokens(int t);
    void add_ring(const std::string &name, int slots, const std::vector<TokenPins> &writers,
                  const std::vector<TokenPins> &readers, uint64_t previous = 0);

    // top_ports.cpp
    bool is_shared(int tensor) const;
    bool shares_port(const std::string &instance) const;
    void connect_streams();
    void add_tensor_port(int t);
    void add_own_port(const StreamModule &s, const std::string &tensor);
    void add_shared_port(int t, const std::vector<int> &streams);

    // top_registers.cpp
    void add_counters();
    void add_registers();

    Build build;
    const hwir::Design &design;
    netlist::Module module;
    netlist::Scope scope;
    netlist::Value clk, rst;
    netlist::Value start,
        clear; ///< an invocation is taken, and the registers hold its values; ... by an idle design
    netlist::Value idle;      ///< no invocation is under way
    netlist::Value run_start; ///< the parts may start it: what depends on scalars alone is computed
    int run_value_cycles = 0; ///< between the two
    netlist::Value starting;  ///< between the two, or constant 0 if they are the same
    netlist::Value write_words; ///< bases and scalars of the invocation taken last
    std::vector<ProcessModule> processes;
    std::vector<StreamModule> streams;
    std::map<std::string, netlist::Value> outputs; ///< "instance/port"
    std::map<std::string, netlist::Value> inputs;
    std::vector<netlist::Value> counter_values;           ///< per process
    std::map<std::string, netlist::Value> run_value_nets; ///< by the ports that they feed
    RegisterMap registers;
};

/// The values side by side.
netlist::Value joined(const std::vector<netlist::Value> &least_first);

/// Words of a register that holds a value of the type.
int register_words(hwir::Type type);

} // namespace Orrery::lower
