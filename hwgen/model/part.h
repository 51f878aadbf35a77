#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace Orrery::model {

using Cycle = uint64_t;
inline constexpr Cycle never = ~Cycle{0};

/// What has registers: a process, or a port with its streams. It is clocked in cycle `next` and not
/// before, because nothing changes in between. In a cycle processes are clocked before ports; what
/// either tells the other is seen in the next cycle.
struct Part {
    Cycle next = never;
    void wake(Cycle cycle) { next = std::min(next, cycle); }
};

/// The place of a token ring where tokens wait for one process or stream. Each place has one giver
/// too.
class Place {
public:
    explicit Place(int tokens = 0) : count(tokens) {}

    bool available(Cycle now) { return arrive(now) > 0; }
    /// Cycle in which there is a token, as far as that is known.
    Cycle when(Cycle now) { return available(now) ? now : coming.empty() ? never : coming.front(); }
    void take() { count--; }
    /// From cycle `visible` on there is one more.
    void give(Cycle visible) {
        coming.push_back(visible);
        if (sleeper) {
            sleeper->wake(visible);
            sleeper = nullptr;
        }
    }
    /// Who is to be woken by the next token.
    void wait(Part &part) { sleeper = &part; }

private:
    int arrive(Cycle now) {
        while (!coming.empty() && coming.front() <= now) {
            coming.pop_front();
            count++;
        }
        return count;
    }
    int count;
    std::deque<Cycle> coming;
    Part *sleeper = nullptr;
};

/// The runs of a sequencer, one per invocation.
class Runs {
public:
    explicit Runs(std::vector<Cycle> start_cycles) : starts(std::move(start_cycles)) {}
    bool more() const { return begun < starts.size(); }
    /// Begins the next run; the one before has ended in cycle `done`. Its first point is there in
    /// the cycle returned.
    Cycle begin(Cycle done) { return std::max(starts[begun++], done) + 1; }
    size_t number() const { return begun - 1; } ///< of the run under way
    size_t all() const { return starts.size(); }

private:
    std::vector<Cycle> starts;
    size_t begun = 0;
};

} // namespace Orrery::model
