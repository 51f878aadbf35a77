#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/model/lanes.h"
#include "hwgen/model/write_port.h"

namespace Orrery::model {

/// The progress of the last writer of a buffer, as early readers see it.
class Progress {
public:
    int64_t at(Cycle now);
    /// When it changes next, as far as that is known.
    Cycle next_change() const { return coming.empty() ? never : coming.front().visible; }
    void set(int64_t new_value, Cycle visible);
    void wait(Part &part) { sleepers.push_back(&part); }

private:
    struct Step {
        Cycle visible;
        int64_t value;
    };
    int64_t value = 0;
    std::deque<Step> coming;
    std::vector<Part *> sleepers;
};

/// A process: its sequencer, and what its points wait for. Where points can wait for nothing, all
/// of them up to the next token are one step.
class ProcessRun : public Part {
public:
    ProcessRun(hwir::ExprPool &pool, const hwir::Process &process,
               const hwir::ProcessTiming &timing, std::vector<Cycle> starts);

    // What it waits for, in the order of ProcessTiming::waits.
    void add_token(const hwir::TokenUse &use, std::vector<Place *> takes,
                   std::vector<Place *> gives, int delay, Progress *progress);
    void add_load(const hwir::Stream &stream, const hwir::Tensor &tensor, ReadPort &port,
                  size_t number);
    void add_store(const hwir::Stream &stream, const hwir::Tensor &tensor, WritePort &port);
    /// It tells its progress in a buffer.
    void tell_progress(const hwir::Index &progress, Progress &to);
    void begin();

    void clock(Cycle now);
    const std::vector<Cycle> &done() const { return ends; } ///< of each run
    const std::vector<uint64_t> &stalls() const { return stall_cycles; }

private:
    /// A sum of counters.
    struct Sum {
        Sum(const hwir::ExprPool &pool, const hwir::Index &index, int loops);
        int64_t operator()(const int64_t *counters) const;
        std::vector<std::pair<int, int64_t>> terms;
        int64_t offset;
        Program base;
    };
    struct Wait {
        hwir::Wait::Kind kind = hwir::Wait::Kind::Read;
        // Tokens
        int depth = 0, delay = 0;
        std::vector<Place *> takes, gives;
        std::vector<Sum> needed; ///< an early reader
        Progress *progress = nullptr;
        // Streams
        ReadPort *read_port = nullptr;
        size_t stream = 0;
        WritePort *write_port = nullptr;
        std::optional<LaneConditions> conditions;
        int64_t element_bytes = 1;
        bool allowed = false; ///< at this point
        int64_t bytes = 0;    ///< at this point

        bool is_token() const {
            return kind == hwir::Wait::Kind::Write || kind == hwir::Wait::Kind::Read;
        }
        bool is_early() const { return !needed.empty(); }
    };
    Cycle ready_cycle(Wait &wait, Cycle now);
    Cycle token_cycle(Wait &wait, Cycle now);
    Cycle elements_cycle(Wait &wait, Cycle now);
    void fire(Cycle now);
    int64_t points_at_once(Cycle now);
    void go_on(Cycle last);
    void present(uint64_t changed);
    void count_points();

    hwir::ExprPool &pool;
    const hwir::Process &process;
    const hwir::ProcessTiming &timing;
    Nest nest;
    Walker walker;
    Runs runs;
    std::vector<Wait> waits;
    struct Told {
        Sum value;
        Progress *to;
    };
    std::optional<Told> told;
    bool running = true, stepwise = false;
    int token_depth = 0; ///< the deepest of all tokens
    int64_t points_left =
        0; ///< of this pass over the loops deeper than that, with the one presented
    Cycle valid_from = 0;
    int blocked = -1; ///< wait for which the point waits
    Cycle blocked_since = 0;
    std::vector<Cycle> ends;
    std::vector<uint64_t> stall_cycles;
};

} // namespace Orrery::model
