#include "hwgen/frontend/counter_space.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/hwir/evaluator.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Walks the reachable combinations of a few counters and collects the values of an expression.
class Enumeration {
    const std::vector<Level> &levels;
    hwir::ExprPool pool;
    std::vector<LevelId> chosen; // ascending: outer loops first
    std::map<LevelId, int> position;
    std::vector<hwir::Evaluator> extents;
    std::vector<std::vector<hwir::Evaluator>> conditions; // by the number of counters they need
    std::vector<int64_t> counters;
    int64_t points_left = max_enumerated_points;

public:
    explicit Enumeration(const std::vector<Level> &all_levels) : levels(all_levels) {}

    std::optional<hwir::Interval> run(const Expr &e, const std::vector<Expr> &candidates) {
        if (reads_memory(e) || !choose(e)) {
            return std::nullopt;
        }
        conditions.resize(chosen.size() + 1);
        for (LevelId level : chosen) {
            extents.push_back(prepare(levels[level].extent));
        }
        for (const Expr &c : candidates) {
            add_condition(c);
        }
        counters.assign(chosen.size(), 0);
        const hwir::Evaluator value = prepare(e);
        hwir::Interval found{INT64_MAX, INT64_MIN};
        if (!walk(0, value, found)) {
            return std::nullopt;
        }
        return found;
    }

private:
    /// The counters of the expression and of the extents of their loops.
    bool choose(const Expr &e) {
        std::set<LevelId> all = counters_in(e);
        std::vector<LevelId> open(all.begin(), all.end());
        while (!open.empty()) {
            const Level &level = levels[open.back()];
            open.pop_back();
            if (!level.extent.defined() || reads_memory(level.extent)) {
                return false;
            }
            for (LevelId outer : counters_in(level.extent)) {
                if (all.insert(outer).second) {
                    open.push_back(outer);
                }
            }
        }
        chosen.assign(all.begin(), all.end());
        for (size_t i = 0; i < chosen.size(); i++) {
            position[chosen[i]] = static_cast<int>(i);
        }
        return true;
    }

    hwir::Evaluator prepare(const Expr &e) {
        return {pool, Translator(pool, position, "a loop bound").translate(e)};
    }

    /// A condition counts if all its counters are enumerated; it is tested as soon as they are
    /// known.
    void add_condition(const Expr &c) {
        const std::set<LevelId> used = counters_in(c);
        const bool known = std::all_of(used.begin(), used.end(),
                                       [&](LevelId level) { return position.count(level) > 0; });
        if (known && !reads_memory(c)) {
            const size_t needs = used.empty() ? 0 : position[*used.rbegin()] + 1;
            conditions[needs].push_back(prepare(c));
        }
    }

    bool walk(size_t depth, const hwir::Evaluator &value, hwir::Interval &found) {
        for (const hwir::Evaluator &c : conditions[depth]) {
            if (c(counters) == 0) {
                return true;
            }
        }
        if (depth == chosen.size()) {
            const int64_t v = value(counters);
            found = {std::min(found.min, v), std::max(found.max, v)};
            return --points_left >= 0;
        }
        const int64_t extent = extents[depth](counters);
        for (counters[depth] = 0; counters[depth] < extent; counters[depth]++) {
            if (!walk(depth + 1, value, found)) {
                return false;
            }
        }
        counters[depth] = 0;
        return true;
    }
};

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

std::optional<hwir::Interval> CounterSpace::exact_range(const Expr &e,
                                                        const std::vector<LevelId> &nest,
                                                        const std::vector<Expr> &conditions) const {
    std::vector<Expr> all = conditions;
    for (LevelId level : nest) {
        if (levels[level].kind == LevelKind::Guard) {
            all.push_back(levels[level].condition);
        }
    }
    return Enumeration(levels).run(e, all);
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

void CounterSpace::push_intervals(const Expr &e, Scope<Interval> &scope) const {
    for (LevelId level : counters_in(e)) {
        const Expr last = static_cast<int>(levels[level].max_extent - 1);
        scope.push(counter_variable(level).as<Variable>()->name, Interval(0, last));
    }
}

} // namespace Orrery::frontend
