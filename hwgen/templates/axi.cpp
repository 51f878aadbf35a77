#include "hwgen/templates/port_list.h"
#include "hwgen/templates/templates.h"

namespace Orrery::templates {

namespace {

struct Bus {
    int address_width = 32, bytes = 16;
};

/// `copies` read channels side by side; `master`: the side that requests.
void add_read_channels(PortList &list, const std::string &prefix, Bus bus, int copies, bool master) {
    auto request = [&](const std::string &name, int width) {
        master ? list.out(prefix + name + "_o", copies * width) : list.in(prefix + name + "_i", copies * width);
    };
    auto answer = [&](const std::string &name, int width) {
        master ? list.in(prefix + name + "_i", copies * width) : list.out(prefix + name + "_o", copies * width);
    };
    request("araddr", bus.address_width);
    request("arlen", 8);
    request("arsize", 3);
    request("arburst", 2);
    request("arvalid", 1);
    answer("arready", 1);
    answer("rdata", bus.bytes * 8);
    answer("rresp", 2);
    answer("rlast", 1);
    answer("rvalid", 1);
    request("rready", 1);
}

void add_write_channel(PortList &list, Bus bus) {
    list.out("m_axi_awaddr_o", bus.address_width)
        .out("m_axi_awlen_o", 8)
        .out("m_axi_awsize_o", 3)
        .out("m_axi_awburst_o", 2)
        .out("m_axi_awvalid_o")
        .in("m_axi_awready_i")
        .out("m_axi_wdata_o", bus.bytes * 8)
        .out("m_axi_wstrb_o", bus.bytes)
        .out("m_axi_wlast_o")
        .out("m_axi_wvalid_o")
        .in("m_axi_wready_i")
        .in("m_axi_bresp_i", 2)
        .in("m_axi_bvalid_i")
        .out("m_axi_bready_o");
}

PortList stream(const std::string &module, int address_width, int length_width, int bus_bytes,
                int chunk_bytes, int max_burst, int outstanding) {
    return PortList(module)
        .parameter("ADDRESS_WIDTH", address_width)
        .parameter("LENGTH_WIDTH", length_width)
        .parameter("BUS_BYTES", bus_bytes)
        .parameter("CHUNK_BYTES", chunk_bytes)
        .parameter("MAX_BURST", max_burst)
        .parameter("OUTSTANDING", outstanding);
}

void add_runs(PortList &list, int address_width, int length_width) {
    list.in("run_valid_i")
        .out("run_ready_o")
        .in("run_address_i", address_width)
        .in("run_length_i", length_width);
}

} // namespace

Signature burst_splitter(int address_width, int length_width, int bus_bytes, int max_burst) {
    PortList list("burst_splitter");
    list.parameter("ADDRESS_WIDTH", address_width)
        .parameter("LENGTH_WIDTH", length_width)
        .parameter("BUS_BYTES", bus_bytes)
        .parameter("MAX_BURST", max_burst)
        .clock_reset();
    add_runs(list, address_width, length_width);
    list.out("burst_valid_o")
        .in("burst_ready_i")
        .out("burst_address_o", address_width)
        .out("burst_beats_o", 8)
        .out("burst_first_byte_o", index_bits(bus_bytes))
        .out("burst_last_byte_o", index_bits(bus_bytes));
    return list.done();
}

Signature axi_read_stream(int address_width, int length_width, int bus_bytes, int chunk_bytes,
                          int max_burst, int outstanding, int buffer_beats) {
    PortList list = stream("axi_read_stream", address_width, length_width, bus_bytes, chunk_bytes,
                           max_burst, outstanding);
    list.parameter("BUFFER_BEATS", buffer_beats);
    list.clock_reset().in("idle_i");
    add_runs(list, address_width, length_width);
    add_read_channels(list, "m_axi_", {address_width, bus_bytes}, 1, true);
    list.out("available_o", bits_for(chunk_bytes))
        .out("data_o", chunk_bytes * 8)
        .in("take_i", bits_for(chunk_bytes))
        .out("settled_o")
        .out("error_o");
    return list.done();
}

Signature axi_write_stream(int address_width, int length_width, int bus_bytes, int chunk_bytes,
                           int max_burst, int outstanding) {
    PortList list = stream("axi_write_stream", address_width, length_width, bus_bytes, chunk_bytes,
                           max_burst, outstanding);
    list.clock_reset().in("idle_i");
    add_runs(list, address_width, length_width);
    list.in("chunk_valid_i")
        .out("chunk_ready_o")
        .in("chunk_count_i", bits_for(chunk_bytes))
        .in("chunk_data_i", chunk_bytes * 8);
    add_write_channel(list, {address_width, bus_bytes});
    list.out("settled_o").out("error_o");
    return list.done();
}

Signature axi_read_arbiter(int ports, int address_width, int bus_bytes, int outstanding) {
    PortList list("axi_read_arbiter");
    list.parameter("PORTS", ports)
        .parameter("ADDRESS_WIDTH", address_width)
        .parameter("BUS_BYTES", bus_bytes)
        .parameter("OUTSTANDING", outstanding)
        .clock_reset();
    add_read_channels(list, "s_axi_", {address_width, bus_bytes}, ports, false);
    add_read_channels(list, "m_axi_", {address_width, bus_bytes}, 1, true);
    return list.done();
}

Signature axi_lite_registers(int address_width, int write_words, int read_words) {
    return PortList("axi_lite_registers")
        .parameter("ADDRESS_WIDTH", address_width)
        .parameter("WRITE_WORDS", write_words)
        .parameter("READ_WORDS", read_words)
        .clock_reset()
        .in("s_axi_awaddr_i", address_width)
        .in("s_axi_awvalid_i")
        .out("s_axi_awready_o")
        .in("s_axi_wdata_i", 32)
        .in("s_axi_wstrb_i", 4)
        .in("s_axi_wvalid_i")
        .out("s_axi_wready_o")
        .out("s_axi_bresp_o", 2)
        .out("s_axi_bvalid_o")
        .in("s_axi_bready_i")
        .in("s_axi_araddr_i", address_width)
        .in("s_axi_arvalid_i")
        .out("s_axi_arready_o")
        .out("s_axi_rdata_o", 32)
        .out("s_axi_rresp_o", 2)
        .out("s_axi_rvalid_o")
        .in("s_axi_rready_i")
        .out("start_o")
        .out("clear_o")
        .out("idle_o")
        .in("hold_i")
        .in("finish_i")
        .in("error_i")
        .out("write_words_o", 32 * write_words)
        .in("read_words_i", 32 * read_words)
        .done();
}

} // namespace Orrery::templates
