#pragma once
#include "hwgen/model/process_shape.h"
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
    /// `shapes`: of each invocation.
    ProcessRun(std::vector<std::shared_ptr<const ProcessShape>> shapes,
               const hwir::ProcessTiming &timing, std::vector<Cycle> starts);

    // What it waits for, in the order of ProcessTiming::waits.
    /// A token of its own of `progress` if it is an early reader's.
    void add_token(std::vector<Place *> takes, std::vector<Place *> gives, int delay,
                   Progress *progress);
    void add_load(ReadPort &port, size_t stream);
    void add_store(WritePort &port);
    /// It tells its progress in a buffer.
    void tell_progress(Progress &to) { told = &to; }
    void begin();

    void clock(Cycle now);
    const std::vector<Cycle> &done() const { return ends; } ///< of each run
    const std::vector<uint64_t> &stalls() const { return stall_cycles; }

private:
    struct Wait {
        // Tokens
        int delay = 0;
        std::vector<Place *> takes, gives;
        Progress *progress = nullptr;
        // Streams
        ReadPort *read_port = nullptr;
        size_t stream = 0;
        WritePort *write_port = nullptr;
        bool moves = false; ///< at this point
        int64_t bytes = 0;  ///< at this point

        bool is_token() const { return !takes.empty(); }
    };
    Cycle ready_cycle(size_t wait, Cycle now);
    Cycle token_cycle(const Wait &wait, Cycle now);
    Cycle elements_cycle(size_t wait, Cycle now);
    void fire(Cycle now);
    int64_t points_at_once(Cycle now) const;
    void go_on(Cycle last);
    void start_run(Cycle done);
    void present(uint64_t changed);
    void count_points();

    const std::vector<std::shared_ptr<const ProcessShape>> shapes;
    const ProcessShape *shape = nullptr; ///< of the run under way
    const hwir::ProcessTiming &timing;
    Walker walker;
    Runs runs;
    std::vector<Wait> waits;
    Progress *told = nullptr;
    bool running = true;
    int64_t points_left =
        0; ///< of this pass over the loops inside all tokens, with the one presented
    Cycle valid_from = 0;
    int blocked = -1; ///< wait for which the point waits
    Cycle blocked_since = 0;
    std::vector<Cycle> ends;
    std::vector<uint64_t> stall_cycles;
};

} // namespace Orrery::model
