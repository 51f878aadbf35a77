// The memories of the top module, and which ports of the processes they serve.
#include "hwgen/lower/top_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;

void Top::add_memories() {
    for (size_t b = 0; b < design.buffers.size(); b++) {
        const hwir::Buffer &buffer = design.buffers[b];
        if (buffer.readers.empty()) {
            user_error("{} is computed but never read; remove it from the schedule or read it",
                       buffer.func);
        }
        scope.comment(fmt::format(
            "Buffer {} ({}): {}{} slot(s) of {}.", buffer.name, buffer.func,
            buffer.slides() ? "sliding, " : "", buffer.slots,
            buffer.technology == hwir::MemoryTechnology::RegisterFile ? "flip-flops" : "RAM"));
        add_memory(static_cast<int>(b));
        add_token_ring(static_cast<int>(b));
    }
}

const MemoryPort *Top::memory_port(int buffer, MemoryPort::Kind kind, int which,
                                   std::string &instance) const {
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

/// The enables of all write ports, port 0 in the least significant bits. An element that no stage
/// writes is read only where its value does not matter, but a memory without a driver is an error
/// in synthesis: the first port writes zeros to it along with the first element that it does write,
/// in the same cycle.
Value Top::write_enables(const std::vector<MemoryUse> &writes,
                         const std::vector<std::vector<bool>> &reached) const {
    std::vector<Value> enables;
    for (const MemoryUse &u : writes) {
        enables.push_back(wire_of(u.instance, u.prefix + "_enable_o"));
    }
    auto is_reached = [&](size_t element) {
        return std::any_of(reached.begin(), reached.end(),
                           [&](const std::vector<bool> &r) { return r[element]; });
    };
    const size_t elements = reached[0].size();
    const int64_t leader =
        std::find(reached[0].begin(), reached[0].end(), true) - reached[0].begin();
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

/// The first writer begins a generation of which nothing is there yet. In a buffer that slides, old
/// elements remain.
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
                                   ? hwir::memory_copies(design, buffer) - 1
                                   : 0;
        m = copy == of_updates
                ? memory_port(b, MemoryPort::UpdateRead, static_cast<int>(w), instance)
                : nullptr;
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
    Signature memory = phased
                           ? templates::phased_buffer(banks, pack, buffer.type.bits, buffer.depth(),
                                                      buffer.memory_slots(), flip_flops,
                                                      static_cast<int>(writes.size()),
                                                      static_cast<int>(reads.size()))
                           : templates::banked_buffer(banks, pack, buffer.type.bits, buffer.depth(),
                                                      buffer.memory_slots(), flip_flops);
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
        feed(reads[r].instance, reads[r].prefix + "_data_i",
             slice(data, static_cast<int64_t>(r) * bits, bits));
    }
}

} // namespace Orrery::lower
