#include "hwgen/optimizer/hardware_search.h"

#include "hwgen/optimizer/hardware_space.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

namespace Orrery::optimizer {

namespace {

using Clock = std::chrono::steady_clock;
using Part = HardwareSpace::Part;

/// The least of several values; empty: there was none.
struct Least {
    std::optional<ObjectiveValue> value;

    void add(const std::optional<ObjectiveValue> &other) {
        if (other && (!value || *other < *value)) {
            value = other;
        }
    }
};

} // namespace

class HardwareSearch::Implementation {
public:
    Implementation(const InterstellarModel &model, const Constraints &constraints,
                   Objective objective)
        : space_(model, constraints), objective_(objective),
          choices_(constraints.axes ? given_spatial(model, *constraints.axes)
                                    : spatial_choices(model, constraints.accepts)) {
        for (size_t c = 0; c < choices_.size(); c++) {
            const HardwareSpace::Lanes lanes = space_.lanes(choices_[c].factors);
            const ObjectiveValue bound = value(space_.bound(lanes, space_.whole()));
            starts_.push_back({bound, bound, false, c, lanes});
        }
        sort_starts();
    }

    std::optional<ObjectiveValue> least_bound() const {
        return starts_.empty() ? std::nullopt : std::optional(starts_[0].bound);
    }

    HardwareSearchResult run(const LayerShape &shape, const SearchOptions &options,
                             const SearchLimits &limits) {
        begin(shape, options, limits);
        std::vector<std::thread> threads;
        for (int t = 1; t < options_.threads; t++) {
            threads.emplace_back([this] { work(); });
        }
        work();
        for (std::thread &thread : threads) {
            thread.join();
        }
        HardwareSearchResult result;
        result.spatial_choices = int64_t(choices_.size());
        result.evaluated = evaluated_;
        result.optimal = !stopped_;
        result.limited = limited_;
        result.bound = unfinished_.value.value_or(ObjectiveValue());
        if (best_.empty()) {
            result.why_none = choices_.empty() ? no_spatial_choice(space_.hardware())
                              : stopped_       ? "time was over before a mapping was found"
                                               : "no tiles fit into the memories, with factors "
                                                 "that divide and what is fixed (a copy that is "
                                                 "filled more than once has two slots)";
            return result;
        }
        result.value = best_.front().value;
        result.bound = std::min(result.value, unfinished_.value.value_or(result.value));
        for (const Best &one : best_) {
            result.best.push_back(mapped(one));
        }
        result.mapped = result.best.front();
        return result;
    }

private:
    /// Spatial loops.
    struct Start {
        ObjectiveValue bound; ///< of its mappings, for energy and cycles each
        ObjectiveValue
            least;   ///< none of its mappings that are not covered is below: searches raise it
        bool closed; ///< all its mappings are covered
        size_t choice;
        HardwareSpace::Lanes lanes;
    };
    struct Best {
        ObjectiveValue value;
        size_t choice;
        std::vector<HardwareSpace::Step> path; ///< from the last level inwards

        bool operator<(const Best &other) const {
            return value == other.value
                       ? std::tie(choice, path) < std::tie(other.choice, other.path)
                       : value < other.value;
        }
    };
    struct Child {
        ObjectiveValue bound;
        Part part;
        HardwareSpace::Step step;
    };

    HardwareSpace space_;
    LayerShape shape_;
    Objective objective_;
    SearchOptions options_;
    SearchLimits limits_;
    std::vector<SpatialChoice> choices_;
    std::vector<Start> starts_;
    Clock::time_point begin_, shown_;

    std::atomic<size_t> next_{0};
    std::atomic<int64_t> evaluated_{0};
    std::atomic<bool> stopped_{false}, limited_{false};
    std::mutex mutex_;       ///< of what follows
    std::vector<Best> best_; ///< the best first, and no two with the same nest
    Least unfinished_;       ///< of what time was over for

    void begin(const LayerShape &shape, const SearchOptions &options, const SearchLimits &limits) {
        shape_ = shape;
        options_ = options;
        limits_ = limits;
        begin_ = shown_ = Clock::now();
        next_ = 0;
        evaluated_ = 0;
        stopped_ = limited_ = false;
        best_.clear();
        unfinished_ = {};
        sort_starts();
    }

    void sort_starts() {
        std::sort(starts_.begin(), starts_.end(), [](const Start &a, const Start &b) {
            return a.least == b.least ? a.choice < b.choice : a.least < b.least;
        });
    }

    ObjectiveValue value(const HardwareSpace::Amount &amount) const {
        return value_of(objective_, amount.energy, amount.cycles);
    }

    MappedLayer mapped(const Best &one) const {
        const SpatialChoice &choice = choices_[one.choice];
        return space_.mapped(shape_, choice.factors, choice.axes.front(), one.path);
    }

    bool full() const { return int(best_.size()) == options_.keep; }

    /// What is above it cannot be a result.
    std::optional<ObjectiveValue> most() {
        Least least{limits_.most};
        const std::lock_guard<std::mutex> lock(mutex_);
        if (options_.prune && full()) {
            least.add(best_.back().value);
        }
        return least.value;
    }

    bool is_above(const std::optional<ObjectiveValue> &most, const ObjectiveValue &bound) {
        limited_ = limited_ || (limits_.most && *limits_.most < bound);
        return most && *most < bound;
    }

    /// All mappings with this bound are covered.
    bool covered(const ObjectiveValue &bound) {
        const bool is =
            limits_.covered && limits_.covered->covers(int64_t(bound.first), int64_t(bound.second));
        limited_ = limited_ || is;
        return is;
    }

    void work() {
        for (size_t i = next_++; i < starts_.size(); i = next_++) {
            Start &start = starts_[i];
            start.closed = start.closed || covered(start.bound);
            if (start.closed || is_above(most(), start.least)) {
                limited_ = limited_ || start.closed;
                continue;
            }
            std::vector<HardwareSpace::Step> path;
            Least open;
            if (!stopped_) {
                open = descend(start, space_.whole(), path);
            }
            const std::lock_guard<std::mutex> lock(mutex_);
            if (stopped_) { // this one was not finished, or not begun
                unfinished_.add(start.least);
            } else {
                start.closed = !open.value;
                start.least = std::max(start.least, open.value.value_or(start.least));
            }
            report(i);
        }
    }

    /// With the lock held.
    void report(size_t done) {
        if (options_.progress && !best_.empty() &&
            Clock::now() - shown_ > std::chrono::milliseconds(200)) {
            shown_ = Clock::now();
            options_.progress({int64_t(done) + 1, int64_t(starts_.size()), 0, 0});
        }
    }

    /// Gives the least value that a mapping of the part can have, of those that are not covered.
    Least descend(const Start &start, const Part &part, std::vector<HardwareSpace::Step> &path) {
        std::vector<Child> children;
        Least open;
        const std::optional<ObjectiveValue> before = most();
        space_.each_child(start.lanes, part, [&](const Part &inner, HardwareSpace::Step step) {
            const ObjectiveValue bound = value(space_.bound(start.lanes, inner));
            if (covered(bound)) {
                return;
            }
            if (is_above(before, bound)) {
                open.add(bound);
            } else {
                children.push_back({bound, inner, step});
            }
        });
        if (options_.seconds > 0 &&
            std::chrono::duration<double>(Clock::now() - begin_).count() > options_.seconds) {
            stopped_ = true;
        }
        std::sort(children.begin(), children.end(), [](const Child &a, const Child &b) {
            return a.bound == b.bound ? a.step < b.step : a.bound < b.bound;
        });
        for (const Child &child : children) {
            if (stopped_ || is_above(most(), child.bound)) {
                open.add(child.bound);
                break;
            }
            path.push_back(child.step);
            if (child.part.level == 0) {
                evaluated_++;
                open.add(child.bound);
                take({child.bound, start.choice, path});
            } else {
                open.add(descend(start, child.part, path).value);
            }
            path.pop_back();
        }
        return open;
    }

    void take(const Best &found) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (full() && !(found < best_.back())) {
            return;
        }
        const auto same = options_.keep == 1
                              ? best_.end()
                              : std::find_if(best_.begin(), best_.end(), [&](const Best &other) {
                                    return other.choice == found.choice &&
                                           other.value == found.value &&
                                           same_nest(mapped(other), mapped(found));
                                });
        if (same != best_.end()) {
            if (!(found < *same)) {
                return;
            }
            best_.erase(same);
        }
        best_.insert(std::upper_bound(best_.begin(), best_.end(), found), found);
        if (int(best_.size()) > options_.keep) {
            best_.pop_back();
        }
    }

    /// Orders that differ in loops of one iteration alone are the same.
    static bool same_nest(const MappedLayer &a, const MappedLayer &b) {
        const std::vector<NestLoop> left = nest_of(a), right = nest_of(b);
        return a.mapping.bypassed == b.mapping.bypassed &&
               std::equal(left.begin(), left.end(), right.begin(), right.end(),
                          [](const NestLoop &x, const NestLoop &y) {
                              return x.level == y.level && x.loop == y.loop && x.factor == y.factor;
                          });
    }
};

ObjectiveValue value_of(Objective objective, int64_t energy, int64_t cycles) {
    switch (objective) {
    case Objective::Energy:
        return {energy, cycles};
    case Objective::Cycles:
        return {cycles, energy};
    case Objective::EnergyDelay:
        break;
    }
    return {Product(energy) * cycles, energy};
}

const std::map<std::string, Objective> &objectives() {
    static const std::map<std::string, Objective> all = {{"energy", Objective::Energy},
                                                         {"cycles", Objective::Cycles},
                                                         {"edp", Objective::EnergyDelay}};
    return all;
}

HardwareSearch::HardwareSearch(const InterstellarModel &model, const LayerShape &shape,
                               const Constraints &constraints, Objective objective)
    : shape_(shape), objective_(objective) {
    check_range(model.problem(), model.hardware());
    implementation_ = std::make_unique<Implementation>(model, constraints, objective);
}

HardwareSearch::HardwareSearch(HardwareSearch &&) noexcept = default;
HardwareSearch &HardwareSearch::operator=(HardwareSearch &&) noexcept = default;
HardwareSearch::~HardwareSearch() = default;

std::optional<ObjectiveValue> HardwareSearch::least_possible() const {
    return implementation_->least_bound();
}

HardwareSearchResult HardwareSearch::run(const SearchOptions &options, const SearchLimits &limits) {
    ORRERY_CHECK(!limits.covered || objective_ == Objective::Energy, "a front without energies");
    ORRERY_CHECK(options.keep >= 1, "a search for {} mappings", options.keep);
    return implementation_->run(shape_, options, limits);
}

HardwareSearchResult search_hardware(const InterstellarModel &model, const LayerShape &shape,
                                     const Constraints &constraints, Objective objective,
                                     const SearchOptions &options) {
    return HardwareSearch(model, shape, constraints, objective).run(options, {});
}

} // namespace Orrery::optimizer
