#pragma once
#include "hwgen/optimizer/factors.h"
#include "hwgen/optimizer/interstellar.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace Orrery::optimizer {

/// What is given of a mapping; the search finds the rest.
struct Constraints {
    Factors factors = Factors::Ceil; ///< of the cost model orrery; interstellar knows Divide alone
    std::optional<std::vector<Axis>> axes;
    /// Searched axes that it refuses are left out; empty: none.
    std::function<bool(const std::vector<Axis> &)> accepts;
    std::vector<std::vector<int64_t>> temporal; ///< [level][loop]: iterations; 0 or missing: free
    /// Level: a tensor that must stay over its loops: those that do not index it are innermost.
    std::map<int, int> kept;
    /// {level, operand}: whether it has a copy there. Of the cost model orrery alone.
    std::map<std::pair<int, int>, bool> held;

    int64_t given(int level, int loop) const {
        return level < int(temporal.size()) && loop < int(temporal[level].size())
                   ? temporal[level][loop]
                   : 0;
    }
};

struct SearchProgress {
    int64_t done = 0, candidates = 0; ///< tiles of the array, with their spatial loops
    /// Energy in units, and no mapping is below; of the cost model interstellar.
    int64_t best = 0, bound = 0;
};

struct SearchOptions {
    int threads = 1;
    double seconds = 0; ///< stop the search then, with what has been found; 0: never
    int keep = 1;       ///< so many of the best mappings; of the cost model orrery alone
    bool prune = true;  ///< false: evaluate every mapping (to measure and to test)
    std::function<void(const SearchProgress &)> progress;
    /// Called with the energy of every mapping that is evaluated, once for each order of the level
    /// next to the array; one thread only.
    std::function<void(int64_t energy)> each;
};

struct SearchResult {
    std::optional<Mapping> mapping; ///< empty: no mapping follows the rules
    std::string why_none;           ///< which rule leaves none
    int64_t energy = 0;             ///< in units of the model
    int64_t bound = 0;              ///< proved: no mapping needs less
    bool optimal = false;           ///< bound == energy: the search ended by itself
    int64_t spatial_choices = 0;
    int64_t candidates = 0; ///< tiles of the array that follow the rules, with their spatial loops
    int64_t evaluated = 0;  ///< mappings evaluated to the end, each with its best orders
};

/// The mapping of least energy, by branch and bound.
///
/// A tile of a level depends on the one inside of it only by being a multiple, and the energy of a
/// level on these two tiles alone. So the levels above the one next to the array, and those inside
/// the processing elements, are solved exactly for every tile by dynamic programming. What is left,
/// the spatial loops, the tile of the array and the one above it, is searched: each pair of the
/// former gets a bound from what the best tile above it could cost, and pairs are evaluated by
/// ascending bound until it exceeds the best energy.
///
/// User error where reads and writes of a level cost differently.
///
/// Of mappings with equal energy, the first one in this order is the result: spatial loops (as
/// spatial_choices lists them), tile inside a processing element, assignment to axes, tiles from
/// the inside outwards (FX slowest to ... as the loops of the problem are listed), orders (weights,
/// ... as InterstellarModel::orders). It does not depend on the number of threads.
SearchResult search(const InterstellarModel &model, const Constraints &constraints,
                    const SearchOptions &options);

} // namespace Orrery::optimizer
