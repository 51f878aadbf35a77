#pragma once
#include "hwgen/frontend/assumptions.h"
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// A condition on scalars alone that is enough for something to hold at all points of a loop nest;
/// `true` where it holds for all their values.
///
///     n - 1 - (16*xo + xi) >= 0   with xi < min(16, n - 16*xo)      ->  true
///     min(16*xo, n - 16) >= 0     with xo < (n + 15)/16             ->  16 <= n
///
/// Counters are replaced, innermost ones first, by the end of their range at which the expression
/// is least; minima and maxima by each of their operands. It is a sufficient condition: where
/// several bounds of a counter could be meant, any of them that leads to the goal counts.
class Proof {
public:
    /// `conditions` hold at all points, beside the guards of the nest.
    Proof(const CounterSpace &counters, const std::vector<Level> &levels,
          const std::vector<LevelId> &nest, const std::vector<Expr> &conditions);

    /// When is e never negative?
    Expr never_negative(const Expr &e) const;

private:
    const CounterSpace &space;
    std::vector<Expr> facts; ///< never negative

    bool follows(const Expr &e) const;
    bool is_never_negative(const Expr &e) const;
    Expr by_cases(const Expr &e) const;
    Expr by_last_counter(const Expr &e) const;
};

/// Is the condition of scalars alone true, or false, for all their values?
bool always_holds(const CounterSpace &space, const Expr &condition);
bool never_holds(const CounterSpace &space, const Expr &condition);

} // namespace Orrery::frontend
