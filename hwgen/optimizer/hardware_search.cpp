#include "hwgen/optimizer/hardware_search.h"

#include "hwgen/optimizer/hardware_space.h"
#include "hwgen/optimizer/incumbents.h"
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
            const Lanes lanes = space_.lanes(choices_[c].factors);
            const ObjectiveValue bound = value(space_.bound(lanes, space_.whole(lanes)));
            starts_.push_back({bound, c, lanes});
        }
        std::sort(starts_.begin(), starts_.end(), [](const Start &a, const Start &b) {
            return a.bound == b.bound ? a.choice < b.choice : a.bound < b.bound;
        });
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

    HardwareSearchResult run(const SearchOptions &options,
                             const std::optional<ObjectiveValue> &most) {
        search(options, most, nullptr);
        HardwareSearchResult result;
        result.spatial_choices = int64_t(choices_.size());
        result.evaluated = evaluated_;
        result.optimal = !stopped_;
        result.limited = limited_;
        result.bound = unfinished_.value_or(ObjectiveValue());
        const std::vector<FoundMapping> best = incumbents_->all();
        if (best.empty()) {
            result.why_none = why_none();
            return result;
        }
        result.value = best.front().value;
        result.bound = std::min(result.value, unfinished_.value_or(result.value));
        for (const FoundMapping &one : best) {
            result.best.push_back(mapped(one));
        }
        result.mapped = result.best.front();
        return result;
    }

    HardwareFront run_front(const SearchOptions &options, const Staircase &covered) {
        search(options, std::nullopt, &covered);
        HardwareFront front;
        front.evaluated = evaluated_;
        front.limited = limited_;
        if (stopped_) {
            front.open_energy = int64_t(unfinished_.value().first);
        }
        for (const FoundMapping &one : incumbents_->all()) {
            if (!front.open_energy || int64_t(one.value.first) < *front.open_energy) {
                front.mappings.push_back(mapped(one));
            }
        }
        front.why_none = front.mappings.empty() ? why_none() : "";
        return front;
    }

private:
    /// Spatial loops, and the bound of all mappings with them.
    struct Start {
        ObjectiveValue bound;
        size_t choice;
        Lanes lanes;
    };
    struct Child {
        SearchNode node;
        MappingPart part;
    };
    using Known = Incumbents::Known;

    HardwareSpace space_;
    /// The search among fewer tiles, which is short, and whose results are the first ones to beat.
    /// Empty: tiles divide.
    std::unique_ptr<Implementation> fewer_;
    std::unique_ptr<Constraints> fewer_constraints_;
    Objective objective_;
    SearchOptions options_;
    std::optional<ObjectiveValue> most_; ///< of interest
    const Staircase *covered_ = nullptr; ///< what is of no interest; null: the best are searched
    std::unique_ptr<Incumbents> incumbents_;
    std::vector<SpatialChoice> choices_;
    std::vector<Start> starts_;
    Clock::time_point begin_, shown_;

    std::atomic<size_t> next_{0};
    std::atomic<int64_t> evaluated_{0};
    std::atomic<bool> stopped_{false}, limited_{false};
    std::mutex mutex_;                         ///< of what follows
    std::optional<ObjectiveValue> unfinished_; ///< least bound of what time was over for

    std::string why_none() const {
        return choices_.empty() ? no_spatial_choice(space_.hardware())
               : stopped_       ? "time was over before a mapping was found"
                                : "no tiles fit into the memories, with what is fixed (a copy that "
                                  "is filled more than once has two slots)";
    }

    /// `covered` is null where the best mappings are searched, and not a front.
    void search(const SearchOptions &options, const std::optional<ObjectiveValue> &most,
                const Staircase *covered) {
        most_ = most;
        covered_ = covered;
        begin(options);
        begin_with_fewer();
        std::vector<std::thread> threads;
        for (int t = 1; t < options_.threads; t++) {
            threads.emplace_back([this] { work(); });
        }
        work();
        for (std::thread &thread : threads) {
            thread.join();
        }
    }

    void begin(const SearchOptions &options) {
        options_ = options;
        begin_ = shown_ = Clock::now();
        next_ = 0;
        evaluated_ = 0;
        stopped_ = limited_ = false;
        unfinished_.reset();
        if (covered_) {
            incumbents_ = std::make_unique<FrontMappings>();
        } else {
            incumbents_ = std::make_unique<BestMappings>(
                size_t(options.keep), options.prune,
                [this](const FoundMapping &a, const FoundMapping &b) {
                    return same_nest(mapped(a), mapped(b));
                });
        }
    }

    void begin_with_fewer() {
        if (!fewer_ || !options_.prune) {
            return;
        }
        fewer_->search(options_, most_, covered_);
        evaluated_ += fewer_->evaluated_;
        for (const FoundMapping &found : fewer_->incumbents_->all()) {
            incumbents_->take({found.value, choice_of(fewer_->choices_[found.choice]), found.path});
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

    ObjectiveValue value(const Amount &amount) const {
        return value_of(objective_, amount.energy, amount.cycles);
    }

    MappedLayer mapped(const FoundMapping &one) const {
        const SpatialChoice &choice = choices_[one.choice];
        std::vector<HardwareSpace::Step> steps;
        for (const SearchNode &node : one.path) {
            steps.push_back(node.step);
        }
        return space_.mapped(choice.factors, choice.axes.front(), steps);
    }

    /// No mapping with this bound is asked for.
    bool is_of_no_interest(const ObjectiveValue &bound) {
        const bool is = (most_ && *most_ < bound) ||
                        (covered_ && covered_->covers(int64_t(bound.first), int64_t(bound.second)));
        if (is) {
            limited_ = true;
        }
        return is;
    }

    void work() {
        for (size_t i = next_++; i < starts_.size(); i = next_++) {
            const Start &start = starts_[i];
            if (is_of_no_interest(start.bound) ||
                incumbents_->known()->beat(start.bound, 0, start.choice, {})) {
                continue;
            }
            if (!stopped_) {
                SearchPath path;
                descend(start, space_.whole(start.lanes), path);
            }
            const std::lock_guard<std::mutex> lock(mutex_);
            if (stopped_) { // this one was not finished, or not begun
                unfinished_ = std::min(start.bound, unfinished_.value_or(start.bound));
            }
            report(i);
        }
    }

    /// With the lock held.
    void report(size_t done) {
        if (options_.progress && Clock::now() - shown_ > std::chrono::milliseconds(200)) {
            shown_ = Clock::now();
            options_.progress({int64_t(done) + 1, int64_t(starts_.size()), 0, 0});
        }
    }

    void descend(const Start &start, const MappingPart &part, SearchPath &path) {
        std::vector<Child> children;
        const std::shared_ptr<const Known> known = incumbents_->known();
        const int ragged_so_far = ragged_loops(path);
        const auto excluded = [&](const Amount &amount, int more_ragged) {
            const ObjectiveValue bound = value(amount);
            return is_of_no_interest(bound) ||
                   known->beat(bound, ragged_so_far + more_ragged, start.choice, path);
        };
        space_.each_child(start.lanes, part, excluded,
                          [&](const MappingPart &inner, const HardwareSpace::Step &step) {
                              const Amount amount = space_.bound(start.lanes, inner);
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
            visit(start, child, path);
            path.pop_back();
        }
    }

    void visit(const Start &start, const Child &child, SearchPath &path) {
        const ObjectiveValue &bound = child.node.bound;
        if (stopped_ || incumbents_->known()->beat(bound, ragged_loops(path), start.choice, path)) {
            return;
        }
        if (child.part.level > 0) {
            descend(start, child.part, path);
            return;
        }
        evaluated_++;
        incumbents_->take({bound, start.choice, path});
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

HardwareSearchResult HardwareSearch::run(const SearchOptions &options,
                                         const std::optional<ObjectiveValue> &most) {
    ORRERY_CHECK(options.keep >= 1, "a search for {} mappings", options.keep);
    return implementation_->run(options, most);
}

HardwareFront HardwareSearch::run_front(const SearchOptions &options, const Staircase &covered) {
    ORRERY_CHECK(objective_ == Objective::Energy, "a front without energies");
    return implementation_->run_front(options, covered);
}

HardwareSearchResult search_hardware(const InterstellarModel &model, const Constraints &constraints,
                                     Objective objective, const SearchOptions &options) {
    return HardwareSearch(model, constraints, objective).run(options);
}

} // namespace Orrery::optimizer
