#pragma once
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/resources.h"

namespace Orrery::optimizer {

/// A mapping that none beats: with at most its energy, cycles and area, and less of one.
struct FrontPoint {
    size_t hardware = 0; ///< number
    MappedLayer mapped;
    int64_t energy = 0;          ///< in units of all hardware
    int64_t cycles = 0;          ///< of the part that works longest
    std::optional<int64_t> area; ///< unknown only where there is one hardware
    /// Of the hardware that is made of it; the search does not know them.
    std::optional<int64_t> exact_cycles;
};

struct FrontResult {
    std::vector<FrontPoint> points; ///< by ascending area, then by ascending energy
    bool complete = false;          ///< all points, with a proof; else:
    /// In the order of points, those that come before the end of what was searched are all there:
    /// all of smaller area than this, and of this area those up to the last point that has it.
    std::optional<int64_t> open_area;
    std::string why_none;
    int64_t unmappable = 0; ///< hardware that has no mapping
    int64_t searches = 0;
    int64_t evaluated = 0; ///< mappings
};

/// The exact Pareto front of energy, cycles and area over the hardware; of one hardware, of energy
/// and cycles. Of mappings with the same three, one is a point: that of the first hardware and the
/// first mapping in the order of search_hardware.
///
/// Hardware is taken by ascending area. Of each, one exact search finds all mappings that none
/// beats: it leaves out what the points of hardware before, or the mappings that it has found,
/// cover.
///
/// User errors as of search_hardware, and for an area that is unknown.
FrontResult search_front(const Problem &problem, const Resources &resources,
                         const Constraints &constraints, const SearchOptions &options);

/// Name of the file of a point's mapping: "mapping-1.json" of the first one.
std::string mapping_file(size_t point);

/// front.json and front.csv (docs/optimizer.md).
std::string front_json(const FrontResult &front, const Problem &problem,
                       const Resources &resources);
std::string front_csv(const FrontResult &front, const Resources &resources);

} // namespace Orrery::optimizer
