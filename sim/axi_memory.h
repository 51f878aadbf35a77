#pragma once
#include "sim/design_description.h"
#include "sim/pins.h"
#include "sim/random.h"

#include <deque>
#include <string>
#include <vector>

/// AXI4 memory with a fixed latency, random stalls and a check of every rule on every cycle.
namespace Orrery::sim {

/// A rule of the protocol, or of the design's own description, that the design broke.
struct Violation {
    uint64_t cycle = 0;
    std::string port; ///< prefix of the port
    std::string rule;
};

/// The first violations in the order in which they were found, and their number.
class ViolationLog {
public:
    void add(uint64_t cycle, const std::string &port, std::string rule);
    const std::vector<Violation> &violations() const { return violations_; }
    uint64_t count() const { return count_; }
    void clear();

private:
    std::vector<Violation> violations_;
    uint64_t count_ = 0;
};

/// The bytes of one tensor at [base, base + size), with the rest of the bus words around both ends.
class TensorMemory {
public:
    static constexpr uint64_t alignment = max_bus_words * 4;

    TensorMemory() = default;
    /// Every byte starts at a random value.
    TensorMemory(uint64_t base, uint64_t size, Random &random);

    uint64_t base() const { return base_; }
    uint64_t size() const { return size_; }
    /// The bytes of the tensor, from `base` on.
    uint8_t *data() { return bytes_.data() + (base_ - first_); }
    const uint8_t *data() const { return bytes_.data() + (base_ - first_); }

    /// Is the byte part of the tensor?
    bool contains(uint64_t address) const { return address - base_ < size_; }
    /// Is every bus word of [address, address + length) one that holds a byte of the tensor?
    bool covers(uint64_t address, uint64_t length, uint64_t bus_bytes) const;
    /// The bus word at an address that `covers` accepts.
    const uint8_t *word(uint64_t address) const { return bytes_.data() + (address - first_); }
    /// Stores the bytes of a bus word whose strobe is set; false when one of them lies outside.
    bool store(uint64_t address, const uint8_t *word, uint64_t strobe, int bus_bytes);
    /// Has the byte, counted from `base`, been stored since `forget_stores`?
    bool stored(uint64_t offset) const { return stored_[offset]; }
    void forget_stores() { stored_.assign(size_, 0); }

    /// The loosest order of reads and writes that AXI4 allows: a read gives what was stored when its
    /// address was taken, and a store is seen from its response on. For memory that one design both
    /// writes and reads.
    void set_loose_order() { loose_order_ = true; }
    bool loose_order() const { return loose_order_; }

private:
    uint64_t base_ = 0, size_ = 0, first_ = 0;
    std::vector<uint8_t> bytes_, stored_;
    bool loose_order_ = false;
};

struct MemoryTiming {
    int latency = 40;      ///< cycles from the address (or last data) handshake to the first answer
    int stall_percent = 0; ///< probability of a stall, of each channel in each cycle
    int queue_bursts =
        0; ///< bursts accepted at the same time; 0: as many as the port may have in flight
};

struct PortTraffic {
    uint64_t bursts = 0, beats = 0;
    uint64_t bytes = 0; ///< read: whole beats; written: bytes with a strobe
};

/// What both kinds of port check of a burst, and how they queue it.
class AxiPort {
public:
    AxiPort(const PortDescription &port, TensorMemory &memory, const MemoryTiming &timing,
            uint64_t seed, ViolationLog &log);

    const PortTraffic &traffic() const { return traffic_; }
    /// Handshakes of all channels so far.
    uint64_t handshakes() const { return handshakes_; }

protected:
    struct Address {
        uint64_t address = 0;
        uint8_t length = 0, size = 0, burst = 0;
        bool operator!=(const Address &other) const {
            return address != other.address || length != other.length || size != other.size ||
                   burst != other.burst;
        }
    };
    struct Burst {
        uint64_t address = 0;
        int beats = 0; ///< that remain
        bool legal = true;
        uint64_t due = 0; ///< cycle of the first answer
    };

    void violate(uint64_t cycle, std::string rule);
    /// Checks the address channel in a cycle outside reset. `channel` is "AR" or "AW".
    void check_address(uint64_t cycle, const char *channel, bool valid, bool ready,
                       const Address &address);
    bool legal_burst(uint64_t cycle, const char *channel, const Address &address);
    bool stall() { return timing_.stall_percent != 0 && random_.chance(timing_.stall_percent); }

    PortDescription port_;
    TensorMemory &memory_;
    MemoryTiming timing_;
    Random random_;
    ViolationLog &log_;
    PortTraffic traffic_;
    uint64_t handshakes_ = 0;
    int bus_bytes_;
    size_t queue_limit_;
    bool address_waits_ = false;
    Address waiting_address_;
};

/// First-in first-out queue of a bounded number of items, without allocation once it has grown.
template <typename T>
class Queue {
public:
    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    T &front() { return items_[head_]; }
    void push(const T &item) {
        if (size_ == items_.size()) {
            grow();
        }
        items_[(head_ + size_++) & (items_.size() - 1)] = item;
    }
    void pop() {
        head_ = (head_ + 1) & (items_.size() - 1);
        size_--;
    }

private:
    void grow() {
        std::vector<T> larger(items_.empty() ? 16 : 2 * items_.size());
        for (size_t i = 0; i < size_; i++) {
            larger[i] = items_[(head_ + i) & (items_.size() - 1)];
        }
        items_ = std::move(larger);
        head_ = 0;
    }
    std::vector<T> items_;
    size_t head_ = 0, size_ = 0;
};

/// The memory behind a read master: bursts are answered in order, one beat per cycle.
class AxiReadPort : public AxiPort {
public:
    AxiReadPort(const PortDescription &port, ReadPins &pins, TensorMemory &memory,
                const MemoryTiming &timing, uint64_t seed, ViolationLog &log);
    /// Samples the pins that the design settled to in this cycle, and sets those of the next.
    void clock(uint64_t cycle);
    /// Checks that nothing is asserted in reset, and makes the channels ready.
    void reset(uint64_t cycle);
    /// Checks that every burst has been answered and taken.
    void finish(uint64_t cycle);
    size_t bursts_in_flight() const { return bursts_.size(); }

private:
    void present(uint64_t cycle);

    ReadPins &pins_;
    Queue<Burst> bursts_;
    std::deque<uint8_t> early_; ///< in loose order: the words of all bursts under way
};

/// The memory behind a write master. Data may run ahead of its address by a few beats.
class AxiWritePort : public AxiPort {
public:
    AxiWritePort(const PortDescription &port, WritePins &pins, TensorMemory &memory,
                 const MemoryTiming &timing, uint64_t seed, ViolationLog &log);
    void clock(uint64_t cycle);
    void reset(uint64_t cycle);
    /// Checks that every burst is complete and its response taken.
    void finish(uint64_t cycle);
    size_t bursts_in_flight() const { return bursts_.size() + responses_.size(); }

private:
    struct Beat {
        uint8_t data[max_bus_words * 4];
        uint64_t strobe = 0;
        bool last = false;
    };
    struct Response {
        uint64_t due = 0;
        bool legal = true;
        int beats = 0;
    };
    struct HeldBeat {
        uint64_t address = 0;
        Beat beat;
    };
    void check_data(uint64_t cycle);
    void take_beat(uint64_t cycle);
    void store_beats(uint64_t cycle);
    void store(uint64_t cycle, uint64_t address, const Beat &beat);
    void show_response(uint64_t cycle);

    WritePins &pins_;
    Queue<Burst> bursts_; ///< whose data is not complete
    Queue<Beat> beats_;   ///< accepted before their address
    Queue<Response> responses_;
    std::deque<HeldBeat> held_; ///< in loose order: stores without their response
    int beats_of_burst_ = 0;    ///< taken of the burst whose data is not complete
    bool data_waits_ = false;
    Beat waiting_beat_;
};

} // namespace Orrery::sim
