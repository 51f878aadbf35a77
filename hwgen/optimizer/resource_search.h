#pragma once
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/resources.h"

#include <chrono>

namespace Orrery::optimizer {

/// What several searches may take together; without seconds, it is never over.
class Deadline {
public:
    explicit Deadline(double seconds) : seconds_(seconds) {}
    bool over() const { return seconds_ > 0 && left() <= 0; }
    /// The options, with the seconds that are left.
    SearchOptions limit(SearchOptions options) const;

private:
    double seconds_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();

    double left() const;
};

/// A mapping, and the number of the hardware that it is for.
struct HardwareMapping {
    size_t hardware = 0;
    MappedLayer mapped;
    ObjectiveValue value;
};

struct ResourceSearchResult {
    std::optional<size_t> chosen; ///< number of the hardware; empty: none has a mapping
    std::string why_none;         ///< of the first hardware
    HardwareSearchResult best;    ///< on the hardware that is chosen
    /// The best ones on any of the hardware, by ascending value: as many as are to be kept, if
    /// there are so many. The first one is that of `best`.
    std::vector<HardwareMapping> candidates;
    std::optional<ObjectiveValue> others; ///< proved: no other mapping is below; empty: none exists
    ObjectiveValue bound;                 ///< proved: no mapping on any of the hardware is below
    bool optimal = false; ///< every hardware is searched to its end, or its bound excludes it
    int64_t searched = 0, excluded = 0; ///< hardware: the latter by its bound alone
    int64_t unmappable = 0;             ///< hardware that has no mapping
    int64_t evaluated = 0;              ///< mappings
};

/// The hardware with the mapping that costs least (search_hardware), with a proof for all. Hardware
/// is searched by ascending bound; what is found bounds the searches that follow. Of equal ones,
/// the smaller hardware where all areas are known, then the first.
ResourceSearchResult search_resources(const Problem &problem, const Resources &resources,
                                      const Constraints &constraints, Objective objective,
                                      const SearchOptions &options);

} // namespace Orrery::optimizer
