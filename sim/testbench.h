#pragma once
#include "sim/axi_memory.h"
#include "sim/model_build.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace Orrery::sim {

/// The design stopped by itself ($finish, $stop, a failed assertion) or no longer answers. The text
/// says how.
class SimulationFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A model, its clock, its reset and everything that is connected to its ports. All that happens,
/// happens in `tick`.
class Testbench {
public:
    /// `seed` sets the random contents of the registers before reset.
    Testbench(const DesignDescription &design, const Model &model, uint64_t seed);
    ~Testbench();
    Testbench(const Testbench &) = delete;

    /// Puts new memory behind the ports, one TensorMemory per tensor and scratch tensor of the
    /// design. The design must be idle.
    void connect(const std::vector<TensorMemory *> &memories, const MemoryTiming &timing,
                 uint64_t seed);
    /// Takes the memory away; no tick until the next `connect`.
    void disconnect();
    /// Holds reset for some cycles.
    void reset();
    /// One clock cycle. Throws SimulationFailure when the design stops itself.
    void tick();

    /// A transaction on the AXI4-Lite port; takes some cycles.
    void write_register(uint32_t offset, uint32_t value);
    uint32_t read_register(uint32_t offset);
    /// A counter that does not change while it is read.
    uint64_t read_counter(const CounterDescription &counter);

    uint64_t cycle() const { return cycle_; }
    /// Number of interrupts since `forget_interrupts`, and cycle of the last one.
    uint64_t interrupts() const { return interrupts_; }
    uint64_t interrupt_cycle() const { return interrupt_cycle_; }
    void forget_interrupts() { interrupts_ = 0; }
    /// Cycle in which the last word was accepted by `write_register`.
    uint64_t last_write_cycle() const { return last_write_cycle_; }

    /// Handshakes on all memory ports so far.
    uint64_t handshakes() const;
    PortTraffic traffic(size_t tensor) const;
    PortTraffic scratch_reads(size_t scratch) const;
    PortTraffic scratch_writes(size_t scratch) const;
    /// Checks that no transaction is under way on any memory port.
    void check_idle();
    ViolationLog &violations() { return violations_; }
    /// Text that the design printed since the last call, without what `unwritten_reads` tells.
    std::string take_messages();
    /// Memories of which elements were read that nobody had written in their generation: noise
    /// (checks/buffer_check.v). Up to the last `take_messages`.
    const std::vector<std::string> &unwritten_reads() const { return unwritten_reads_; }
    bool open_trace(const std::string &file);
    void close_trace();

private:
    struct Waiting {
        bool read = false, write = false;
        uint32_t data = 0;
    };
    bool stall();
    void check_control();
    void check_response(const char *channel, uint32_t offset, uint8_t response);
    [[noreturn]] void no_answer(const char *what, uint32_t offset);

    const DesignDescription &design_;
    Model model_;
    Pins pins_;
    std::vector<ReadPins> read_pins_;
    std::vector<WritePins> write_pins_;
    std::vector<AxiReadPort> reads_;
    std::vector<AxiWritePort> writes_;
    ViolationLog violations_;
    std::vector<std::string> unwritten_reads_;
    MemoryTiming timing_;
    Random random_{0};
    void *instance_ = nullptr;
    uint64_t cycle_ = 0, interrupts_ = 0, interrupt_cycle_ = 0, last_write_cycle_ = 0;
    bool answer_expected_ = false; ///< an AXI4-Lite transaction is under way
    Waiting waiting_;              ///< answers that were not taken in the last cycle
};

} // namespace Orrery::sim
