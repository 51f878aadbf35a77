#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace Orrery::netlist {

/// Set of the bits of one net, fast for ranges of many bits.
class BitSet {
public:
    explicit BitSet(int width = 0) : words((width + 63) / 64, 0) {}

    /// Adds bits [lsb +: width]; returns whether any of them was there already.
    bool add(int64_t lsb, int64_t width) {
        bool overlap = false;
        for (int64_t bit = lsb; bit < lsb + width;) {
            int64_t count = std::min<int64_t>(64 - bit % 64, lsb + width - bit);
            uint64_t mask = (count == 64 ? ~uint64_t(0) : (uint64_t(1) << count) - 1) << (bit % 64);
            overlap |= (words[bit / 64] & mask) != 0;
            words[bit / 64] |= mask;
            bit += count;
        }
        return overlap;
    }
    bool contains(int64_t bit) const { return words[bit / 64] >> (bit % 64) & 1; }

    /// Adds the bits of another set of the same width.
    void unite(const BitSet &other) {
        for (size_t i = 0; i < words.size(); i++) {
            words[i] |= other.words[i];
        }
    }

private:
    std::vector<uint64_t> words;
};

} // namespace Orrery::netlist
