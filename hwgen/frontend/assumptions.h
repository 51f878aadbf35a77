#pragma once
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/network.h"

#include <set>

namespace Orrery::frontend {

/// Conditions that hold where an expression is used, for dropping what they make redundant in an
/// address.
class Assumptions {
public:
    explicit Assumptions(const CounterSpace &counters) : space(counters) {}

    /// Adds the conjuncts of a condition (of its negation). Conditions that depend on data say
    /// nothing of addresses and are left out.
    void add(const Expr &condition, bool negated = false);

    size_t size() const { return facts.size(); }
    void forget_after(size_t count) { facts.resize(count); }
    const Expr &conjunct(size_t i) const { return facts[i].conjunct; }

    /// Drops minima, maxima and selects whose outcome the assumptions decide; `used` collects those
    /// that were needed.
    ///
    ///     0 <= x, x < 9:  max(min(x, 8), 0)        ->  x
    ///     x < 6:          select(x < 6, x - 2, 0)  ->  x - 2
    Expr reduce(const Expr &e, std::set<size_t> &used) const;
    Expr reduce(const Expr &e) const {
        std::set<size_t> used;
        return reduce(e, used);
    }

private:
    struct Fact {
        Expr conjunct;
        Expr nonnegative; ///< undefined if the conjunct is no comparison
    };
    class Reducer;

    const CounterSpace &space;
    std::vector<Fact> facts;
};

} // namespace Orrery::frontend
