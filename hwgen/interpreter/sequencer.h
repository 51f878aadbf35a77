#pragma once
#include "hwgen/interpreter/datapath.h"

namespace Orrery::interpreter {

/// Walks the serial loops of one process, takes and gives the tokens of its buffers, and lets its
/// datapath execute the points.
class Sequencer {
public:
    Sequencer(const hwir::Design &design, int process, Memory &memory);

    enum class Outcome {
        Issued,  ///< a point was issued or an empty loop passed
        Waiting, ///< a token is missing
        Ended
    };
    /// Walks to the next point and executes it. Tokens and progress that others see later are
    /// appended to `given` if it is not null, else they see them at once. Throws Failure.
    Outcome step(std::vector<Update> *given);

    bool ended() const { return state == State::Ended; }
    const ProcessStatistics &statistics() const { return counts; }
    void count_stall() { counts.stalls++; }
    /// Tokens taken or given so far: tells whether a step without a point made progress.
    int64_t token_events() const { return events; }
    /// "acc_s1 waits for a free slot of acc, for data of weights from weights_s0"
    std::string waiting_text() const;

private:
    struct Use {
        int ring;  ///< number in Memory::rings
        int phase; ///< number among the writers or the readers
        bool writer;
        bool held = false;
        const hwir::TokenUse *use = nullptr;
        Place *place = nullptr;
        bool early() const { return !use->needed.empty(); }
    };
    enum class State { Enter, Leave, Ended };

    const hwir::Design &design;
    const hwir::Process &process;
    Memory &memory;
    Datapath datapath;
    std::vector<std::unique_ptr<LaneProgram>> extents; ///< per serial loop
    std::vector<std::vector<Use>> uses;                ///< per number of serial loops around
    std::vector<std::vector<Place *>> lifetimes; ///< the same: places whose elements live inside
    std::vector<const Use *> early_uses;
    std::vector<int> progress_of;   ///< buffers whose progress this process makes
    std::vector<int64_t> published; ///< per buffer: its progress

    State state = State::Enter;
    size_t depth = 0; ///< serial loops entered
    std::vector<int64_t> counters, limits;
    Places places;
    int64_t passes = 0;        ///< finished, of a process that updates a scratch tensor
    ProcessStatistics counts;
    int64_t events = 0;

    bool written(const Use &use) const;
    bool ready(const Use &use) const;
    bool has_elements(const Use &use) const;
    bool take_tokens();
    bool may_leave() const;
    bool may_issue() const;
    bool enter();
    void leave(std::vector<Update> *given);
    void publish(std::vector<Update> *given);
    int64_t value(const hwir::Index &index) const;
    void issue();
    std::string wait_text(const Use &use) const;
};

} // namespace Orrery::interpreter
