#pragma once
#include "hwgen/optimizer/hardware_space.h"
#include "hwgen/optimizer/objective.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace Orrery::optimizer {

/// A tile that was chosen, and the bound of all mappings with it: nodes are visited in this order.
struct SearchNode {
    ObjectiveValue bound;
    HardwareSpace::Step step;

    bool operator<(const SearchNode &other) const {
        return bound == other.bound ? step < other.step : bound < other.bound;
    }
};
using SearchPath = std::vector<SearchNode>; ///< from the last level inwards

/// Loops that tiles of the path do not divide.
int ragged_loops(const SearchPath &path);

/// A mapping of the search. Of equal ones, the one with the fewest ragged tiles is the best, then
/// the first one.
struct FoundMapping {
    ObjectiveValue value;
    size_t choice; ///< of spatial loops
    SearchPath path;

    bool operator<(const FoundMapping &other) const;
    /// Whether all mappings are worse than this one that have this bound, at least so many ragged
    /// tiles, these spatial loops, and these tiles first.
    bool beats(const ObjectiveValue &bound, int least_ragged, size_t other_choice,
               const SearchPath &prefix) const;
};

/// What a search has found so far, and what that leaves out of it. For several threads.
class Incumbents {
public:
    /// What was found up to a moment.
    class Known {
    public:
        virtual ~Known() = default;
        /// Whether no mapping is of interest any more that FoundMapping::beats describes so.
        virtual bool beat(const ObjectiveValue &bound, int least_ragged, size_t choice,
                          const SearchPath &prefix) const = 0;
    };

    virtual ~Incumbents() = default;
    virtual std::shared_ptr<const Known> known() const = 0;
    virtual void take(const FoundMapping &found) = 0;
    virtual std::vector<FoundMapping> all() const = 0; ///< the best first
};

/// The mappings of least value, so many of them, of which no two have the same nest.
class BestMappings : public Incumbents {
public:
    using SameNest = std::function<bool(const FoundMapping &, const FoundMapping &)>;

    /// Without `prune`, nothing is left out of the search.
    BestMappings(size_t most, bool prune, SameNest same_nest);

    std::shared_ptr<const Known> known() const override;
    void take(const FoundMapping &found) override;
    std::vector<FoundMapping> all() const override;

private:
    size_t most_;
    bool prune_;
    SameNest same_nest_;
    mutable std::mutex mutex_;
    std::vector<FoundMapping> best_;
    std::shared_ptr<const Known> known_;
};

/// The mappings that none beats in energy and cycles, of equal ones the best. Values are those of
/// Objective::Energy: energy, then cycles.
class FrontMappings : public Incumbents {
public:
    FrontMappings();

    std::shared_ptr<const Known> known() const override;
    void take(const FoundMapping &found) override;
    std::vector<FoundMapping> all() const override;

private:
    class Front;
    mutable std::mutex mutex_;
    std::shared_ptr<const Front> front_; ///< replaced as a whole
};

} // namespace Orrery::optimizer
