#include "hwgen/templates/templates.h"

#include "hwgen/templates/port_list.h"

namespace Orrery::templates {

Signature sequencer(int loops, int width) {
    return PortList("sequencer")
        .parameter("LOOPS", loops)
        .parameter("WIDTH", width)
        .clock_reset()
        .in("start_i")
        .in("stall_i")
        .in("extent_i", loops * width)
        .out("index_o", loops * width)
        .out("first_o", loops)
        .out("first_from_o", loops + 1)
        .out("last_from_o", loops + 1)
        .out("increment_o", loops)
        .out("valid_o")
        .out("enable_o")
        .out("fire_o")
        .out("done_o")
        .out("start_o")
        .done();
}

Signature address_generator(int loops, int width, uint64_t used, int64_t modulus) {
    PortList list = PortList("address_generator")
                        .parameter("LOOPS", loops)
                        .parameter("WIDTH", width)
                        .packed("USED", loops, {used});
    if (modulus != 0) {
        list.parameter("MODULUS", modulus);
    }
    return list.clock()
        .in("start_i")
        .in("step_i")
        .in("increment_i", loops)
        .in("base_i", width)
        .in("coefficient_i", loops * width)
        .out("address_o", width)
        .done();
}

Signature token_ring(int slots, int writers, int readers, uint64_t previous) {
    PortList list = PortList("token_ring")
                        .parameter("SLOTS", slots)
                        .parameter("WRITERS", writers)
                        .parameter("READERS", readers);
    if (previous != 0) {
        list.packed("PREVIOUS", readers, {previous});
    }
    return list.clock_reset()
        .in("idle_i")
        .in("writer_acquire_i", writers)
        .in("writer_commit_i", writers)
        .in("reader_acquire_i", readers)
        .in("reader_release_i", readers)
        .out("writer_ready_o", writers)
        .out("reader_ready_o", readers)
        .done();
}

Signature slot_pointer(int slots, int first) {
    PortList list = PortList("slot_pointer").parameter("SLOTS", slots);
    if (first != 0) {
        list.parameter("FIRST", first);
    }
    return list.clock_reset()
        .in("next_i")
        .out("slot_o", index_bits(slots))
        .done();
}

Signature credit_counter(int credits) {
    return PortList("credit_counter")
        .parameter("CREDITS", credits)
        .clock_reset()
        .in("take_i")
        .in("give_i")
        .out("available_o")
        .done();
}

Signature run_join(int parts) {
    return PortList("run_join").parameter("PARTS", parts).clock_reset().in("done_i", parts).out("finish_o").done();
}

Signature event_counter(int width, int amount_width) {
    return PortList("event_counter")
        .parameter("WIDTH", width)
        .parameter("AMOUNT_WIDTH", amount_width)
        .clock_reset()
        .in("clear_i")
        .in("enable_i")
        .in("amount_i", amount_width)
        .out("count_o", width)
        .done();
}

Signature count_ones(int count) {
    return PortList("count_ones").parameter("COUNT", count).in("bits_i", count).out("count_o", bits_for(count)).done();
}

Signature delay_line(int width, int cycles, bool reset) {
    return PortList("delay_line")
        .parameter("WIDTH", width)
        .parameter("CYCLES", cycles)
        .parameter("RESET", reset ? 1 : 0)
        .clock_reset()
        .in("data_i", width)
        .out("data_o", width)
        .done();
}

namespace {

/// Table of numbers below 65536 as a vector of 16 bits each.
template <typename T>
std::vector<uint64_t> table_of(const std::vector<T> &values) {
    std::vector<uint64_t> bits((values.size() * 16 + 63) / 64, 0);
    for (size_t i = 0; i < values.size(); i++) {
        bits[i / 4] |= (static_cast<uint64_t>(values[i]) & 0xffff) << (i % 4 * 16);
    }
    return bits;
}

} // namespace

Signature tapped_line(int width, int taps, bool reset) {
    return PortList("tapped_line")
        .parameter("WIDTH", width)
        .parameter("TAPS", taps)
        .parameter("RESET", reset ? 1 : 0)
        .clock_reset()
        .in("data_i", width)
        .out("data_o", static_cast<int64_t>(taps) * width)
        .done();
}

Signature skewed_lanes(int width, const std::vector<int> &cycles, bool reset) {
    const int count = static_cast<int>(cycles.size());
    return PortList("skewed_lanes")
        .parameter("COUNT", count)
        .parameter("WIDTH", width)
        .parameter("RESET", reset ? 1 : 0)
        .packed("CYCLES", count * 16, table_of(cycles))
        .clock_reset()
        .in("data_i", static_cast<int64_t>(count) * width)
        .out("data_o", static_cast<int64_t>(count) * width)
        .done();
}

namespace {

Signature memory_1r1w(const char *name, int width, int lanes, int64_t depth) {
    return PortList(name)
        .parameter("WIDTH", width)
        .parameter("LANES", lanes)
        .parameter("DEPTH", depth)
        .clock()
        .in("write_enable_i", lanes)
        .in("write_address_i", index_bits(depth))
        .in("write_data_i", static_cast<int64_t>(lanes) * width)
        .in("read_enable_i")
        .in("read_address_i", index_bits(depth))
        .out("read_data_o", static_cast<int64_t>(lanes) * width)
        .done();
}

/// Write and read ports of a buffer, `writes` and `reads` of them.
void add_memory_ports(PortList &list, int banks, int pack, int width, int64_t depth, int slots, int writes, int reads) {
    const int64_t elements = static_cast<int64_t>(banks) * pack, address = index_bits(depth);
    list.clock_reset()
        .in("generation_i")
        .in("write_slot_i", writes * banks * index_bits(slots))
        .in("write_enable_i", writes * elements)
        .in("write_address_i", writes * banks * address)
        .in("write_data_i", writes * elements * width)
        .in("read_slot_i", reads * banks * index_bits(slots))
        .in("read_enable_i", reads * banks)
        .in("read_address_i", reads * banks * address)
        .out("read_data_o", reads * elements * width);
}

} // namespace

Signature settle_fence() {
    return PortList("settle_fence")
        .clock_reset()
        .in("leave_i")
        .in("settled_i")
        .out("waiting_o")
        .out("release_o")
        .done();
}

Signature ram_1r1w(int width, int lanes, int64_t depth) {
    return memory_1r1w("ram_1r1w", width, lanes, depth);
}

Signature register_file(int width, int lanes, int64_t depth) {
    return memory_1r1w("register_file", width, lanes, depth);
}

Signature banked_buffer(int banks, int pack, int width, int64_t depth, int slots, bool registers) {
    PortList list("banked_buffer");
    list.parameter("BANKS", banks)
        .parameter("PACK", pack)
        .parameter("WIDTH", width)
        .parameter("DEPTH", depth)
        .parameter("SLOTS", slots)
        .parameter("REGISTERS", registers ? 1 : 0);
    add_memory_ports(list, banks, pack, width, depth, slots, 1, 1);
    return list.done();
}

Signature phased_buffer(int banks, int pack, int width, int64_t depth, int slots, bool registers,
                        int write_ports, int read_ports) {
    PortList list("phased_buffer");
    list.parameter("BANKS", banks)
        .parameter("PACK", pack)
        .parameter("WIDTH", width)
        .parameter("DEPTH", depth)
        .parameter("SLOTS", slots)
        .parameter("REGISTERS", registers ? 1 : 0)
        .parameter("WRITE_PORTS", write_ports)
        .parameter("READ_PORTS", read_ports);
    add_memory_ports(list, banks, pack, width, depth, slots, write_ports, read_ports);
    return list.done();
}

Signature bank_rotator(int outer, int banks, int inner, int width, bool inverse) {
    const int64_t bits = static_cast<int64_t>(outer) * banks * inner * width;
    return PortList("bank_rotator")
        .parameter("OUTER", outer)
        .parameter("BANKS", banks)
        .parameter("INNER", inner)
        .parameter("WIDTH", width)
        .parameter("INVERSE", inverse ? 1 : 0)
        .in("data_i", bits)
        .in("amount_i", index_bits(banks))
        .out("data_o", bits)
        .done();
}

Signature bank_offset(int banks, int width, const std::vector<int64_t> &lane_values) {
    return PortList("bank_offset")
        .parameter("BANKS", banks)
        .parameter("WIDTH", width)
        .packed("LANE_VALUES", banks * 16, table_of(lane_values))
        .in("amount_i", index_bits(banks))
        .out("offset_o", static_cast<int64_t>(banks) * width)
        .done();
}

namespace {

Signature reduction(const std::string &module, int count, int in_width, int out_width,
                    bool is_signed, int operation) {
    return PortList(module)
        .parameter("COUNT", count)
        .parameter("IN_WIDTH", in_width)
        .parameter("OUT_WIDTH", out_width)
        .parameter("SIGNED", is_signed ? 1 : 0)
        .parameter("OPERATION", operation)
        .clock()
        .in("data_i", static_cast<int64_t>(count) * in_width)
        .out("data_o", out_width)
        .done();
}

} // namespace

Signature reduction_tree(int count, int in_width, int out_width, bool is_signed, int operation) {
    return reduction("reduction_tree", count, in_width, out_width, is_signed, operation);
}

Signature reduction_chain(int count, int in_width, int out_width, bool is_signed, int operation) {
    return reduction("reduction_chain", count, in_width, out_width, is_signed, operation);
}

Signature accumulate_port(int banks, int pack, int width, int64_t depth, int slots) {
    const int64_t elements = static_cast<int64_t>(banks) * pack, address = index_bits(depth) * int64_t{banks};
    return PortList("accumulate_port")
        .parameter("BANKS", banks)
        .parameter("PACK", pack)
        .parameter("WIDTH", width)
        .parameter("DEPTH", depth)
        .parameter("SLOTS", slots)
        .clock_reset()
        .in("valid_i", banks)
        .in("slot_i", banks * index_bits(slots))
        .in("address_i", address)
        .in("mask_i", elements)
        .out("read_slot_o", banks * index_bits(slots))
        .out("read_enable_o", banks)
        .out("read_address_o", address)
        .in("read_data_i", elements * width)
        .out("old_o", elements * width)
        .in("new_i", elements * width)
        .out("write_slot_o", banks * index_bits(slots))
        .out("write_enable_o", elements)
        .out("write_address_o", address)
        .out("write_data_o", elements * width)
        .done();
}

Signature stream_fifo(int width, int depth) {
    return PortList("stream_fifo")
        .parameter("WIDTH", width)
        .parameter("DEPTH", depth)
        .clock_reset()
        .in("in_valid_i")
        .out("in_ready_o")
        .in("in_data_i", width)
        .out("out_valid_o")
        .in("out_ready_i")
        .out("out_data_o", width)
        .done();
}

Signature byte_queue(int in_bytes, int out_bytes) {
    return PortList("byte_queue")
        .parameter("IN_BYTES", in_bytes)
        .parameter("OUT_BYTES", out_bytes)
        .clock_reset()
        .in("idle_i")
        .in("in_valid_i")
        .out("in_ready_o")
        .in("in_count_i", bits_for(in_bytes))
        .in("in_data_i", in_bytes * 8)
        .out("available_o", bits_for(out_bytes))
        .out("out_data_o", out_bytes * 8)
        .in("take_i", bits_for(out_bytes))
        .done();
}

} // namespace Orrery::templates
