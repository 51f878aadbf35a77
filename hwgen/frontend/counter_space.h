#pragma once
#include "hwgen/frontend/network.h"

#include <map>
#include <optional>

namespace Orrery::frontend {

/// Combinations of counters that an enumeration looks at before it falls back to interval
/// arithmetic.
inline constexpr int64_t max_enumerated_points = 1 << 16;
/// The same where a range is wanted for each combination of some counters.
inline constexpr int64_t max_keyed_points = 1 << 20;

/// The values that the counters of a loop nest and the scalar inputs can take together. Where there
/// are few combinations they are enumerated, so that bounds of ragged and triangular loops are
/// exact; Halide's interval arithmetic is the fallback.
class CounterSpace {
public:
    explicit CounterSpace(const std::vector<Level> &all_levels) : levels(all_levels) {}

    /// Exact least and greatest value over all scalars and all reachable points of the loops on
    /// which `e` depends (min > max: none is reachable). Guards of the nest and `conditions` count
    /// where they depend on nothing else. Nothing if there are too many points.
    std::optional<hwir::Interval> exact_range(const Expr &e, const std::vector<LevelId> &nest,
                                              const std::vector<Expr> &conditions = {}) const;

    /// Sound bounds; nothing if there are no constant ones.
    std::optional<hwir::Interval> range(const Expr &e, const std::vector<LevelId> &nest,
                                        const std::vector<Expr> &conditions = {}) const;

    /// What the counter of a level is less than: its extent, or the operands of a minimum.
    std::vector<Expr> limits(LevelId level) const;

    /// Does the expression, or the extent of a loop whose counter occurs in it, depend on scalars?
    bool depends_on_scalars(const Expr &e) const;

    /// The exact range of `e` for each reachable combination of the counters `keys` (of which all
    /// are enumerated, whether `e` depends on them or not), in lexicographic order. Nothing if
    /// there are too many points.
    using RangesByCounters = std::map<std::vector<int64_t>, hwir::Interval>;
    std::optional<RangesByCounters> ranges_by(const std::vector<LevelId> &keys, const Expr &e,
                                              const std::vector<LevelId> &nest,
                                              const std::vector<Expr> &conditions = {}) const;

    /// Is the condition true at every point? (Not known counts as no.)
    bool always(const Expr &condition, const std::vector<LevelId> &nest) const;

    /// Intervals of the counters and scalars in `e`, as Halide's analyses take them.
    void push_intervals(const Expr &e,
                        Halide::Internal::Scope<Halide::Internal::Interval> &scope) const;

private:
    const std::vector<Level> &levels;

    /// The conditions and those of the guards in the nest.
    std::vector<Expr> with_guards(const std::vector<LevelId> &nest,
                                  std::vector<Expr> conditions) const;
};

} // namespace Orrery::frontend
