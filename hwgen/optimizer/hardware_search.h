#pragma once
#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/optimizer/objective.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/optimizer/staircase.h"

#include <memory>
#include <optional>
#include <string>

namespace Orrery::optimizer {

struct HardwareSearchResult {
    std::optional<MappedLayer> mapped; ///< empty: no mapping follows the rules and the limits
    /// The best ones, by ascending value, whose loop nests differ: as many as are to be kept, if
    /// there are so many. The first one is `mapped`.
    std::vector<MappedLayer> best;
    std::string why_none;
    ObjectiveValue value; ///< of the mapping
    ObjectiveValue bound; ///< where time was over: proved, none of interest is below
    bool optimal = false; ///< the search ended by itself
    bool limited = false; ///< some mappings were left out because of their value
    int64_t spatial_choices = 0;
    int64_t evaluated = 0; ///< mappings
};

/// The mappings of a hardware that no other one beats in energy and cycles.
struct HardwareFront {
    std::vector<MappedLayer> mappings; ///< by ascending energy; of equal ones, the first
    std::string why_none;
    /// Where time was over: those with less energy are all there, and are the front.
    std::optional<int64_t> open_energy;
    bool limited = false; ///< some mappings were left out because they are covered
    int64_t evaluated = 0;
};

/// The mapping whose hardware costs least (hardware_cost), by branch and bound.
///
/// The tiles of the levels are chosen from the outside inwards, each with the order of the loops
/// that make it. What is chosen fixes how often the copies further in are filled, and what the
/// copies further out cost. The bound of a part: every copy further in gets each element of the
/// tile around it at least once per fill of that one, and the array works at least
/// operations / processing elements cycles and reads its operands in each. Parts are taken up by
/// ascending bound.
///
/// The space: tiles as Constraints::factors says; at the last level sums are finished before they
/// leave, since the hardware keeps them in place; orders in which one operand stays while all loops
/// that do not index it run. Copies have two slots, where they are filled more than once, and so
/// have the sums. Register files are as large as those of all processing elements that work
/// together.
///
/// The result does not depend on the number of threads: of equal mappings, the first one in the
/// order of ragged tiles, spatial loops, bounds, tiles and orders.
///
/// User error where energies or cycles could be too great for sums of 63 bits.
HardwareSearchResult search_hardware(const InterstellarModel &model, const Constraints &constraints,
                                     Objective objective, const SearchOptions &options);

/// The same search, for those that know something of it before. The model and the constraints must
/// outlive it.
class HardwareSearch {
public:
    HardwareSearch(const InterstellarModel &model, const Constraints &constraints,
                   Objective objective);
    HardwareSearch(HardwareSearch &&) noexcept;
    HardwareSearch &operator=(HardwareSearch &&) noexcept;
    ~HardwareSearch();

    /// No mapping costs less, as far as the spatial loops alone say. Nothing: there are none.
    std::optional<ObjectiveValue> least_possible() const;
    /// Mappings of a value greater than `most` are of no interest.
    HardwareSearchResult run(const SearchOptions &options,
                             const std::optional<ObjectiveValue> &most = {});
    /// In one search, which leaves out what `covered` or a mapping that it has found covers; of
    /// Objective::Energy.
    HardwareFront run_front(const SearchOptions &options, const Staircase &covered);

private:
    class Implementation;
    Objective objective_;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace Orrery::optimizer
