#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/model/lanes.h"
#include "hwgen/model/nest.h"

namespace Orrery::model {

/// A sum of counters.
class CounterSum {
public:
    CounterSum(const hwir::ExprPool &pool, const hwir::Index &index, int loops);
    int64_t operator()(const int64_t *counters) const;

private:
    std::vector<std::pair<int, int64_t>> terms;
    int64_t offset;
    Program base;
};

/// What a point of a process needs, for one of ProcessTiming::waits.
struct WaitShape {
    int depth = 0;                            ///< of the token
    std::vector<CounterSum> needed;           ///< of an early reader
    std::optional<LaneConditions> conditions; ///< of a stream: lanes that move an element
    int64_t element_bytes = 1;

    bool is_early() const { return !needed.empty(); }
};

/// What the hardware IR says of the points of a process, for given values of the scalars.
struct ProcessShape {
    /// The expressions of the design grow.
    ProcessShape(hwir::Design &design, int process, const hwir::ProcessTiming &timing);

    Nest nest;
    std::vector<WaitShape> waits;
    int told_buffer = -1; ///< buffer in which it tells its progress
    std::optional<CounterSum> told;
    int token_depth = 0;   ///< the deepest of all tokens
    bool stepwise = false; ///< every point may wait, or is told
};

} // namespace Orrery::model
