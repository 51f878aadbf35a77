#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/model/program.h"

#include <functional>

namespace Orrery::model {

/// The serial loops of a process or of a stream.
class Nest {
public:
    /// The serial ones come first.
    Nest(const hwir::ExprPool &pool, const std::vector<hwir::Loop> &loops);

    int loops() const { return int(extents.size()); }
    /// Iterations of a loop, 0 where its extent is negative.
    int64_t extent(int loop, const int64_t *counters) const {
        return std::max<int64_t>(0, extents[loop](counters));
    }

    /// Points that the sequencer issues in one pass over the loops from `depth` inwards. A loop
    /// without an iteration takes one.
    int64_t points(int depth, const int64_t *counters) const;

    /// The sum of `value` over all points whose loops all have iterations. `used`: the loops on
    /// which the value depends (bit i: loop i); the others, unless extents depend on them, are not
    /// walked.
    int64_t sum(uint64_t used, const std::function<int64_t(const int64_t *counters)> &value) const;

    /// Does no extent from loop `depth` inwards depend on loops further out?
    bool constant_from(int depth) const;

private:
    int64_t walk(int loop, uint64_t used, int64_t *counters,
                 const std::function<int64_t(const int64_t *)> *value) const;
    std::vector<Program> extents;
    std::vector<uint64_t> used_within; ///< per loop: loops on which extents further in depend
    size_t counter_count = 0;
};

/// A place in a nest, as the sequencer presents it: the walk over all points in order.
class Walker {
public:
    /// The first point of a run over a nest, which must stay where it is.
    void start(const Nest &nest);
    /// The next point. Returns the outermost loop whose counter has changed.
    int advance();
    /// The last point of this pass over the loops from `depth` inwards.
    void skip_to_last(int depth);

    /// Points of this pass over the loops from `depth` inwards.
    int64_t points_from(int depth) const {
        return first_empty < depth ? 1 : nest->points(depth, values.data());
    }
    bool in_range() const { return first_empty == loops; } ///< no extent is 0
    bool first_from(int depth) const { return depth > deepest_moved; }
    bool last_from(int depth) const;
    bool is_last() const { return last_from(0); }
    const int64_t *counters() const { return values.data(); }

private:
    void find_extents(int from);
    bool last(int loop) const { return values[loop] + 1 >= limits[loop] || loop >= first_empty; }
    const Nest *nest = nullptr;
    int loops = 0;
    std::vector<int64_t> values, limits;
    int first_empty = 0;    ///< outermost loop without an iteration; `loops`: none
    int deepest_moved = -1; ///< innermost loop whose counter is not 0
};

} // namespace Orrery::model
