#pragma once
#include <cstdint>

/// What passes between the simulator and a verilated model: plain structures, so that one clock
/// cycle costs two calls.
///
/// This header is compiled into the simulator and into every model. Change `pins_version` with any
/// change of layout.
namespace Orrery::sim {

constexpr uint32_t pins_version = 1;

/// Widest data bus of a port, in 32-bit words.
constexpr int max_bus_words = 16;

/// AXI4 read master of the design. Data word 0 holds the bytes of the lowest addresses.
struct ReadPins {
    // From the design.
    uint64_t araddr = 0;
    uint8_t arlen = 0, arsize = 0, arburst = 0, arvalid = 0, rready = 0;
    // To the design.
    uint8_t arready = 0, rvalid = 0, rlast = 0, rresp = 0;
    uint32_t rdata[max_bus_words] = {};
};

/// AXI4 write master of the design. Bit i of `wstrb` belongs to byte i of the bus.
struct WritePins {
    // From the design.
    uint64_t awaddr = 0, wstrb = 0;
    uint8_t awlen = 0, awsize = 0, awburst = 0, awvalid = 0, wlast = 0, wvalid = 0, bready = 0;
    uint32_t wdata[max_bus_words] = {};
    // To the design.
    uint8_t awready = 0, wready = 0, bvalid = 0, bresp = 0;
};

/// AXI4-Lite slave of the design.
struct ControlPins {
    // To the design.
    uint32_t awaddr = 0, wdata = 0, araddr = 0;
    uint8_t wstrb = 0, awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0;
    // From the design.
    uint32_t rdata = 0;
    uint8_t awready = 0, wready = 0, bvalid = 0, bresp = 0, arready = 0, rvalid = 0, rresp = 0;
};

/// All pins but the clock. The ports are in the order of the tensors in design.json.
struct Pins {
    uint8_t reset = 0;     ///< to the design
    uint8_t interrupt = 0; ///< from the design
    ControlPins control;
    ReadPins *reads = nullptr;   ///< one per input tensor, then one per scratch tensor
    WritePins *writes = nullptr; ///< one per output tensor, then one per scratch tensor
};

/// A model behind C functions. `instance` is what `create` returned.
struct ModelFunctions {
    uint32_t version; ///< pins_version of the model
    bool traces;      ///< built with tracing
    /// A new instance whose registers start at random values drawn from `seed`. `pins` must outlive
    /// it.
    void *(*create)(Pins *pins, uint32_t seed);
    void (*destroy)(void *instance);
    /// Takes the pins into the design, lowers the clock, and gives the pins out of the design.
    void (*settle)(void *instance);
    /// Raises the clock. The pins stay as they were sampled before the edge.
    void (*rise)(void *instance);
    /// $finish, $stop, a failed assertion or an error of the simulation kernel has happened.
    bool (*stopped)(void *instance);
    /// Text printed by the design since the last call; valid until the next call from the same
    /// thread.
    const char *(*take_messages)(void *instance);
    /// Writes a waveform from here on; false when the model was built without tracing.
    bool (*open_trace)(void *instance, const char *file);
    void (*close_trace)(void *instance);
};

} // namespace Orrery::sim
