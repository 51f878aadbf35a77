#pragma once
#include "hwgen/model/byte_queue.h"
#include "hwgen/model/stream_sequencer.h"

namespace Orrery::model {

/// A memory without random stalls (sim/axi_memory.h): each port answers its bursts in order, a beat
/// per cycle.
struct Memory {
    int latency = 40; ///< cycles from the address (or the last data) to the first answer
    int queue_bursts =
        0; ///< bursts accepted at the same time; 0: as many as the port may have in flight
    Cycle due(Cycle now) const { return now + Cycle(std::max(latency, 1)); }
};

/// Streams that load from one tensor, the arbiter between them where there are several, and the
/// memory behind their port.
class ReadPort : public Part {
public:
    ReadPort(const hwir::Tensor &tensor, const Memory &memory);
    /// Returns the number of the stream in this port. `chunk_bytes`: the most that its process
    /// takes in a cycle.
    size_t add(StreamSequencer sequencer, int64_t chunk_bytes);
    StreamSequencer &sequencer(size_t stream) { return streams[stream].sequencer; }
    /// The process that is woken when data comes.
    void set_process(size_t stream, Part &process) { streams[stream].process = &process; }
    void begin();

    int64_t available(size_t stream) const { return streams[stream].queue.available(); }
    /// The process takes bytes in this cycle.
    void take(size_t stream, int64_t bytes, Cycle now);
    void clock(Cycle now);

private:
    struct Burst {
        int first_byte = 0, last_byte = 0;
    };
    struct ReadStream {
        ReadStream(StreamSequencer s, ByteQueue q) : sequencer(std::move(s)), queue(q) {}
        StreamSequencer sequencer;
        ByteQueue queue;
        Part *process = nullptr;
        BurstSplitter splitter;
        int credits = 0;
        std::deque<Burst> bursts; ///< requested, their last beat not taken
        std::deque<bool> beats;   ///< of a shared port: buffered, true for the last of a burst
        int64_t free_beats = 0;
        bool first_beat = true;
        int64_t taken = 0; ///< by the process in this cycle
        // Of this cycle.
        int64_t request_beats = 0; ///< of the burst that is asked for; 0: none
        bool granted = false;
    };
    struct MemoryBurst {
        int64_t beats = 0;
        Cycle due = 0;
    };
    struct Request {
        int64_t beats = 0;
        size_t stream = 0;
    };
    void ask(ReadStream &s) const;
    bool take_beat(ReadStream &s, bool valid, bool last);
    bool update(ReadStream &s, Cycle now, bool beat, bool beat_last);
    bool arbitrate();
    bool clock_memory(Cycle now, int64_t address_beats, bool data_ready);
    Cycle wake_cycle(Cycle now);

    const hwir::Tensor &tensor;
    const int bus_bytes;
    const Memory memory;
    std::vector<ReadStream> streams;
    // Arbiter, only where there are several streams.
    bool request_valid = false;
    Request request;
    std::deque<size_t> order;
    size_t order_places = 1;
    size_t next_stream = 0; ///< streams from here on come first
    // Pins and state of the memory.
    bool address_ready = true, data_valid = false, data_last = false;
    std::deque<MemoryBurst> in_memory;
};

} // namespace Orrery::model
