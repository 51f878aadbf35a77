#pragma once
#include "hwgen/netlist/netlist.h"

#include <cstdint>
#include <string>
#include <vector>

/// Signatures of the modules in rtl-templates/, by their parameters. docs/templates.md describes the interfaces; a contract test holds
/// these functions against the elaborated modules.
namespace Orrery::templates {

using netlist::Signature;

// control
Signature sequencer(int loops, int width);
/// Bit i of `used`: loop i has a coefficient.
Signature address_generator(int loops, int width, uint64_t used, int64_t modulus = 0);
Signature token_ring(int slots, int writers, int readers, uint64_t previous = 0); ///< previous: a bit per reader
Signature slot_pointer(int slots, int first = 0);
Signature credit_counter(int credits);
Signature run_join(int parts);
Signature event_counter(int width, int amount_width);
Signature settle_fence();
Signature count_ones(int count);
Signature delay_line(int width, int cycles, bool reset);
Signature tapped_line(int width, int taps, bool reset);
/// `cycles`: delay of each lane, below 65536.
Signature skewed_lanes(int width, const std::vector<int> &cycles, bool reset);

// memory
Signature ram_1r1w(int width, int lanes, int64_t depth);
Signature register_file(int width, int lanes, int64_t depth);
/// `registers`: banks of flip-flops (register_file) instead of ram_1r1w.
Signature banked_buffer(int banks, int pack, int width, int64_t depth, int slots, bool registers);
Signature phased_buffer(int banks, int pack, int width, int64_t depth, int slots, bool registers,
                        int write_ports, int read_ports);
Signature bank_rotator(int outer, int banks, int inner, int width, bool inverse);
/// `lane_values`: one per bank, below 65536.
Signature bank_offset(int banks, int width, const std::vector<int64_t> &lane_values);

// compute
/// `operation`: 0 sum, 1 maximum, 2 minimum.
Signature reduction_tree(int count, int in_width, int out_width, bool is_signed, int operation);
Signature reduction_chain(int count, int in_width, int out_width, bool is_signed, int operation);
Signature accumulate_port(int banks, int pack, int width, int64_t depth, int slots);

// stream
Signature stream_fifo(int width, int depth);
Signature byte_queue(int in_bytes, int out_bytes);

// axi
Signature burst_splitter(int address_width, int length_width, int bus_bytes, int max_burst);
Signature axi_read_stream(int address_width, int length_width, int bus_bytes, int chunk_bytes,
                          int max_burst, int outstanding, int buffer_beats);
Signature axi_write_stream(int address_width, int length_width, int bus_bytes, int chunk_bytes,
                           int max_burst, int outstanding);
Signature axi_read_arbiter(int ports, int address_width, int bus_bytes, int outstanding);
Signature axi_lite_registers(int address_width, int write_words, int read_words);

/// Templates that a netlist instantiates and those that they instantiate themselves, each after its parts.
std::vector<std::string> used_by(const netlist::Netlist &netlist);

/// Templates that a template instantiates itself, sorted.
std::vector<std::string> parts_of(const std::string &name);

/// Is there a template of that name?
bool is_template(const std::string &name);

} // namespace Orrery::templates
