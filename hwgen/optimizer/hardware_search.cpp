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
          choices_(constraints.axes
                       ? given_spatial(model, *constraints.axes)
                       : spatial_choices(model, constraints.accepts, constraints.factors)) {
        for (size_t c = 0; c < choices_.size(); c++) {
            const HardwareSpace::Lanes lanes = space_.lanes(choices_[c].factors);
            const ObjectiveValue bound = value(space_.bound(lanes, space_.whole(lanes)));
            starts_.push_back({bound, bound, false, c, lanes});
        }
        sort_starts();
        if (constraints.factors != Factors::Divide) {
            fewer_constraints_ = std::make_unique<Constraints>(constraints);
            fewer_constraints_->factors =
                constraints.factors == Factors::All ? Factors::Ceil : Factors::Divide;
            fewer_ = std::make_unique<Implementation>(model, *fewer_constraints_, objective);
        }
    }

    std::optional<ObjectiveValue> least_bound() const {
        return starts_.empty() ? std::nullopt : std::optional(starts_[0].bound);
    }

    HardwareSearchResult run(const SearchOptions &options, const SearchLimits &limits) {
        begin(options, limits);
        begin_with_fewer();
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
                                               : "no tiles fit into the memories, with what is "
                                                 "fixed (a copy that is filled more than once has "
                                                 "two slots)";
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
    /// A tile that was chosen, and the bound of all mappings with it: nodes are visited in this
    /// order.
    struct Node {
        ObjectiveValue bound;
        HardwareSpace::Step step;

        bool operator<(const Node &other) const {
            return bound == other.bound ? step < other.step : bound < other.bound;
        }
    };
    using Path = std::vector<Node>; ///< from the last level inwards

    static int ragged(const Path &path) {
        int loops = 0;
        for (const Node &node : path) {
            loops += node.step.ragged;
        }
        return loops;
    }

    /// Of equal mappings, the one with the fewest ragged tiles is the best, then the first one.
    struct Best {
        ObjectiveValue value;
        size_t choice;
        Path path;

        bool operator<(const Best &other) const {
            if (!(value == other.value)) {
                return value < other.value;
            }
            const int own = ragged(path), others = ragged(other.path);
            return std::tie(own, choice, path) < std::tie(others, other.choice, other.path);
        }
        /// Whether all mappings are worse than this one that have this bound, at least so many
        /// ragged tiles, these spatial loops, and these tiles first.
        bool beats(const ObjectiveValue &bound, int least_ragged, size_t other_choice,
                   const Path &prefix) const {
            if (!(bound == value)) {
                return value < bound;
            }
            const int own = ragged(path);
            if (least_ragged != own || other_choice != choice) {
                return std::tie(own, choice) < std::tie(least_ragged, other_choice);
            }
            return std::lexicographical_compare(path.begin(), path.begin() + int(prefix.size()),
                                                prefix.begin(), prefix.end());
        }
    };
    struct Child {
        Node node;
        Part part;
    };

    HardwareSpace space_;
    /// The search among fewer tiles, which is short, and whose results are the first ones to beat.
    /// Empty: tiles divide.
    std::unique_ptr<Implementation> fewer_;
    std::unique_ptr<Constraints> fewer_constraints_;
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

    void begin(const SearchOptions &options, const SearchLimits &limits) {
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

    void begin_with_fewer() {
        if (!fewer_ || !options_.prune) {
            return;
        }
        fewer_->run(options_, limits_);
        evaluated_ += fewer_->evaluated_;
        for (const Best &found : fewer_->best_) {
            take({found.value, choice_of(fewer_->choices_[found.choice]), found.path});
        }
    }

    /// The same loops in the array, among the choices of this search.
    size_t choice_of(const SpatialChoice &choice) const {
        const auto found =
            std::find_if(choices_.begin(), choices_.end(), [&](const SpatialChoice &other) {
                return other.factors == choice.factors;
            });
        ORRERY_CHECK(found != choices_.end(), "a choice of spatial loops is lost");
        return size_t(found - choices_.begin());
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
        std::vector<HardwareSpace::Step> steps;
        for (const Node &node : one.path) {
            steps.push_back(node.step);
        }
        return space_.mapped(choice.factors, choice.axes.front(), steps);
    }

    bool full() const { return int(best_.size()) == options_.keep; }

    /// What it beats cannot be a result.
    std::optional<Best> worst_kept() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return options_.prune && full() ? std::optional(best_.back()) : std::nullopt;
    }

    /// No mapping with this bound is asked for.
    bool is_above_limit(const ObjectiveValue &bound) {
        const bool above = limits_.most && *limits_.most < bound;
        limited_ = limited_ || above;
        return above;
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
            if (start.closed || is_above_limit(start.least) || is_beaten(start)) {
                limited_ = limited_ || start.closed;
                continue;
            }
            Path path;
            Least open;
            if (!stopped_) {
                open = descend(start, space_.whole(start.lanes), path);
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

    bool is_beaten(const Start &start) {
        const std::optional<Best> kept = worst_kept();
        return kept && kept->beats(start.least, 0, start.choice, {});
    }

    /// Gives the least value that a mapping of the part can have, of those that are not covered.
    Least descend(const Start &start, const Part &part, Path &path) {
        std::vector<Child> children;
        Least open;
        const std::optional<Best> kept = worst_kept();
        const int ragged_so_far = ragged(path);
        const auto excluded = [&](const HardwareSpace::Amount &amount, int more_ragged) {
            const ObjectiveValue bound = value(amount);
            if (covered(bound)) {
                return true;
            }
            if (is_above_limit(bound) ||
                (kept && kept->beats(bound, ragged_so_far + more_ragged, start.choice, path))) {
                open.add(bound);
                return true;
            }
            return false;
        };
        space_.each_child(start.lanes, part, excluded,
                          [&](const Part &inner, const HardwareSpace::Step &step) {
                              const HardwareSpace::Amount amount = space_.bound(start.lanes, inner);
                              if (!excluded(amount, step.ragged)) {
                                  children.push_back({{value(amount), step}, inner});
                              }
                          });
        if (options_.seconds > 0 &&
            std::chrono::duration<double>(Clock::now() - begin_).count() > options_.seconds) {
            stopped_ = true;
        }
        std::sort(children.begin(), children.end(),
                  [](const Child &a, const Child &b) { return a.node < b.node; });
        for (const Child &child : children) {
            path.push_back(child.node);
            open.add(visit(start, child, path));
            path.pop_back();
        }
        return open;
    }

    /// The same of a child, whose path this is.
    std::optional<ObjectiveValue> visit(const Start &start, const Child &child, Path &path) {
        const ObjectiveValue &bound = child.node.bound;
        const std::optional<Best> kept = worst_kept();
        if (stopped_ || is_above_limit(bound) ||
            (kept && kept->beats(bound, ragged(path), start.choice, path))) {
            return bound;
        }
        if (child.part.level > 0) {
            return descend(start, child.part, path).value;
        }
        evaluated_++;
        take({bound, start.choice, path});
        return bound;
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
                              return x.level == y.level && x.loop == y.loop &&
                                     x.factor == y.factor && x.inside == y.inside;
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

HardwareSearch::HardwareSearch(const InterstellarModel &model, const Constraints &constraints,
                               Objective objective)
    : objective_(objective) {
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
    return implementation_->run(options, limits);
}

HardwareSearchResult search_hardware(const InterstellarModel &model, const Constraints &constraints,
                                     Objective objective, const SearchOptions &options) {
    return HardwareSearch(model, constraints, objective).run(options, {});
}

} // namespace Orrery::optimizer
