#include "sim/axi_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace Orrery::sim {

namespace {

constexpr uint64_t page_bytes = 4096;
constexpr size_t kept_violations = 100;
constexpr size_t early_beats = 16; ///< data beats taken before their address
constexpr uint8_t burst_incr = 1, response_okay = 0, response_decode_error = 3;

int log2_of(int value) {
    int bits = 0;
    while ((1 << bits) < value) {
        bits++;
    }
    return bits;
}

uint64_t low_bits(int count) { return count >= 64 ? ~uint64_t(0) : (uint64_t(1) << count) - 1; }

} // namespace

void ViolationLog::add(uint64_t cycle, const std::string &port, std::string rule) {
    if (count_++ < kept_violations) {
        violations_.push_back({cycle, port, std::move(rule)});
    }
}

void ViolationLog::clear() {
    violations_.clear();
    count_ = 0;
}

TensorMemory::TensorMemory(uint64_t base, uint64_t size, Random &random)
    : base_(base), size_(size), first_(base / alignment * alignment) {
    uint64_t end = (base + size + alignment - 1) / alignment * alignment;
    bytes_.resize(end - first_);
    for (uint64_t i = 0; i < bytes_.size(); i += 8) { // a multiple of the alignment, thus of 8
        uint64_t value = random.next();
        std::memcpy(&bytes_[i], &value, 8);
    }
    forget_stores();
}

bool TensorMemory::covers(uint64_t address, uint64_t length, uint64_t bus_bytes) const {
    uint64_t begin = base_ / bus_bytes * bus_bytes;
    uint64_t end = (base_ + size_ + bus_bytes - 1) / bus_bytes * bus_bytes;
    return address >= begin && address + length <= end && address + length >= address;
}

bool TensorMemory::store(uint64_t address, const uint8_t *word, uint64_t strobe, int bus_bytes) {
    uint64_t offset = address - base_;
    if (strobe == low_bits(bus_bytes) && offset < size_ && size_ - offset >= uint64_t(bus_bytes)) {
        std::memcpy(data() + offset, word, bus_bytes);
        std::memset(&stored_[offset], 1, bus_bytes);
        return true;
    }
    bool inside = true;
    for (int i = 0; i < bus_bytes; i++) {
        if (!(strobe >> i & 1)) {
            continue;
        }
        if (!contains(address + i)) {
            inside = false;
            continue;
        }
        data()[offset + i] = word[i];
        stored_[offset + i] = 1;
    }
    return inside;
}

AxiPort::AxiPort(const PortDescription &port, TensorMemory &memory, const MemoryTiming &timing,
                 uint64_t seed, ViolationLog &log)
    : port_(port), memory_(memory), timing_(timing), random_(seed), log_(log),
      bus_bytes_(port.bus_bytes()),
      queue_limit_(timing.queue_bursts > 0 ? timing.queue_bursts : port.outstanding_bursts) {}

void AxiPort::violate(uint64_t cycle, std::string rule) {
    log_.add(cycle, port_.prefix, std::move(rule));
}

void AxiPort::check_address(uint64_t cycle, const char *channel, bool valid, bool ready,
                            const Address &address) {
    if (address_waits_) {
        if (!valid) {
            violate(cycle, fmt::format("{0}VALID fell before {0}READY", channel));
        } else if (address != waiting_address_) {
            violate(cycle, fmt::format("{0} address or control changed before {0}READY", channel));
        }
    }
    address_waits_ = valid && !ready;
    waiting_address_ = address;
}

bool AxiPort::legal_burst(uint64_t cycle, const char *channel, const Address &a) {
    int beats = a.length + 1;
    uint64_t bytes = uint64_t(beats) * bus_bytes_;
    bool incr = a.burst == burst_incr;
    bool size = a.size == log2_of(bus_bytes_);
    bool aligned = a.address % bus_bytes_ == 0;
    bool page = a.address / page_bytes == (a.address + bytes - 1) / page_bytes;
    bool length = beats <= port_.max_burst_beats;
    bool inside = memory_.covers(a.address, bytes, bus_bytes_);
    if (incr && size && aligned && page && length && inside) {
        return true;
    }
    auto report = [&](bool held, const std::string &rule) {
        if (!held) {
            violate(cycle, fmt::format("{} burst at {:#x}: {}", channel, a.address, rule));
        }
    };
    report(incr, fmt::format("type {} is not INCR", a.burst));
    report(size, fmt::format("size {} is not that of the {}-bit bus", a.size, port_.bus_bits));
    report(aligned, "the address is not aligned to the bus");
    report(page, fmt::format("{} beats cross a 4 KB boundary", beats));
    report(length, fmt::format("{} beats are more than max_burst_beats = {}", beats,
                               port_.max_burst_beats));
    report(inside, fmt::format("{} bytes reach outside the tensor at [{:#x}, {:#x})", bytes,
                               memory_.base(), memory_.base() + memory_.size()));
    return false;
}

AxiReadPort::AxiReadPort(const PortDescription &port, ReadPins &pins, TensorMemory &memory,
                         const MemoryTiming &timing, uint64_t seed, ViolationLog &log)
    : AxiPort(port, memory, timing, seed, log), pins_(pins) {}

void AxiReadPort::reset(uint64_t cycle) {
    if (pins_.arvalid) {
        violate(cycle, "ARVALID is high in reset");
    }
    bursts_ = {};
    early_.clear();
    address_waits_ = false;
    pins_.arready = 1;
    pins_.rvalid = pins_.rlast = 0;
}

void AxiReadPort::clock(uint64_t cycle) {
    if (pins_.rvalid && pins_.rready) {
        handshakes_++;
        traffic_.beats++;
        traffic_.bytes += bus_bytes_;
        Burst &burst = bursts_.front();
        burst.address += bus_bytes_;
        if (memory_.loose_order() && burst.legal) {
            early_.erase(early_.begin(), early_.begin() + bus_bytes_);
        }
        if (--burst.beats == 0) {
            bursts_.pop();
        }
        pins_.rvalid = 0;
    }
    if (pins_.arvalid || address_waits_) {
        Address address{pins_.araddr, pins_.arlen, pins_.arsize, pins_.arburst};
        check_address(cycle, "AR", pins_.arvalid, pins_.arready, address);
        if (pins_.arvalid && pins_.arready) {
            handshakes_++;
            traffic_.bursts++;
            bool legal = legal_burst(cycle, "AR", address);
            bursts_.push(
                {address.address, address.length + 1, legal, cycle + std::max(timing_.latency, 1)});
            if (memory_.loose_order() && legal) {
                const uint8_t *words = memory_.word(address.address);
                early_.insert(early_.end(), words, words + (address.length + 1) * bus_bytes_);
            }
            if (bursts_.size() > size_t(port_.outstanding_bursts)) {
                violate(cycle, fmt::format("{} read bursts are in flight, outstanding_bursts = {}",
                                           bursts_.size(), port_.outstanding_bursts));
            }
        }
    }
    if (!pins_.rvalid) {
        present(cycle + 1);
    }
    pins_.arready = bursts_.size() < queue_limit_ && !stall();
}

void AxiReadPort::present(uint64_t cycle) {
    if (bursts_.empty() || bursts_.front().due > cycle || stall()) {
        return;
    }
    const Burst &burst = bursts_.front();
    if (burst.legal && memory_.loose_order()) {
        std::copy_n(early_.begin(), bus_bytes_, reinterpret_cast<uint8_t *>(pins_.rdata));
    } else if (burst.legal) {
        std::memcpy(pins_.rdata, memory_.word(burst.address), bus_bytes_);
    }
    pins_.rresp = burst.legal ? response_okay : response_decode_error;
    pins_.rlast = burst.beats == 1;
    pins_.rvalid = 1;
}

void AxiReadPort::finish(uint64_t cycle) {
    if (!bursts_.empty()) {
        violate(cycle, fmt::format("the run ended with {} read bursts not taken", bursts_.size()));
    }
    if (pins_.arvalid) {
        violate(cycle, "the run ended with ARVALID high");
    }
}

AxiWritePort::AxiWritePort(const PortDescription &port, WritePins &pins, TensorMemory &memory,
                           const MemoryTiming &timing, uint64_t seed, ViolationLog &log)
    : AxiPort(port, memory, timing, seed, log), pins_(pins) {}

void AxiWritePort::reset(uint64_t cycle) {
    if (pins_.awvalid || pins_.wvalid) {
        violate(cycle, "AWVALID or WVALID is high in reset");
    }
    bursts_ = {};
    beats_ = {};
    responses_ = {};
    held_.clear();
    beats_of_burst_ = 0;
    address_waits_ = data_waits_ = false;
    pins_.awready = pins_.wready = 1;
    pins_.bvalid = 0;
}

void AxiWritePort::clock(uint64_t cycle) {
    if (pins_.bvalid && pins_.bready) {
        handshakes_++;
        responses_.pop();
        pins_.bvalid = 0;
    }
    if (pins_.awvalid || address_waits_) {
        Address address{pins_.awaddr, pins_.awlen, pins_.awsize, pins_.awburst};
        check_address(cycle, "AW", pins_.awvalid, pins_.awready, address);
        if (pins_.awvalid && pins_.awready) {
            handshakes_++;
            traffic_.bursts++;
            bool legal = legal_burst(cycle, "AW", address);
            bursts_.push({address.address, address.length + 1, legal, 0});
            if (bursts_in_flight() > size_t(port_.outstanding_bursts)) {
                violate(cycle, fmt::format("{} write bursts are in flight, outstanding_bursts = {}",
                                           bursts_in_flight(), port_.outstanding_bursts));
            }
        }
    }
    if (pins_.wvalid || data_waits_) {
        check_data(cycle);
    }
    store_beats(cycle);
    if (!pins_.bvalid && !responses_.empty() && responses_.front().due <= cycle + 1 && !stall()) {
        show_response(cycle);
    }
    pins_.awready = bursts_in_flight() < queue_limit_ && !stall();
    pins_.wready = beats_.size() < early_beats && !stall();
}

void AxiWritePort::check_data(uint64_t cycle) {
    if (data_waits_) {
        if (!pins_.wvalid) {
            violate(cycle, "WVALID fell before WREADY");
        } else if (std::memcmp(waiting_beat_.data, pins_.wdata, bus_bytes_) != 0 ||
                   waiting_beat_.strobe != pins_.wstrb || waiting_beat_.last != pins_.wlast) {
            violate(cycle, "WDATA, WSTRB or WLAST changed before WREADY");
        }
    }
    data_waits_ = pins_.wvalid && !pins_.wready;
    if (data_waits_) {
        std::memcpy(waiting_beat_.data, pins_.wdata, bus_bytes_);
        waiting_beat_.strobe = pins_.wstrb;
        waiting_beat_.last = pins_.wlast;
    } else if (pins_.wvalid) {
        take_beat(cycle);
    }
}

void AxiWritePort::take_beat(uint64_t cycle) {
    handshakes_++;
    traffic_.beats++;
    Beat beat;
    std::memcpy(beat.data, pins_.wdata, bus_bytes_);
    beat.strobe = pins_.wstrb;
    beat.last = pins_.wlast;
    if (beat.strobe & ~low_bits(bus_bytes_)) {
        violate(cycle, "WSTRB has more bits than the bus has bytes");
    }
    traffic_.bytes += __builtin_popcountll(beat.strobe);
    beats_.push(beat);
}

void AxiWritePort::store_beats(uint64_t cycle) {
    while (!bursts_.empty() && !beats_.empty()) {
        Burst &burst = bursts_.front();
        const Beat &beat = beats_.front();
        if (burst.legal && memory_.loose_order()) {
            held_.push_back({burst.address, beat});
            beats_of_burst_++;
        } else if (burst.legal) {
            store(cycle, burst.address, beat);
        }
        burst.address += bus_bytes_;
        burst.beats--;
        if (beat.last != (burst.beats == 0)) {
            violate(cycle, beat.last ? "WLAST is high before the last beat of its burst"
                                     : "WLAST is low at the last beat of its burst");
        }
        if (burst.beats == 0) {
            responses_.push({cycle + std::max(timing_.latency, 1), burst.legal, beats_of_burst_});
            beats_of_burst_ = 0;
            bursts_.pop();
        }
        beats_.pop();
    }
}

void AxiWritePort::store(uint64_t cycle, uint64_t address, const Beat &beat) {
    if (!memory_.store(address, beat.data, beat.strobe, bus_bytes_)) {
        violate(cycle, fmt::format("a strobed byte of the word at {:#x} is outside the tensor "
                                   "at [{:#x}, {:#x})",
                                   address, memory_.base(), memory_.base() + memory_.size()));
    }
}

void AxiWritePort::show_response(uint64_t cycle) {
    const Response &response = responses_.front();
    for (int i = 0; i < response.beats; i++) {
        store(cycle, held_.front().address, held_.front().beat);
        held_.pop_front();
    }
    pins_.bresp = response.legal ? response_okay : response_decode_error;
    pins_.bvalid = 1;
}

void AxiWritePort::finish(uint64_t cycle) {
    if (!beats_.empty()) {
        violate(cycle,
                fmt::format("the run ended with {} data beats without an address", beats_.size()));
    }
    if (!bursts_.empty()) {
        violate(cycle,
                fmt::format("the run ended with {} incomplete write bursts", bursts_.size()));
    }
    if (!responses_.empty()) {
        violate(cycle, fmt::format("the run ended before the responses of {} write bursts",
                                   responses_.size()));
    }
    if (pins_.awvalid || pins_.wvalid) {
        violate(cycle, "the run ended with AWVALID or WVALID high");
    }
}

} // namespace Orrery::sim
