#include "hwgen/optimizer/front_search.h"

#include "hwgen/optimizer/resource_search.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <memory>

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
    /// A hardware, and its mapping of least energy that is not covered.
    struct Candidate {
        size_t hardware;
        std::unique_ptr<InterstellarModel> model;
        HardwareSearch space;
        std::optional<HardwareSearchResult> found; ///< empty: to be searched

        const ObjectiveValue &value() const { return found->value; }
    };

    const Problem &problem_;
    const Resources &resources_;
    const Constraints &constraints_;
    const SearchOptions &options_;
    Deadline deadline_;
    Staircase points_;
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
        std::vector<Candidate> candidates;
        for (const size_t number : numbers) {
            const Hardware &hardware = resources_.hardware[number];
            const std::string refused =
                constraints_.axes ? too_many_lanes(*constraints_.axes, hardware) : "";
            if (refused.empty()) {
                auto model = std::make_unique<InterstellarModel>(problem_, hardware);
                HardwareSearch space(*model, constraints_, Objective::Energy);
                candidates.push_back({number, std::move(model), std::move(space), {}});
            } else {
                leave_out(refused);
            }
        }
        for (bool first = true;; first = false) {
            for (Candidate &candidate : candidates) {
                if (!candidate.found && !search(candidate, first)) {
                    return false;
                }
            }
            candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                            [](const Candidate &c) { return !c.found->mapped; }),
                             candidates.end());
            if (candidates.empty()) {
                return true;
            }
            add(*std::min_element(
                candidates.begin(), candidates.end(),
                [](const Candidate &a, const Candidate &b) { return a.value() < b.value(); }));
            for (Candidate &candidate : candidates) {
                if (points_.covers(int64_t(candidate.value().first),
                                   int64_t(candidate.value().second))) {
                    candidate.found.reset();
                }
            }
        }
    }

    bool search(Candidate &candidate, bool first) {
        if (deadline_.over()) {
            return false;
        }
        SearchLimits limits;
        limits.covered = &points_;
        candidate.found = candidate.space.run(deadline_.limit(options_), limits);
        result_.searches++;
        result_.evaluated += candidate.found->evaluated;
        if (!candidate.found->optimal) {
            return false;
        }
        if (first && !candidate.found->mapped && !candidate.found->limited) {
            leave_out(candidate.found->why_none);
        }
        return true;
    }

    void add(Candidate &candidate) {
        FrontPoint point;
        point.hardware = candidate.hardware;
        point.mapped = std::move(*candidate.found->mapped);
        point.energy = int64_t(candidate.value().first);
        point.cycles = int64_t(candidate.value().second);
        point.area = area(candidate.hardware);
        points_.add(point.energy, point.cycles);
        result_.points.push_back(std::move(point));
    }
};

} // namespace

FrontResult search_front(const Problem &problem, const Resources &resources,
                         const Constraints &constraints, const SearchOptions &options) {
    return FrontSearch(problem, resources, constraints, options).run();
}

} // namespace Orrery::optimizer
