#include "hwgen/optimizer/front_search.h"

#include "hwgen/optimizer/resource_search.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <tuple>

namespace Orrery::optimizer {

namespace {

class FrontSearch {
public:
    FrontSearch(const Problem &problem, const Resources &resources, const Constraints &constraints,
                const SearchOptions &options)
        : problem_(problem), resources_(resources), constraints_(constraints), options_(options),
          deadline_(options.seconds) {}

    FrontResult run() {
        // By area; hardware of the same area together.
        std::map<int64_t, std::vector<size_t>> groups;
        for (size_t i = 0; i < resources_.hardware.size(); i++) {
            groups[area(i).value_or(0)].push_back(i);
        }
        for (const auto &[size, numbers] : groups) {
            if (!search_group(numbers)) {
                result_.open_area = size;
                return std::move(result_);
            }
        }
        result_.complete = true;
        return std::move(result_);
    }

private:
    const Problem &problem_;
    const Resources &resources_;
    const Constraints &constraints_;
    const SearchOptions &options_;
    Deadline deadline_;
    Staircase covered_; ///< by what was found on the hardware so far
    FrontResult result_;

    std::optional<int64_t> area(size_t number) const {
        std::string unknown;
        const auto known = hardware_area(resources_.hardware[number], &unknown);
        if (!known && resources_.hardware.size() > 1) {
            user_error("{}: {} is missing: a front over several hardware compares their areas",
                       resources_.name, unknown);
        }
        return known;
    }

    void leave_out(const std::string &why) {
        result_.unmappable++;
        result_.why_none = result_.why_none.empty() ? why : result_.why_none;
    }

    /// The points of hardware of one area. False: time was over.
    bool search_group(const std::vector<size_t> &numbers) {
        std::vector<FrontPoint> points;
        std::optional<int64_t> open_energy; // points of less energy are proved
        for (const size_t number : numbers) {
            const std::optional<int64_t> open = search(number, points);
            if (open) {
                open_energy = open_energy ? std::min(*open_energy, *open) : *open;
            }
        }
        std::sort(points.begin(), points.end(), [](const FrontPoint &a, const FrontPoint &b) {
            return std::tie(a.energy, a.cycles) < std::tie(b.energy, b.cycles);
        });
        std::optional<int64_t> fewest_cycles; // of the points with less energy
        for (FrontPoint &point : points) {
            if ((open_energy && point.energy >= *open_energy) ||
                (fewest_cycles && point.cycles >= *fewest_cycles)) {
                continue; // not proved; or one of other hardware covers it
            }
            fewest_cycles = point.cycles;
            result_.points.push_back(std::move(point));
        }
        return !open_energy;
    }

    /// Adds the front of one hardware, as far as nothing that was found before covers it. Gives the
    /// least energy of what there was no time for.
    std::optional<int64_t> search(size_t number, std::vector<FrontPoint> &points) {
        const Hardware &hardware = resources_.hardware[number];
        const std::string refused =
            constraints_.axes ? too_many_lanes(*constraints_.axes, hardware) : "";
        if (!refused.empty()) {
            leave_out(refused);
            return std::nullopt;
        }
        const InterstellarModel model(problem_, hardware);
        HardwareSearch space(model, constraints_, Objective::Energy);
        if (deadline_.over()) {
            const std::optional<ObjectiveValue> least = space.least_possible();
            return least ? std::optional(int64_t(least->first)) : std::nullopt;
        }
        HardwareFront front = space.run_front(deadline_.limit(options_), covered_);
        result_.searches++;
        result_.evaluated += front.evaluated;
        if (front.mappings.empty() && !front.open_energy && !front.limited) {
            leave_out(front.why_none);
        }
        for (MappedLayer &mapped : front.mappings) {
            const HardwareCost cost = hardware_cost(mapped, hardware);
            covered_.add(cost.total_energy, cost.cycles);
            points.push_back(
                {number, std::move(mapped), cost.total_energy, cost.cycles, area(number), {}});
        }
        return front.open_energy;
    }
};

} // namespace

FrontResult search_front(const Problem &problem, const Resources &resources,
                         const Constraints &constraints, const SearchOptions &options) {
    return FrontSearch(problem, resources, constraints, options).run();
}

} // namespace Orrery::optimizer
