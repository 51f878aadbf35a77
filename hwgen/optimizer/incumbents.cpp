#include "hwgen/optimizer/incumbents.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

namespace Orrery::optimizer {

int ragged_loops(const SearchPath &path) {
    int loops = 0;
    for (const SearchNode &node : path) {
        loops += node.step.ragged;
    }
    return loops;
}

bool FoundMapping::operator<(const FoundMapping &other) const {
    if (!(value == other.value)) {
        return value < other.value;
    }
    const int own = ragged_loops(path), others = ragged_loops(other.path);
    return std::tie(own, choice, path) < std::tie(others, other.choice, other.path);
}

bool FoundMapping::beats(const ObjectiveValue &bound, int least_ragged, size_t other_choice,
                         const SearchPath &prefix) const {
    if (!(bound == value)) {
        return value < bound;
    }
    const int own = ragged_loops(path);
    if (least_ragged != own || other_choice != choice) {
        return std::tie(own, choice) < std::tie(least_ragged, other_choice);
    }
    return std::lexicographical_compare(path.begin(), path.begin() + int(prefix.size()),
                                        prefix.begin(), prefix.end());
}

namespace {

/// The worst of the best mappings, once there are enough of them.
class Worst : public Incumbents::Known {
public:
    explicit Worst(std::optional<FoundMapping> worst) : worst_(std::move(worst)) {}

    bool beat(const ObjectiveValue &bound, int least_ragged, size_t choice,
              const SearchPath &prefix) const override {
        return worst_ && worst_->beats(bound, least_ragged, choice, prefix);
    }

private:
    std::optional<FoundMapping> worst_;
};

} // namespace

BestMappings::BestMappings(size_t most, bool prune, SameNest same_nest)
    : most_(most), prune_(prune), same_nest_(std::move(same_nest)),
      known_(std::make_shared<Worst>(std::nullopt)) {}

std::shared_ptr<const Incumbents::Known> BestMappings::known() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return known_;
}

void BestMappings::take(const FoundMapping &found) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (best_.size() == most_ && !(found < best_.back())) {
        return;
    }
    const auto same =
        most_ == 1 ? best_.end()
                   : std::find_if(best_.begin(), best_.end(), [&](const FoundMapping &other) {
                         return other.choice == found.choice && other.value == found.value &&
                                same_nest_(other, found);
                     });
    if (same != best_.end()) {
        if (!(found < *same)) {
            return;
        }
        best_.erase(same);
    }
    best_.insert(std::upper_bound(best_.begin(), best_.end(), found), found);
    if (best_.size() > most_) {
        best_.pop_back();
    }
    if (prune_ && best_.size() == most_) {
        known_ = std::make_shared<Worst>(best_.back());
    }
}

std::vector<FoundMapping> BestMappings::all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return best_;
}

/// By energy: fewer cycles where that is greater.
class FrontMappings::Front : public Incumbents::Known {
public:
    std::map<Product, FoundMapping> points;

    bool beat(const ObjectiveValue &bound, int least_ragged, size_t choice,
              const SearchPath &prefix) const override {
        const auto above = points.upper_bound(bound.first);
        if (above == points.begin()) {
            return false;
        }
        const FoundMapping &point = std::prev(above)->second;
        return point.value == bound ? point.beats(bound, least_ragged, choice, prefix)
                                    : point.value.second <= bound.second;
    }

    /// A point is as good in both, or a better mapping of the same.
    bool covers(const FoundMapping &found) const {
        const auto above = points.upper_bound(found.value.first);
        if (above == points.begin()) {
            return false;
        }
        const FoundMapping &point = std::prev(above)->second;
        return point.value == found.value ? !(found < point)
                                          : point.value.second <= found.value.second;
    }
};

FrontMappings::FrontMappings() : front_(std::make_shared<Front>()) {}

std::shared_ptr<const Incumbents::Known> FrontMappings::known() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return front_;
}

void FrontMappings::take(const FoundMapping &found) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (front_->covers(found)) {
        return;
    }
    const auto changed = std::make_shared<Front>(*front_);
    auto next = changed->points.lower_bound(found.value.first);
    while (next != changed->points.end() && next->second.value.second >= found.value.second) {
        next = changed->points.erase(next);
    }
    changed->points.emplace(found.value.first, found);
    front_ = changed;
}

std::vector<FoundMapping> FrontMappings::all() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<FoundMapping> found;
    for (const auto &[energy, point] : front_->points) {
        found.push_back(point);
    }
    return found;
}

} // namespace Orrery::optimizer
