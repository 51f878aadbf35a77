#include "hwgen/frontend/counter_space.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/scalars.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/hwir/evaluator.h"

#include <algorithm>
#include <functional>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Walks the reachable combinations of a few scalars and counters and reports the values of an
/// expression. Scalars are counters as well here, around all loops.
class Enumeration {
public:
    /// Called with the value at a point; `place_of` says which counter is which.
    using Visit = std::function<void(int64_t value, const std::vector<int64_t> &counters)>;

private:
    const std::vector<Level> &levels;
    hwir::ExprPool pool;
    std::vector<hwir::Interval> scalar_ranges; // of the counters 0, 1, ...
    ScalarLeaves scalars;
    std::vector<LevelId> chosen; // ascending: outer loops first; the counters behind the scalars
    std::map<LevelId, int> position;
    std::vector<hwir::Evaluator> extents;                 // of the chosen levels
    std::vector<std::vector<hwir::Evaluator>> conditions; // by the number of counters they need
    std::vector<int64_t> counters;
    int64_t points_left;
    const Visit visit;

public:
    Enumeration(const std::vector<Level> &all_levels, int64_t most_points, Visit v)
        : levels(all_levels), points_left(most_points), visit(std::move(v)) {}

    /// All combinations of the counters in `e` and of `others`; false if there are too many.
    bool run(const Expr &e, const std::vector<Expr> &candidates,
             const std::vector<LevelId> &others = {}) {
        if (reads_memory(e) || !choose(e, others)) {
            return false;
        }
        conditions.resize(scalar_ranges.size() + chosen.size() + 1);
        for (LevelId level : chosen) {
            extents.push_back(prepare(levels[level].extent));
        }
        for (const Expr &c : candidates) {
            add_condition(c);
        }
        counters.assign(scalar_ranges.size() + chosen.size(), 0);
        return walk(0, prepare(e));
    }

    /// Place of a chosen level among the counters.
    size_t place_of(LevelId level) const { return static_cast<size_t>(position.at(level)); }

private:
    /// The counters of the expression, the others, and those of the extents of their loops, and all
    /// scalars in these.
    bool choose(const Expr &e, const std::vector<LevelId> &others) {
        std::map<std::string, Halide::Parameter> parameters = scalars_in(e);
        std::set<LevelId> all = counters_in(e);
        all.insert(others.begin(), others.end());
        std::vector<LevelId> open(all.begin(), all.end());
        while (!open.empty()) {
            const Level &level = levels[open.back()];
            open.pop_back();
            if (!level.extent.defined() || reads_memory(level.extent)) {
                return false;
            }
            parameters.merge(scalars_in(level.extent));
            for (LevelId outer : counters_in(level.extent)) {
                if (all.insert(outer).second) {
                    open.push_back(outer);
                }
            }
        }
        chosen.assign(all.begin(), all.end());
        if (!choose_scalars(parameters)) {
            return false;
        }
        for (size_t i = 0; i < chosen.size(); i++) {
            position[chosen[i]] = static_cast<int>(scalar_ranges.size() + i);
        }
        return true;
    }

    /// false if they have too many values.
    bool choose_scalars(const std::map<std::string, Halide::Parameter> &parameters) {
        int64_t combinations = 1;
        for (const auto &[name, parameter] : parameters) {
            const auto range = bounded_range(parameter);
            if (!range || range->min < INT32_MIN || range->max > INT32_MAX ||
                range->max - range->min >= max_enumerated_points / combinations) {
                return false;
            }
            combinations *= range->max - range->min + 1;
            const hwir::Type type = translate_type(parameter.type(), "scalar " + name);
            scalars[name] = pool.cast(type, pool.counter(static_cast<int>(scalar_ranges.size())));
            scalar_ranges.push_back(*range);
        }
        return true;
    }

    hwir::Evaluator prepare(const Expr &e) {
        return {pool, Translator(pool, position, "a loop bound", scalars).translate(e)};
    }

    /// A condition counts if all its counters and scalars are enumerated; it is tested as soon as
    /// they are known.
    void add_condition(const Expr &c) {
        const std::set<LevelId> used = counters_in(c);
        const auto parameters = scalars_in(c);
        const bool known = std::all_of(used.begin(), used.end(),
                                       [&](LevelId level) { return position.count(level) > 0; }) &&
                           std::all_of(parameters.begin(), parameters.end(),
                                       [&](const auto &p) { return scalars.count(p.first) > 0; });
        if (known && !reads_memory(c)) {
            const size_t needs = used.empty() ? scalar_ranges.size() : position[*used.rbegin()] + 1;
            conditions[needs].push_back(prepare(c));
        }
    }

    bool walk(size_t depth, const hwir::Evaluator &value) {
        for (const hwir::Evaluator &c : conditions[depth]) {
            if (c(counters) == 0) {
                return true;
            }
        }
        if (depth == counters.size()) {
            visit(value(counters), counters);
            return --points_left >= 0;
        }
        const bool scalar = depth < scalar_ranges.size();
        const int64_t first = scalar ? scalar_ranges[depth].min : 0;
        const int64_t end =
            scalar ? scalar_ranges[depth].max + 1 : extents[depth - scalar_ranges.size()](counters);
        for (counters[depth] = first; counters[depth] < end; counters[depth]++) {
            if (!walk(depth + 1, value)) {
                return false;
            }
        }
        counters[depth] = 0;
        return true;
    }
};

/// Upper limits of an extent: the operands of its minima.
void add_limits(const Expr &extent, std::vector<Expr> &limits) {
    if (const auto *op = extent.as<Min>()) {
        add_limits(op->a, limits);
        add_limits(op->b, limits);
        return;
    }
    const auto *sum = extent.as<Add>();
    const auto *op = sum && is_const(sum->b) ? sum->a.as<Min>() : nullptr;
    if (op) {
        add_limits(simplify(op->a + sum->b), limits);
        add_limits(simplify(op->b + sum->b), limits);
    } else {
        limits.push_back(extent);
    }
}

std::optional<hwir::Interval> constant_interval(const Interval &interval) {
    if (!interval.has_lower_bound() || !interval.has_upper_bound()) {
        return std::nullopt;
    }
    const auto low = as_const_int(simplify(interval.min));
    const auto high = as_const_int(simplify(interval.max));
    if (!low || !high) {
        return std::nullopt;
    }
    return hwir::Interval{*low, *high};
}

} // namespace

std::vector<Expr> CounterSpace::with_guards(const std::vector<LevelId> &nest,
                                            std::vector<Expr> conditions) const {
    for (LevelId level : nest) {
        if (levels[level].kind == LevelKind::Guard) {
            conditions.push_back(levels[level].condition);
        }
    }
    return conditions;
}

std::optional<hwir::Interval> CounterSpace::exact_range(const Expr &e,
                                                        const std::vector<LevelId> &nest,
                                                        const std::vector<Expr> &conditions) const {
    hwir::Interval found{INT64_MAX, INT64_MIN};
    Enumeration all(levels, max_enumerated_points, [&](int64_t v, const std::vector<int64_t> &) {
        found = {std::min(found.min, v), std::max(found.max, v)};
    });
    if (!all.run(e, with_guards(nest, conditions))) {
        return std::nullopt;
    }
    return found;
}

std::optional<CounterSpace::RangesByCounters>
CounterSpace::ranges_by(const std::vector<LevelId> &keys, const Expr &e,
                        const std::vector<LevelId> &nest,
                        const std::vector<Expr> &conditions) const {
    RangesByCounters found;
    std::vector<size_t> positions;
    std::vector<int64_t> key(keys.size());
    const Enumeration *walk = nullptr;
    Enumeration all(levels, max_keyed_points, [&](int64_t v, const std::vector<int64_t> &counters) {
        for (size_t i = positions.size(); i < keys.size(); i++) {
            positions.push_back(walk->place_of(keys[i]));
        }
        for (size_t i = 0; i < keys.size(); i++) {
            key[i] = counters[positions[i]];
        }
        hwir::Interval &range = found.try_emplace(key, hwir::Interval{v, v}).first->second;
        range = {std::min(range.min, v), std::max(range.max, v)};
    });
    walk = &all;
    if (!all.run(e, with_guards(nest, conditions), keys)) {
        return std::nullopt;
    }
    return found;
}

std::optional<hwir::Interval> CounterSpace::range(const Expr &e, const std::vector<LevelId> &nest,
                                                  const std::vector<Expr> &conditions) const {
    if (auto exact = exact_range(e, nest, conditions)) {
        return exact;
    }
    Scope<Interval> scope;
    push_intervals(e, scope);
    return constant_interval(find_constant_bounds(e, scope));
}

bool CounterSpace::always(const Expr &condition, const std::vector<LevelId> &nest) const {
    const Expr c = simplify(condition);
    if (is_const_one(c)) {
        return true;
    }
    if (auto exact = exact_range(c, nest)) {
        return exact->min >= 1 || exact->min > exact->max;
    }
    Scope<Interval> scope;
    push_intervals(c, scope);
    return can_prove(c, scope);
}

std::vector<Expr> CounterSpace::limits(LevelId level) const {
    std::vector<Expr> limits;
    add_limits(levels[level].extent, limits);
    return limits;
}

bool CounterSpace::depends_on_scalars(const Expr &e) const {
    if (!scalars_in(e).empty()) {
        return true;
    }
    const std::set<LevelId> used = counters_in(e);
    return std::any_of(used.begin(), used.end(),
                       [&](LevelId level) { return depends_on_scalars(levels[level].extent); });
}

void CounterSpace::push_intervals(const Expr &e, Scope<Interval> &scope) const {
    for (LevelId level : counters_in(e)) {
        const Expr last = static_cast<int>(levels[level].max_extent - 1);
        scope.push(counter_variable(level).as<Variable>()->name, Interval(0, last));
    }
    for (const auto &[name, scalar] : scalars_in(e)) {
        if (const auto range = bounded_range(scalar)) {
            scope.push(name, Interval(make_const(scalar.type(), range->min),
                                      make_const(scalar.type(), range->max)));
        }
    }
}

} // namespace Orrery::frontend
