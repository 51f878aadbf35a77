#pragma once
#include "hwgen/model/read_port.h"

namespace Orrery::model {

/// The stream that stores to a tensor, the FIFO between it and its process, and the memory behind
/// its port.
class WritePort : public Part {
public:
    /// `places`: of the FIFO. `chunk_bytes`: the most that the process gives in a cycle.
    WritePort(const hwir::Tensor &tensor, const Memory &memory, StreamSequencer sequencer,
              int64_t chunk_bytes, int places);
    StreamSequencer &sequencer() { return runs; }
    void set_process(Part &p) { process = &p; }
    void begin() { next = 0; }

    bool has_place() const { return places > 0; }
    /// The process issues a point whose result is at the FIFO's output from cycle `visible` on.
    void push(int64_t bytes, Cycle visible);
    void clock(Cycle now);

private:
    struct Chunk {
        int64_t bytes = 0;
        Cycle visible = 0;
    };
    struct Burst {
        int first_byte = 0, last_byte = 0;
        int64_t beats = 0;
    };
    bool push_chunk(Cycle now, int64_t taken);
    bool update_runs(Cycle now, bool request, bool settled);
    bool clock_memory(Cycle now, bool request, int64_t beats, bool beat);
    Cycle wake_cycle(Cycle now);

    const hwir::Tensor &tensor;
    const int bus_bytes;
    const Memory memory;
    StreamSequencer runs;
    Part *process = nullptr;
    int places;
    std::deque<Chunk> chunks;
    ByteQueue queue;
    BurstSplitter splitter;
    std::deque<Burst> bursts; ///< requested, their last beat not sent
    int64_t beat = 0;         ///< of the first of them
    int outstanding = 0;      ///< bursts without their response
    // Pins and state of the memory.
    bool address_ready = true, response_valid = false;
    std::deque<int64_t> incomplete; ///< beats that are missing of each burst
    std::deque<Cycle> responses;    ///< cycle in which each is due
};

} // namespace Orrery::model
