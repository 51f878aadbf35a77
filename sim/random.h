#pragma once
#include <cstdint>

namespace Orrery::sim {

/// A small generator of random numbers (splitmix64): the same seed gives the same sequence
/// everywhere.
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}
    /// The sequence number `stream` of a seed.
    Random(uint64_t seed, uint64_t stream) : Random(seed * 0xd1342543de82ef95u + stream) {
        state_ = next();
    }

    uint64_t next() {
        state_ += 0x9e3779b97f4a7c15u;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// 0 to bound - 1.
    uint64_t below(uint64_t bound) { return next() % bound; }
    /// True in that many cases of a hundred.
    bool chance(int percent) { return static_cast<int>(next() % 100) < percent; }

private:
    uint64_t state_;
};

} // namespace Orrery::sim
