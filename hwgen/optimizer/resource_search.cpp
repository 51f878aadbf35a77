#include "hwgen/optimizer/resource_search.h"

#include "hwgen/optimizer/spatial.h"

#include <algorithm>
#include <tuple>

namespace Orrery::optimizer {

double Deadline::left() const {
    return seconds_ -
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

SearchOptions Deadline::limit(SearchOptions options) const {
    constexpr double least = 1e-9; // 0 would be no limit
    options.seconds = seconds_ > 0 ? std::max(least, left()) : 0;
    return options;
}

namespace {

class ResourceSearch {
public:
    ResourceSearch(const Problem &problem, const Resources &resources,
                   const Constraints &constraints, Objective objective,
                   const SearchOptions &options)
        : problem_(problem), resources_(resources), constraints_(constraints),
          objective_(objective), options_(options), deadline_(options.seconds) {
        for (const Hardware &hardware : resources.hardware) {
            const std::optional<int64_t> area = hardware_area(hardware);
            areas_known_ = areas_known_ && area;
            areas_.push_back(area.value_or(0));
        }
    }

    ResourceSearchResult run() {
        std::vector<Candidate> candidates;
        for (size_t i = 0; i < resources_.hardware.size(); i++) {
            const Hardware &hardware = resources_.hardware[i];
            const std::string refused =
                constraints_.axes ? too_many_lanes(*constraints_.axes, hardware) : "";
            if (!refused.empty()) {
                leave_out(refused);
                continue;
            }
            const InterstellarModel model(problem_, hardware);
            const std::optional<ObjectiveValue> bound =
                HardwareSearch(model, constraints_, objective_).least_possible();
            if (bound) {
                candidates.push_back({*bound, i});
            } else {
                leave_out(no_spatial_choice(hardware));
            }
        }
        std::sort(candidates.begin(), candidates.end(), [](const Candidate &a, const Candidate &b) {
            return a.bound == b.bound ? a.hardware < b.hardware : a.bound < b.bound;
        });
        result_.optimal = true;
        for (size_t i = 0; i < candidates.size(); i++) {
            if (full() && worst() < candidates[i].bound) {
                result_.excluded = int64_t(candidates.size() - i);
                break;
            }
            if (deadline_.over()) {
                leave_open(candidates[i].bound);
                if (!result_.chosen && result_.why_none.empty()) {
                    result_.why_none = "time was over before a mapping was found";
                }
                break;
            }
            search(candidates[i].hardware);
        }
        result_.bound = result_.best.value;
        if (open_) {
            result_.bound = result_.chosen ? std::min(*open_, result_.best.value) : *open_;
        }
        result_.others = open_;
        if (full()) {
            result_.others = open_ ? std::min(*open_, worst()) : worst();
        }
        return std::move(result_);
    }

private:
    struct Candidate {
        ObjectiveValue bound;
        size_t hardware;
    };

    const Problem &problem_;
    const Resources &resources_;
    const Constraints &constraints_;
    Objective objective_;
    const SearchOptions &options_;
    Deadline deadline_;
    std::vector<int64_t> areas_;
    bool areas_known_ = true;
    ResourceSearchResult result_;
    std::optional<ObjectiveValue> open_; ///< least bound of what was not searched to its end

    void leave_out(const std::string &why) {
        result_.unmappable++;
        result_.why_none = result_.why_none.empty() ? why : result_.why_none;
    }

    void leave_open(const ObjectiveValue &bound) {
        result_.optimal = false;
        open_ = open_ ? std::min(*open_, bound) : bound;
    }

    void search(size_t number) {
        const InterstellarModel model(problem_, resources_.hardware[number]);
        std::optional<ObjectiveValue> most;
        if (full() && options_.prune) {
            most = worst();
        }
        HardwareSearchResult found =
            HardwareSearch(model, constraints_, objective_).run(deadline_.limit(options_), most);
        result_.evaluated += found.evaluated;
        if (!found.optimal) {
            leave_open(found.bound);
        }
        if (!found.mapped && found.optimal && !found.limited) {
            leave_out(found.why_none);
            return;
        }
        result_.searched++;
        if (found.mapped) {
            add(found, number);
        } else if (!result_.chosen) {
            result_.why_none = found.why_none;
        }
    }

    bool full() const { return int(result_.candidates.size()) == options_.keep; }
    const ObjectiveValue &worst() const { return result_.candidates.back().value; }

    void add(HardwareSearchResult &found, size_t number) {
        const Hardware &hardware = resources_.hardware[number];
        for (const MappedLayer &mapped : found.best) {
            const HardwareCost cost = hardware_cost(mapped, hardware);
            const HardwareMapping one{number, mapped,
                                      value_of(objective_, cost.total_energy, cost.cycles)};
            const auto place = std::upper_bound(
                result_.candidates.begin(), result_.candidates.end(), one,
                [this](const auto &a, const auto &b) { return comes_first(a, b); });
            result_.candidates.insert(place, one);
        }
        if (int(result_.candidates.size()) > options_.keep) {
            result_.candidates.resize(size_t(options_.keep));
        }
        if (result_.candidates.front().hardware == number) {
            result_.chosen = number;
            result_.best = std::move(found);
        }
    }

    bool comes_first(const HardwareMapping &a, const HardwareMapping &b) const {
        const auto area = [this](size_t i) { return areas_known_ ? areas_[i] : 0; };
        return a.value == b.value ? std::make_tuple(area(a.hardware), a.hardware) <
                                        std::make_tuple(area(b.hardware), b.hardware)
                                  : a.value < b.value;
    }
};

} // namespace

ResourceSearchResult search_resources(const Problem &problem, const Resources &resources,
                                      const Constraints &constraints, Objective objective,
                                      const SearchOptions &options) {
    return ResourceSearch(problem, resources, constraints, objective, options).run();
}

} // namespace Orrery::optimizer
