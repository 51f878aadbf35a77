#pragma once
#include "hwgen/optimizer/factors.h"
#include "hwgen/optimizer/interstellar.h"

#include <functional>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// Assignments of loops to the axes that unroll every loop by the same factor: they have the same
/// tiles, and differ in hops only. Those that another one beats for every tensor are left out.
struct SpatialChoice {
    std::vector<int64_t> factors;           ///< of each loop
    std::vector<std::vector<Axis>> axes;    ///< the assignments
    std::vector<std::vector<int64_t>> hops; ///< [assignment][tensor]: InterstellarModel::hop_energy
    std::vector<int64_t> least_hops;        ///< [tensor], over the assignments
};

/// All assignments that the hardware allows: an axis has one loop with a factor that is at least
/// utilisation * width and at most width, or, with replication, a first loop below that and a second
/// one that bring the product there. Factors divide the loop's extent. With Factors::Ceil the last
/// one of an axis may also be the least that takes as few rounds as the axis allows,
/// ceil(extent / ceil(extent / room)); with Factors::All all may be any number. Axes have different loops, and use at
/// least `utilisation` of the array together. Where the axes are equally long, they are alike: of
/// two assignments that differ by an exchange of axes, one is listed. Those that `accepts` refuses
/// are left out.
std::vector<SpatialChoice>
spatial_choices(const InterstellarModel &model,
                const std::function<bool(const std::vector<Axis> &)> &accepts = {},
                Factors factors = Factors::Divide);

/// Why there is none.
std::string no_spatial_choice(const Hardware &hardware);

/// Why an assignment that is given does not fit into the array; empty where it does.
std::string too_many_lanes(const std::vector<Axis> &axes, const Hardware &hardware);

/// The one assignment that is given; it must fit into the array.
std::vector<SpatialChoice> given_spatial(const InterstellarModel &model,
                                         const std::vector<Axis> &axes);

} // namespace Orrery::optimizer
