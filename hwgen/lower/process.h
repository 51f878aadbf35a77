#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/lower/access_map.h"
#include "hwgen/lower/control.h"

#include <memory>

namespace Orrery::lower {

/// Width of the event counters in bits, and of their fields in counts_o.
inline constexpr int counter_bits = 48, counter_field_bits = 64;

/// What a counter of a process counts. All of them leave it side by side in counts_o.
struct CounterSource {
    std::string name;   ///< register name
    std::string description;
    enum Kind { Busy, Operations, Stall, Reads, Writes } kind = Busy;
    int buffer = -1;    ///< Reads, Writes
    std::string cause;  ///< Stall
};

/// A token use of a process and the names of its ports.
struct TokenPort {
    int buffer = -1;
    bool writer = false;
    int phase = 0;      ///< number among the buffer's writers or readers
    /// Ports <prefix>_ready_i, <prefix>_acquire_o, <prefix>_release_o; with early readers <prefix>_progress_o of the last
    /// writer and <prefix>_progress_i of these readers.
    std::string prefix;
    netlist::Value leaves;  ///< inside the module: the last point of a generation is issued
    netlist::Value release; ///< inside the module: the port
};

/// A port to a copy of a buffer's memory.
struct MemoryPort {
    int buffer = -1;
    enum Kind { Read, Write, UpdateRead } kind = Read;
    int read_port = -1;  ///< Read: index into Buffer::read_ports
    int phase = 0;       ///< Write, UpdateRead: number of the writer
    std::string prefix;  ///< ports <prefix>_slot_o, _enable_o, _address_o, _data_o or _data_i
    std::vector<bool> reached; ///< Write: the elements of the port that are ever enabled
};

/// A stream port: loads have <prefix>_available_i, _data_i, _take_o; stores <prefix>_valid_o, _ready_i, _count_o, _data_o.
struct StreamPort {
    int stream = -1;
    std::string prefix;
    int chunk_bytes = 1;
};

/// The module of one process and how the top level has to connect it (besides clk_i, rst_i, start_i, clear_i, done_o, counts_o).
struct ProcessModule {
    std::string name;
    netlist::Signature signature;
    std::vector<TokenPort> tokens;
    std::vector<MemoryPort> memories;
    std::vector<StreamPort> streams;
    std::vector<CounterSource> counters;
    int latency = 0; ///< cycles from the issue of a point to its write
    hwir::ProcessTiming timing;
};

/// Lowers process number `process`; its modules are added to build.modules.
ProcessModule lower_process(Build &build, int process);

/// Width of the progress of a buffer's last writer.
int progress_bits(const hwir::Design &design, const hwir::Buffer &buffer);

/// Words and technology of a buffer's memory port.
int address_bits(const hwir::Buffer &buffer);
int slot_bits(const hwir::Buffer &buffer);

} // namespace Orrery::lower
