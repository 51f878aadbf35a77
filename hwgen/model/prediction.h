#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace Orrery::model {

struct ProcessPrediction {
    uint64_t busy = 0;       ///< points
    uint64_t operations = 0; ///< enabled lanes, of a process with an array
    // What no counter of the hardware counts.
    uint64_t multiplications = 0; ///< of two loaded values, in enabled lanes
    uint64_t idle_lanes = 0;      ///< disabled lanes, summed over the points
    uint64_t hops = 0;            ///< elements that pass from one processing element to the next
    uint64_t hop_bits = 0;        ///< their bits
    std::vector<uint64_t> stalls; ///< in the order of hwir::ProcessTiming::waits
};

struct BufferPrediction {
    uint64_t reads = 0, writes = 0; ///< elements, as the counters of the hardware count them
};

struct Traffic {
    uint64_t bursts = 0, beats = 0;
    uint64_t bytes = 0; ///< read: whole beats; written: bytes of elements
};

struct TensorPrediction {
    Traffic read, written;
};

/// What `orrery simulate` measures, as far as it is predicted. One entry per process, buffer and
/// tensor of the design.
struct Prediction {
    std::vector<ProcessPrediction> processes;
    std::vector<BufferPrediction> buffers;
    std::vector<TensorPrediction> tensors;
    uint64_t cycles = 0;            ///< from the first start to the last done
    std::vector<uint64_t> finished; ///< cycle in which each invocation ends, from the first start
};

} // namespace Orrery::model
