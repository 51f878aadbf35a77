#pragma once
#include "hwgen/lower/build.h"

namespace Orrery::lower {

/// Width of AXI addresses in bits.
inline constexpr int axi_address_bits = 32;

/// The module of one stream: the process that issues its runs and the DMA. Ports: clk_i, rst_i, start_i, idle_i, base_i, done_o
/// (writing: all of an invocation is in memory), error_o, the AXI4 master m_axi_*, and towards its process available_o, data_o, take_i (reading) or
/// valid_i, ready_o, count_i, data_i (writing).
///
/// A stream of a scratch tensor has ports for its tokens besides, NAME_ready_i and NAME_acquire_o where it takes one, NAME_release_o
/// where it gives one back: "generation", and, of a process that updates the tensor, "pass". Such a process takes its generation
/// with the stream that loads and gives it back with the one that stores; the latter enters a pass behind the former.
struct StreamModule {
    int stream = -1;
    std::string name;
    netlist::Signature signature;
};

/// `shared_port`: several streams use the tensor's port, so that none may leave its data on the bus.
StreamModule lower_stream(Build &build, int stream, int chunk_bytes, bool shared_port);

} // namespace Orrery::lower
