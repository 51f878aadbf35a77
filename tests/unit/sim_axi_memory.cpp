#include "sim/axi_memory.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace Orrery::sim;

namespace {

constexpr uint64_t base = 0x10010, size = 200; // [0x10010, 0x100d8)

PortDescription port_description() {
    PortDescription port;
    port.prefix = "m_axi_t_";
    port.bus_bits = 128;
    port.outstanding_bursts = 2;
    port.max_burst_beats = 16;
    return port;
}

struct ReadBench {
    explicit ReadBench(MemoryTiming timing = {3, 0, 0})
        : memory(base, size, random), port(port_description(), pins, memory, timing, 1, log) {
        port.reset(0);
    }
    void request(uint64_t address, int beats) {
        pins.arvalid = 1;
        pins.araddr = address;
        pins.arlen = static_cast<uint8_t>(beats - 1);
        pins.arsize = 4;
        pins.arburst = 1;
    }
    void clock() { port.clock(cycle++); }
    std::string first_rule() const {
        return log.violations().empty() ? "" : log.violations()[0].rule;
    }

    Random random{1};
    TensorMemory memory;
    ReadPins pins;
    ViolationLog log;
    AxiReadPort port;
    uint64_t cycle = 1;
};

struct WriteBench {
    explicit WriteBench(MemoryTiming timing = {3, 0, 0})
        : memory(base, size, random), port(port_description(), pins, memory, timing, 1, log) {
        port.reset(0);
        pins.bready = 1;
    }
    void request(uint64_t address, int beats) {
        pins.awvalid = 1;
        pins.awaddr = address;
        pins.awlen = static_cast<uint8_t>(beats - 1);
        pins.awsize = 4;
        pins.awburst = 1;
    }
    void data(uint32_t value, uint64_t strobe, bool last) {
        pins.wvalid = 1;
        std::fill(pins.wdata, pins.wdata + 4, value);
        pins.wstrb = strobe;
        pins.wlast = last;
    }
    void clock() { port.clock(cycle++); }
    std::string first_rule() const {
        return log.violations().empty() ? "" : log.violations()[0].rule;
    }

    Random random{1};
    TensorMemory memory;
    WritePins pins;
    ViolationLog log;
    AxiWritePort port;
    uint64_t cycle = 1;
};

} // namespace

TEST_CASE("a read burst is answered after the latency, one beat per cycle", "[sim]") {
    ReadBench bench;
    bench.request(base, 3);
    bench.pins.rready = 1;
    bench.clock(); // accepted in cycle 1, due in cycle 4
    bench.pins.arvalid = 0;
    std::vector<int> valid_cycles;
    for (int i = 0; i < 8; i++) {
        if (bench.pins.rvalid) {
            valid_cycles.push_back(static_cast<int>(bench.cycle));
            CHECK(std::memcmp(bench.pins.rdata,
                              bench.memory.data() + 16 * (valid_cycles.size() - 1), 16) == 0);
            CHECK(bench.pins.rlast == (valid_cycles.size() == 3));
        }
        bench.clock();
    }
    CHECK(valid_cycles == std::vector<int>{4, 5, 6});
    CHECK(bench.port.traffic().bytes == 48);
    bench.port.finish(bench.cycle);
    CHECK(bench.log.count() == 0);
}

TEST_CASE("read data is held until it is taken", "[sim]") {
    ReadBench bench;
    bench.request(base + 16, 2);
    bench.clock();
    bench.pins.arvalid = 0;
    for (int i = 0; i < 6; i++) {
        bench.clock();
    }
    CHECK(bench.pins.rvalid == 1);
    CHECK(std::memcmp(bench.pins.rdata, bench.memory.data() + 16, 16) == 0);
    bench.port.finish(bench.cycle);
    CHECK(bench.first_rule() == "the run ended with 1 read bursts not taken");
}

TEST_CASE("every rule of the read address channel is checked", "[sim]") {
    ReadBench bench;
    std::string expected;
    SECTION("alignment") {
        bench.request(base + 4, 1);
        expected = "AR burst at 0x10014: the address is not aligned to the bus";
    }
    SECTION("burst type") {
        bench.request(base, 1);
        bench.pins.arburst = 0;
        expected = "AR burst at 0x10010: type 0 is not INCR";
    }
    SECTION("size") {
        bench.request(base, 1);
        bench.pins.arsize = 3;
        expected = "AR burst at 0x10010: size 3 is not that of the 128-bit bus";
    }
    SECTION("length") {
        bench.request(base & ~uint64_t(15), 17);
        expected = "AR burst at 0x10010: 17 beats are more than max_burst_beats = 16";
    }
    SECTION("below the tensor") {
        bench.request(base - 16, 1);
        expected = "AR burst at 0x10000: 16 bytes reach outside the tensor at [0x10010, 0x100d8)";
    }
    SECTION("above the tensor") {
        bench.request(base + 192, 2);
        expected = "AR burst at 0x100d0: 32 bytes reach outside the tensor at [0x10010, 0x100d8)";
    }
    SECTION("the word around the end is allowed") { bench.request(base + 192, 1); }
    bench.clock();
    CHECK(bench.first_rule() == expected);
    if (!expected.empty()) { // answered all the same, with an error
        bench.pins.arvalid = 0;
        for (int i = 0; i < 4; i++) {
            bench.clock();
        }
        CHECK(bench.pins.rvalid == 1);
        CHECK(bench.pins.rresp == 3);
    }
}

TEST_CASE("a burst may not cross 4 KB", "[sim]") {
    Random random(1);
    TensorMemory memory(0x1ff0, 64, random);
    ReadPins pins;
    ViolationLog log;
    AxiReadPort port(port_description(), pins, memory, {}, 1, log);
    port.reset(0);
    pins.arvalid = pins.arburst = 1;
    pins.arsize = 4;
    pins.araddr = 0x1ff0;
    pins.arlen = 1;
    port.clock(1);
    REQUIRE(log.count() == 1);
    CHECK(log.violations()[0].rule == "AR burst at 0x1ff0: 2 beats cross a 4 KB boundary");
}

TEST_CASE("addresses hold while they wait, and bursts in flight are bounded", "[sim]") {
    ReadBench bench({100, 0, 8}); // the memory takes more bursts than the port may have in flight
    SECTION("valid falls") {
        bench.request(base, 1);
        bench.pins.arready = 0;
        bench.clock();
        bench.pins.arvalid = 0;
        bench.clock();
        CHECK(bench.first_rule() == "ARVALID fell before ARREADY");
    }
    SECTION("address changes") {
        bench.request(base, 1);
        bench.pins.arready = 0;
        bench.clock();
        bench.pins.araddr += 16;
        bench.clock();
        CHECK(bench.first_rule() == "AR address or control changed before ARREADY");
    }
    SECTION("too many") {
        bench.request(base, 1);
        for (int i = 0; i < 3; i++) {
            bench.clock();
        }
        CHECK(bench.first_rule() == "3 read bursts are in flight, outstanding_bursts = 2");
    }
    SECTION("valid in reset") {
        bench.request(base, 1);
        bench.port.reset(0);
        CHECK(bench.first_rule() == "ARVALID is high in reset");
    }
}

TEST_CASE("the memory stops accepting when its queue is full", "[sim]") {
    ReadBench bench({100, 0, 1});
    bench.request(base, 1);
    bench.clock();
    CHECK(bench.pins.arready == 0);
    CHECK(bench.log.count() == 0);
}

TEST_CASE("strobed bytes are stored, and the response follows the last beat", "[sim]") {
    WriteBench bench;
    std::vector<uint8_t> before(bench.memory.data(), bench.memory.data() + 32);
    bench.request(base, 2);
    bench.data(0x55555555, 0xffff, false);
    bench.clock();
    bench.pins.awvalid = 0;
    bench.data(0x66666666, 0x00f0, true);
    bench.clock(); // cycle 2: the response is due in cycle 5
    bench.pins.wvalid = 0;
    CHECK(bench.memory.data()[15] == 0x55);
    CHECK(bench.memory.data()[16] == before[16]);
    CHECK(bench.memory.data()[20] == 0x66);
    CHECK(bench.memory.data()[24] == before[24]);
    CHECK(bench.memory.stored(20));
    CHECK_FALSE(bench.memory.stored(24));
    CHECK(bench.pins.bvalid == 0);
    bench.clock();
    bench.clock();
    CHECK(bench.pins.bvalid == 1);
    CHECK(bench.cycle == 5);
    bench.clock();
    bench.port.finish(bench.cycle);
    CHECK(bench.log.count() == 0);
    CHECK(bench.port.traffic().bytes == 20);
}

TEST_CASE("data may come before its address", "[sim]") {
    WriteBench bench;
    bench.data(0x77777777, 0xffff, true);
    bench.clock();
    bench.pins.wvalid = 0;
    bench.clock();
    CHECK_FALSE(bench.memory.stored(0));
    bench.request(base, 1);
    bench.clock();
    CHECK(bench.memory.stored(0));
    CHECK(bench.log.count() == 0);
}

TEST_CASE("every rule of the write channels is checked", "[sim]") {
    WriteBench bench;
    SECTION("last too early") {
        bench.request(base, 2);
        bench.data(0, 0xffff, true);
        bench.clock();
        CHECK(bench.first_rule() == "WLAST is high before the last beat of its burst");
    }
    SECTION("last missing") {
        bench.request(base, 1);
        bench.data(0, 0xffff, false);
        bench.clock();
        CHECK(bench.first_rule() == "WLAST is low at the last beat of its burst");
    }
    SECTION("data changes") {
        bench.data(1, 0xffff, true);
        bench.pins.wready = 0;
        bench.clock();
        bench.data(2, 0xffff, true);
        bench.clock();
        CHECK(bench.first_rule() == "WDATA, WSTRB or WLAST changed before WREADY");
    }
    SECTION("data valid falls") {
        bench.data(1, 0xffff, true);
        bench.pins.wready = 0;
        bench.clock();
        bench.pins.wvalid = 0;
        bench.clock();
        CHECK(bench.first_rule() == "WVALID fell before WREADY");
    }
    SECTION("strobe outside the tensor") {
        bench.request(base + 192, 1);
        bench.data(1, 0xffff, true);
        bench.clock();
        CHECK(bench.first_rule() == "a strobed byte of the word at 0x100d0 is outside the tensor "
                                    "at [0x10010, 0x100d8)");
        CHECK(bench.memory.stored(199));
    }
    SECTION("incomplete burst") {
        bench.request(base, 2);
        bench.data(1, 0xffff, false);
        bench.clock();
        bench.pins.awvalid = bench.pins.wvalid = 0;
        bench.port.finish(bench.cycle);
        CHECK(bench.first_rule() == "the run ended with 1 incomplete write bursts");
    }
    SECTION("response not waited for") {
        bench.request(base, 1);
        bench.data(1, 0xffff, true);
        bench.clock();
        bench.pins.awvalid = bench.pins.wvalid = 0;
        bench.port.finish(bench.cycle);
        CHECK(bench.first_rule() == "the run ended before the responses of 1 write bursts");
    }
    SECTION("data without address") {
        bench.data(1, 0xffff, true);
        bench.clock();
        bench.pins.wvalid = 0;
        bench.port.finish(bench.cycle);
        CHECK(bench.first_rule() == "the run ended with 1 data beats without an address");
    }
}

TEST_CASE("stalls have about the wanted probability on every channel", "[sim]") {
    ReadBench bench({1, 30, 0});
    int ready = 0, cycles = 4000;
    for (int i = 0; i < cycles; i++) {
        ready += bench.pins.arready;
        bench.clock();
    }
    CHECK(ready > cycles * 0.66);
    CHECK(ready < cycles * 0.74);
}
