#pragma once
#include <random>
#include <utility>
#include <vector>

namespace Orrery::fuzz {

/// Random choices, each of them independent of the compiler's library: std::shuffle and the
/// distributions are not.
class Dice {
public:
    explicit Dice(uint64_t seed) : engine_(seed) {}
    /// 0 .. n - 1
    int below(int n) { return int(engine_() % unsigned(n)); }
    int between(int low, int high) { return low + below(high - low + 1); }
    bool once_in(int n) { return below(n) == 0; }
    template <typename T>
    void shuffle(std::vector<T> &items) {
        for (size_t i = items.size(); i > 1; i--) {
            std::swap(items[i - 1], items[size_t(below(int(i)))]);
        }
    }
    template <typename T>
    T one_of(const std::vector<T> &items) {
        return items[size_t(below(int(items.size())))];
    }

private:
    std::mt19937_64 engine_;
};

} // namespace Orrery::fuzz
