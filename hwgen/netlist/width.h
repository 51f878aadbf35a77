#pragma once
#include <cstdint>

namespace Orrery::netlist {

/// Bits of an unsigned value up to `max` (at least 1).
inline int bits_for(int64_t max) {
    int bits = 1;
    while (bits < 63 && (max >> bits) != 0) {
        bits++;
    }
    return bits;
}

/// Bits of an index of `count` things (at least 1).
inline int index_bits(int64_t count) { return bits_for(count - 1); }

} // namespace Orrery::netlist
