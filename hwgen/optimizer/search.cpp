#include "hwgen/optimizer/search.h"

#include "hwgen/optimizer/junction.h"
#include "hwgen/optimizer/search_tables.h"
#include "hwgen/optimizer/spatial.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <tuple>

namespace Orrery::optimizer {

namespace {

using Point = Lattice::Point;
using Clock = std::chrono::steady_clock;

/// A spatial choice and a tile of the array.
struct Candidate {
    int64_t bound;
    int32_t choice;
    Point tile;

    bool operator<(const Candidate &other) const {
        return std::tie(bound, choice, tile) < std::tie(other.bound, other.choice, other.tile);
    }
};

/// A complete mapping but for what the tables know.
struct Found {
    int64_t energy = no_energy;
    int32_t choice = 0;
    Point tile = 0;
    int32_t assignment = 0;
    Point tile_above = 0;
    int32_t order = 0;

    bool operator<(const Found &other) const {
        return std::tie(energy, choice, tile, assignment, tile_above, order) <
               std::tie(other.energy, other.choice, other.tile, other.assignment, other.tile_above,
                        other.order);
    }
};

class Search {
public:
    Search(const InterstellarModel &model, const Constraints &constraints,
           const SearchOptions &options)
        : model_(model), constraints_(constraints), options_(options), tables_(model, constraints),
          lattice_(tables_.lattice()), junction_(model, tables_),
          choices_(constraints.axes ? given_spatial(model, *constraints.axes)
                                    : spatial_choices(model, constraints.accepts)),
          begin_(Clock::now()) {
        for (size_t x = 0; x < model.tensors().size(); x++) {
            constant_ += model.access_energy(0, int(x), model.innermost_accesses(int(x)));
        }
        for (Point p = 0; p < lattice_.points(); p++) {
            if (tables_.inside()[p] != no_energy) {
                element_tiles_.push_back(p);
            }
        }
    }

    SearchResult run() {
        in_threads([this](Worker &worker) { collect(worker); });
        for (Worker &worker : workers_) {
            candidates_.insert(candidates_.end(), worker.candidates.begin(),
                               worker.candidates.end());
            worker.candidates = {};
        }
        std::sort(candidates_.begin(), candidates_.end());
        in_threads([this](Worker &worker) { evaluate_candidates(worker); });
        return result();
    }

private:
    struct Worker {
        std::vector<Candidate> candidates;
        Found best;
        int64_t collected = 0, evaluated = 0;
    };

    const InterstellarModel &model_;
    const Constraints &constraints_;
    const SearchOptions &options_;
    SearchTables tables_;
    const Lattice &lattice_;
    Junction junction_;
    std::vector<SpatialChoice> choices_;
    std::vector<Point> element_tiles_;
    int64_t constant_ = 0; ///< level 0, which no mapping changes
    Clock::time_point begin_;

    std::vector<Candidate> candidates_;
    std::vector<Worker> workers_;
    std::atomic<int64_t> best_{no_energy};
    std::atomic<size_t> next_{0};
    std::atomic<bool> stopped_{false};
    std::atomic<size_t> unfinished_{
        SIZE_MAX}; ///< first candidate that was left out when time was over
    std::mutex progress_;
    Clock::time_point shown_ = Clock::now();

    template <typename Work>
    void in_threads(const Work &work) {
        const size_t threads = size_t(std::max(1, options_.threads));
        workers_.resize(threads);
        next_ = 0;
        std::vector<std::thread> others;
        for (size_t t = 1; t < threads; t++) {
            others.emplace_back([&, t] { work(workers_[t]); });
        }
        work(workers_[0]);
        for (std::thread &thread : others) {
            thread.join();
        }
    }

    /// Calls visit(tile of the array, energy inside the processing elements) for all that follow
    /// the rules.
    template <typename Visit>
    void walk_tiles(const SpatialChoice &choice, const Visit &visit) const {
        if (rounds_up()) {
            for (Point tile = 0; tile < lattice_.points(); tile++) {
                if (tables_.fits_array(tile) && fits_elements(choice, tile)) {
                    visit(tile, 0);
                }
            }
            return;
        }
        for (const Point element_tile : element_tiles_) {
            const Point tile = array_tile(choice, element_tile);
            if (tile >= 0 && tables_.fits_array(tile)) {
                visit(tile, tables_.inside()[element_tile]);
            }
        }
    }

    /// Factors of spatial loops that are given need not divide the tile: the last round then leaves
    /// processing elements idle, and each has room for a full one.
    bool rounds_up() const { return constraints_.axes && model_.hardware().array.level == 0; }

    /// Extents within a processing element.
    std::vector<int64_t> element_tile(const SpatialChoice &choice, Point tile) const {
        std::vector<int64_t> extents = lattice_.tile(tile);
        for (size_t d = 0; d < extents.size(); d++) {
            extents[d] = divided_up(extents[d], choice.factors[d]);
        }
        return extents;
    }

    bool fits_elements(const SpatialChoice &choice, Point tile) const {
        const std::vector<int64_t> extents = element_tile(choice, tile);
        for (int d = 0; d < lattice_.loops(); d++) {
            const int64_t given = constraints_.given(0, d);
            if (lattice_.extent(tile, d) < choice.factors[d] ||
                (given != 0 && extents[d] != given)) {
                return false;
            }
        }
        return model_.fills(0, model_.words(extents.data()));
    }

    /// The tile of the array; -1: the factors do not divide.
    Point array_tile(const SpatialChoice &choice, Point element_tile) const {
        Point tile = 0;
        for (int d = 0; d < lattice_.loops(); d++) {
            const int number =
                lattice_.number(d, lattice_.extent(element_tile, d) * choice.factors[d]);
            if (number < 0) {
                return -1;
            }
            tile += number * lattice_.stride(d);
        }
        return tile;
    }

    /// Candidates of one spatial choice after the other, and the best of each evaluated at once.
    void collect(Worker &worker) {
        for (size_t c = next_++; c < choices_.size(); c = next_++) {
            const SpatialChoice &choice = choices_[c];
            Candidate first{no_energy, 0, 0};
            const size_t begin = worker.candidates.size();
            walk_tiles(choice, [&](Point tile, int64_t inside) {
                const int64_t energy = junction_.bound(choice, tile);
                if (energy == no_energy) {
                    return;
                }
                worker.collected++;
                const Candidate candidate{energy + constant_ + inside, int32_t(c), tile};
                if (!options_.prune || candidate.bound <= best_) {
                    worker.candidates.push_back(candidate);
                    first = std::min(first, candidate);
                }
            });
            if (options_.prune && worker.candidates.size() > begin) {
                evaluate(first, worker, false);
            }
        }
    }

    void evaluate_candidates(Worker &worker) {
        for (size_t i = next_++; i < candidates_.size(); i = next_++) {
            if (options_.prune && candidates_[i].bound > best_) {
                break;
            }
            if (out_of_time()) {
                stopped_ = true;
            }
            if (stopped_) {
                size_t unfinished = unfinished_;
                while (i < unfinished && !unfinished_.compare_exchange_weak(unfinished, i)) {
                }
                break;
            }
            evaluate(candidates_[i], worker, true);
            if (options_.progress) {
                report(i);
            }
        }
    }

    int64_t inside(const SpatialChoice &choice, Point tile) const {
        return rounds_up() ? 0 : tables_.inside()[lattice_.point(element_tile(choice, tile))];
    }

    /// All tiles above a candidate.
    void evaluate(const Candidate &candidate, Worker &worker, bool count) {
        const SpatialChoice &choice = choices_[candidate.choice];
        const Point tile = candidate.tile;
        const int64_t rest = constant_ + inside(choice, tile);
        const int64_t evaluated = junction_.evaluate(
            choice, tile, [&](int64_t energy, int assignment, Point tile_above, int order) {
                if (count && options_.each) {
                    options_.each(energy + rest);
                }
                if (energy + rest <= worker.best.energy) {
                    worker.best = std::min(worker.best, Found{energy + rest, candidate.choice, tile,
                                                              assignment, tile_above, order});
                }
            });
        worker.evaluated += count ? evaluated : 0;
        int64_t best = best_;
        while (worker.best.energy < best &&
               !best_.compare_exchange_weak(best, worker.best.energy)) {
        }
    }

    bool out_of_time() const {
        return options_.seconds > 0 &&
               std::chrono::duration<double>(Clock::now() - begin_).count() > options_.seconds;
    }

    void report(size_t done) {
        const std::unique_lock<std::mutex> lock(progress_, std::try_to_lock);
        const auto now = Clock::now();
        if (lock && now - shown_ > std::chrono::milliseconds(200)) {
            shown_ = now;
            options_.progress(
                {int64_t(done), int64_t(candidates_.size()), best_, candidates_[done].bound});
        }
    }

    /// The first rule, from the array outwards, that no mapping follows.
    std::string why_none() const {
        const Hardware &hardware = model_.hardware();
        if (choices_.empty()) {
            return no_spatial_choice(hardware);
        }
        for (Point p = 0; p < lattice_.points(); p++) {
            if (tables_.above()[p] != no_energy) {
                return fmt::format(
                    "no tile of a processing element follows the rules: between {:.0f} % and all "
                    "of {}, with factors that divide and what is fixed",
                    100 * hardware.least_fill, hardware.levels[hardware.array.level].name);
            }
        }
        return fmt::format("no tile fills {} and the levels further out between {:.0f} % and all "
                           "of their capacity, "
                           "with factors that divide and what is fixed",
                           hardware.levels[hardware.array.level + 1].name,
                           100 * hardware.least_fill);
    }

    SearchResult result() const {
        SearchResult result;
        result.spatial_choices = int64_t(choices_.size());
        Found best;
        for (const Worker &worker : workers_) {
            best = std::min(best, worker.best);
            result.candidates += worker.collected;
            result.evaluated += worker.evaluated;
        }
        if (best.energy == no_energy) {
            result.why_none = why_none();
            return result;
        }
        result.energy = result.bound = best.energy;
        if (unfinished_ < candidates_.size()) {
            result.bound = std::min(result.energy, candidates_[unfinished_].bound);
        }
        result.optimal = result.bound == result.energy;
        result.mapping = mapping(best);
        return result;
    }

    Mapping mapping(const Found &found) const {
        const SpatialChoice &choice = choices_[found.choice];
        const size_t levels = model_.hardware().levels.size();
        Mapping mapping;
        mapping.axes = choice.axes[found.assignment];
        mapping.temporal.assign(levels, std::vector<int64_t>(size_t(lattice_.loops()), 1));
        mapping.order.resize(levels);
        const int junction = model_.hardware().array.level + 1;
        for (int d = 0; d < lattice_.loops(); d++) {
            mapping.temporal[junction][d] =
                lattice_.extent(found.tile_above, d) / lattice_.extent(found.tile, d);
        }
        mapping.order[junction] = model_.orders()[found.order].loops;
        tables_.fill_inside(element_tile(choice, found.tile), mapping);
        tables_.fill_above(found.tile_above, mapping);
        const std::string broken = model_.broken_rule(mapping);
        ORRERY_CHECK(broken.empty(), "{}", broken);
        ORRERY_CHECK(model_.energy(mapping) == found.energy, "{} != {}", model_.energy(mapping),
                     found.energy);
        return mapping;
    }
};

} // namespace

SearchResult search(const InterstellarModel &model, const Constraints &constraints,
                    const SearchOptions &options) {
    if (!constraints.held.empty()) {
        user_error(
            "--fix: with the cost model interstellar all levels hold all tensors; \"bypasses\" "
            "and \"holds\" are for the cost model orrery");
    }
    if (!model.hardware().array.pj_per_hop) {
        user_error("{}: array.pj_per_hop is missing: the cost model interstellar counts the words "
                   "that move from a processing element to a neighbour",
                   model.hardware().name);
    }
    for (const MemoryLevel &level : model.hardware().levels) {
        if (level.read_pj != level.write_pj) {
            user_error("{}: a read of {} costs {} pJ and a write {}; the cost model interstellar "
                       "has one energy for both: give pj_per_access, or use the cost model orrery",
                       model.hardware().name, level.name, level.read_pj, level.write_pj);
        }
    }
    return Search(model, constraints, options).run();
}

} // namespace Orrery::optimizer
