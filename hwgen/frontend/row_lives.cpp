#include "hwgen/frontend/row_lives.h"

#include "hwgen/frontend/coordinates.h"
#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

using Ranges = CounterSpace::RangesByCounters;
using Elements = std::set<std::vector<int64_t>>;

class Lives {
    const Network &network;
    const Storage &storage;
    const CounterSpace space;
    const size_t dimensions;

    /// Coordinates along all dimensions that one access reaches, by generation.
    struct Use {
        bool writes;
        std::vector<Expr> coordinates;
        const Stage *stage;
        std::vector<Expr> conditions;
        std::vector<Ranges> ranges; ///< of the dimensions that move
    };
    std::vector<Use> uses;
    std::vector<LevelId> outer, between; ///< loops and guards around the Realize that matter, and
                                         ///< those around produce but not around the Realize
    StorageLives result;

public:
    Lives(const Network &n, const Storage &s)
        : network(n), storage(s), space(n.levels), dimensions(s.min.size()) {}

    StorageLives run() {
        for (size_t i = storage.prefix.size(); i < storage.generation.size(); i++) {
            between.push_back(storage.generation[i]);
        }
        find_uses();
        find_moving_dimensions();
        find_outer_loops();
        check_scalars();
        find_ranges();
        check_other_dimensions();
        std::vector<LevelId> keys = outer;
        keys.insert(keys.end(), between.begin(), between.end());
        const auto all = checked(space.ranges_by(keys, Expr(0), storage.generation));
        for (auto first = all.begin(); first != all.end();) {
            auto last = first;
            while (last != all.end() && same_realize(first->first, last->first)) {
                ++last;
            }
            add_realize(first, last);
            first = last;
        }
        return std::move(result);
    }

private:
    Ranges checked(std::optional<Ranges> ranges) const {
        if (!ranges) {
            user_error("Func {}: there are too many iterations between its store_at and its "
                       "compute_at; store it at an inner loop",
                       user_name(storage.func));
        }
        return std::move(*ranges);
    }

    void find_uses() {
        for (const Stage &stage : network.stages) {
            const auto add = [&](const StageAccess &access, bool writes) {
                Use use{writes, {}, &stage, stage.enables, {}};
                use.conditions.insert(use.conditions.end(), access.predicate.begin(),
                                      access.predicate.end());
                for (size_t d = 0; d < dimensions; d++) {
                    use.coordinates.push_back(
                        reduced_coordinate(network, stage, access, d, storage.min[d]));
                }
                uses.push_back(std::move(use));
            };
            if (stage.func == storage.func) {
                add(stage.store, true);
                continue;
            }
            for (const StageAccess &load : stage.loads) {
                if (load.memory == storage.func) {
                    add(load, false);
                }
            }
        }
    }

    bool is_between(LevelId level) const {
        return std::find(between.begin(), between.end(), level) != between.end();
    }

    /// Levels on which the expression depends, by way of the extents of their loops as well.
    std::set<LevelId> all_counters(const Expr &e) const {
        std::set<LevelId> all = counters_in(e);
        std::vector<LevelId> open(all.begin(), all.end());
        while (!open.empty()) {
            const LevelId level = open.back();
            open.pop_back();
            for (LevelId l : counters_in(network.levels[level].extent)) {
                if (all.insert(l).second) {
                    open.push_back(l);
                }
            }
        }
        return all;
    }

    void find_moving_dimensions() {
        result.moves.assign(dimensions, false);
        for (const Use &use : uses) {
            for (size_t d = 0; d < dimensions; d++) {
                const std::set<LevelId> counters = all_counters(use.coordinates[d]);
                result.moves[d] =
                    result.moves[d] || std::any_of(counters.begin(), counters.end(),
                                                   [&](LevelId l) { return is_between(l); });
            }
        }
        // All elements come in one generation: any dimension tells them from those of the next
        // Realize.
        if (dimensions > 0 && std::count(result.moves.begin(), result.moves.end(), true) == 0) {
            result.moves.back() = true;
        }
    }

    void find_outer_loops() {
        std::set<LevelId> matter;
        const auto add = [&](const Expr &e) {
            const std::set<LevelId> counters = all_counters(e);
            matter.insert(counters.begin(), counters.end());
        };
        for (LevelId level : between) {
            add(network.levels[level].extent);
        }
        for (const Use &use : uses) {
            for (size_t d = 0; d < dimensions; d++) {
                if (result.moves[d]) {
                    add(use.coordinates[d]);
                }
            }
        }
        for (LevelId level : storage.prefix) {
            if (matter.count(level) && network.levels[level].kind != LevelKind::Lane) {
                outer.push_back(level);
            }
        }
    }

    /// One walk through the generations must hold for every value of the scalars.
    void check_scalars() const {
        const auto depends = [&](const Expr &e) { return space.depends_on_scalars(e); };
        const auto level_depends = [&](LevelId level) {
            return depends(network.levels[level].extent);
        };
        bool any = std::any_of(between.begin(), between.end(), level_depends) ||
                   std::any_of(outer.begin(), outer.end(), level_depends);
        for (const Use &use : uses) {
            for (size_t d = 0; d < dimensions; d++) {
                any = any || (result.moves[d] && depends(use.coordinates[d]));
            }
        }
        if (any) {
            user_error("Func {}: its window slides along loops whose sizes depend on scalar "
                       "inputs, which is not supported; compute it where it is stored, or use "
                       "fixed sizes",
                       user_name(storage.func));
        }
    }

    void find_ranges() {
        std::vector<LevelId> keys = outer;
        keys.insert(keys.end(), between.begin(), between.end());
        for (Use &use : uses) {
            use.ranges.resize(dimensions);
            for (size_t d = 0; d < dimensions; d++) {
                if (result.moves[d]) {
                    use.ranges[d] = checked(
                        space.ranges_by(keys, use.coordinates[d], use.stage->nest, use.conditions));
                }
            }
        }
    }

    /// Along a dimension that does not move, every generation writes the same elements: does it
    /// write all that are read?
    void check_other_dimensions() {
        const auto range = [&](const Use &use, size_t d) {
            return space.exact_range(use.coordinates[d], use.stage->nest, use.conditions);
        };
        for (size_t d = 0; d < dimensions; d++) {
            for (const Use &writer : uses) {
                const auto written =
                    writer.writes && !result.moves[d] ? range(writer, d) : std::nullopt;
                for (const Use &reader : uses) {
                    const auto read = written && !reader.writes ? range(reader, d) : std::nullopt;
                    if (read && read->min <= read->max &&
                        (read->min < written->min || read->max > written->max)) {
                        result.reads_unwritten = reader.stage;
                    }
                }
            }
        }
    }

    bool same_realize(const std::vector<int64_t> &a, const std::vector<int64_t> &b) const {
        return std::equal(a.begin(), a.begin() + static_cast<long>(outer.size()), b.begin());
    }

    void add_realize(Ranges::const_iterator first, Ranges::const_iterator last) {
        RealizeLives lives;
        lives.rows.resize(dimensions);
        std::map<const Stage *, Elements> written;
        for (const Use &use : uses) {
            if (use.writes) {
                written[use.stage]; // also of a stage that never comes to write
            }
        }
        for (auto generation = first; generation != last; ++generation) {
            for (const Use &use : uses) {
                add_use(use, generation->first, lives);
                if (use.writes) {
                    for (std::vector<int64_t> &e : elements_of(use, generation->first)) {
                        const bool is_new = written[use.stage].insert(std::move(e)).second;
                        result.written_again = result.written_again || !is_new;
                    }
                }
            }
            check_reads(generation->first, written);
            lives.generations++;
        }
        result.shapes.push_back(std::move(lives));
    }

    static std::optional<hwir::Interval> range_at(const Ranges &ranges,
                                                  const std::vector<int64_t> &generation) {
        const auto found = ranges.find(generation);
        return found == ranges.end() ? std::nullopt : std::optional(found->second);
    }

    void add_use(const Use &use, const std::vector<int64_t> &generation, RealizeLives &lives) {
        for (size_t d = 0; d < dimensions; d++) {
            if (!result.moves[d]) {
                continue;
            }
            const auto range = range_at(use.ranges[d], generation);
            for (int64_t row = range ? range->min : 0; range && row <= range->max; row++) {
                ORRERY_CHECK(row >= 0, "{}: a row before the Realize", storage.func);
                if (row >= static_cast<int64_t>(lives.rows[d].size())) {
                    lives.rows[d].resize(row + 1);
                }
                RowLife &life = lives.rows[d][row];
                life.last_use = lives.generations;
                if (use.writes && life.first_write < 0) {
                    life.first_write = lives.generations;
                }
            }
        }
    }

    /// The elements that the access reaches in a generation, along the dimensions that move.
    std::vector<std::vector<int64_t>> elements_of(const Use &use,
                                                  const std::vector<int64_t> &generation) const {
        std::vector<std::vector<int64_t>> elements{{}};
        for (size_t d = 0; d < dimensions; d++) {
            if (!result.moves[d]) {
                continue;
            }
            const auto range = range_at(use.ranges[d], generation);
            std::vector<std::vector<int64_t>> longer;
            for (int64_t row = range ? range->min : 0; range && row <= range->max; row++) {
                for (std::vector<int64_t> element : elements) {
                    element.push_back(row);
                    longer.push_back(std::move(element));
                }
            }
            elements = std::move(longer);
        }
        return elements;
    }

    /// Does every stage that reads find what all writers have finished?
    void check_reads(const std::vector<int64_t> &generation,
                     const std::map<const Stage *, Elements> &written) {
        for (const Use &use : uses) {
            if (use.writes || result.reads_unwritten) {
                continue;
            }
            for (const std::vector<int64_t> &e : elements_of(use, generation)) {
                const bool found =
                    std::all_of(written.begin(), written.end(),
                                [&](const auto &stage) { return stage.second.count(e) > 0; });
                if (!found) {
                    result.reads_unwritten = use.stage;
                }
            }
        }
    }
};

} // namespace

StorageLives storage_lives(const Network &network, const Storage &storage) {
    return Lives(network, storage).run();
}

} // namespace Orrery::frontend
