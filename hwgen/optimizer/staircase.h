#pragma once
#include <cstdint>
#include <iterator>
#include <map>

namespace Orrery::optimizer {

/// Pairs of energy and cycles of which none is at least as good as another in both.
class Staircase {
public:
    /// A pair of it has at most this energy and at most these cycles.
    bool covers(int64_t energy, int64_t cycles) const {
        const auto above = cycles_.upper_bound(energy);
        return above != cycles_.begin() && std::prev(above)->second <= cycles;
    }

    /// Those that it covers are left out.
    void add(int64_t energy, int64_t cycles) {
        if (covers(energy, cycles)) {
            return;
        }
        auto next = cycles_.lower_bound(energy);
        while (next != cycles_.end() && next->second >= cycles) {
            next = cycles_.erase(next);
        }
        cycles_[energy] = cycles;
    }

private:
    std::map<int64_t, int64_t> cycles_; ///< by energy: fewer where it is greater
};

} // namespace Orrery::optimizer
