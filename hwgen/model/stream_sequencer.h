#pragma once
#include "hwgen/model/part.h"
#include "hwgen/model/run_bursts.h"

#include <memory>

namespace Orrery::model {

/// How a stream takes part in a ring of tokens of a scratch tensor.
struct StreamToken {
    int depth = 0;
    std::vector<Place *> takes;
    std::vector<Place *> gives;   ///< behind a fence; empty: none
    std::vector<Place *> at_once; ///< given when it is taken
    /// The first place without a token; null: none.
    Place *missing(Cycle now) const {
        for (Place *p : takes) {
            if (!p->available(now)) {
                return p;
            }
        }
        return nullptr;
    }
    bool unsettled = false; ///< of the fence
};

/// The sequencer of a stream and what holds its runs up: tokens, fences, and behind an invocation
/// whose end it is part of (hwir::ends_invocations) the answers.
class StreamSequencer {
public:
    /// For each invocation: the design, the cycle of its start, the address of the tensor.
    StreamSequencer(const std::vector<const hwir::Design *> &designs, size_t stream,
                    std::vector<Cycle> starts, std::vector<uint64_t> bases);
    void add_token(StreamToken token) { tokens.push_back(std::move(token)); }

    /// Is there a run for the DMA in this cycle? If none of its points may pass without the DMA,
    /// `clock` does it.
    bool run_valid(Cycle now);
    uint64_t address() const { return run_address; }
    uint64_t bytes() const { return run_bytes; }

    /// The edge behind the cycle. `taken`: the DMA has taken the run. `settled`: it has nothing
    /// under way. True if anything changed.
    bool clock(Cycle now, bool taken, bool settled);
    /// When something may change by itself, if nothing changes before.
    Cycle wake_cycle(Cycle now, Part &part);

    const std::vector<Cycle> &done() const {
        return ends;
    } ///< only of a stream that invocations end with: its answers are there

private:
    void present();
    bool waiting(Cycle now);
    void leave_point(Cycle now);

    void start();
    const RunPoints &points() const { return *shapes[runs.number()]; }

    std::vector<std::shared_ptr<RunPoints>> shapes; ///< of each invocation
    Walker walker;
    Runs runs;
    std::vector<uint64_t> bases;
    std::vector<StreamToken> tokens;
    bool ends_invocations = false;
    bool running = true, drains = false;
    Cycle valid_from;
    bool has_run = false;
    uint64_t run_address = 0, run_bytes = 0;
    std::vector<Cycle> ends;
};

} // namespace Orrery::model
