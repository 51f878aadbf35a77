#pragma once
#include <algorithm>
#include <cstdint>

namespace Orrery::model {

/// The fill of a byte_queue (rtl-templates/stream).
struct ByteQueue {
    ByteQueue(int64_t in_bytes, int64_t out)
        : ready_fill(out + std::min(in_bytes, out) - 1), out_bytes(out) {}
    bool ready() const { return fill <= ready_fill; }
    int64_t available() const { return std::min(fill, out_bytes); }
    int64_t fill = 0;
    int64_t ready_fill, out_bytes;
};

/// The bursts of a run (rtl-templates/axi/burst_splitter).
struct BurstSplitter {
    bool active = false;
    uint64_t word = 0, last_word = 0; ///< next bus word and last one
    int first_byte = 0, last_byte = 0;
};

} // namespace Orrery::model
