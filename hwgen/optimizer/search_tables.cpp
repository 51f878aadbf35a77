#include "hwgen/optimizer/search_tables.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::optimizer {

using Point = Lattice::Point;

Steps::Steps(const Lattice &lattice, const Constraints &constraints, int level)
    : lattice_(lattice) {
    for (int d = 0; d < lattice.loops(); d++) {
        const std::vector<int64_t> &divisors = lattice.divisors(d);
        std::vector<std::vector<int>> next;
        for (size_t i = 0; i < divisors.size(); i++) {
            next.emplace_back();
            for (const int j : lattice.multiples(d, int(i))) {
                const int64_t given = constraints.given(level, d);
                if (given == 0 || divisors[j] == divisors[i] * given) {
                    next.back().push_back(j);
                }
            }
        }
        next_.push_back(next);
    }
}

bool Steps::possible(Point from, Point to) const {
    for (int d = 0; d < lattice_.loops(); d++) {
        const auto &next = next_[d][lattice_.coordinate(from, d)];
        if (!std::binary_search(next.begin(), next.end(), lattice_.coordinate(to, d))) {
            return false;
        }
    }
    return true;
}

SearchTables::SearchTables(const InterstellarModel &model, const Constraints &constraints)
    : model_(model), lattice_(model.problem()), junction_(model.hardware().array.level + 1) {
    for (int level = 0; level <= model.hardware().last_level(); level++) {
        steps_.emplace_back(lattice_, constraints, level);
        const auto kept = constraints.kept.find(level);
        kept_.push_back(kept == constraints.kept.end() ? -1 : kept->second);
        free_.push_back(kept_.back() < 0);
        for (int d = 0; d < lattice_.loops(); d++) {
            free_.back() = free_.back() && constraints.given(level, d) == 0;
        }
    }
    for (Point p = 0; p < lattice_.points(); p++) {
        words_.push_back(model.words(lattice_.tile(p).data()));
    }
    make_orders();
    solve_inside();
    solve_above();
    bound_orders();
}

const std::vector<int64_t> &SearchTables::iterations(LoopSet loops) {
    std::vector<int64_t> &table = iterations_[loops];
    if (table.empty()) {
        table.assign(size_t(lattice_.points()), 1);
        for (int d = 0; d < lattice_.loops(); d++) {
            for (Point p = 0; (loops >> d & 1) != 0 && p < lattice_.points(); p++) {
                table[p] *= lattice_.divisors(d).back() / lattice_.extent(p, d);
            }
        }
    }
    return table;
}

void SearchTables::make_orders() {
    for (const InterstellarModel::Order &order : model_.orders()) {
        OrderTables tables;
        for (size_t x = 0; x < order.stationary.size(); x++) {
            const LoopSet once = order.stationary[x];
            const LoopSet each = model_.tensors()[x].irrelevant & ~once;
            tables.outer.push_back(iterations(each).data());
            tables.inner.push_back(iterations(once).data());
            tables.kept = each == 0 ? int(x) : tables.kept;
        }
        ORRERY_CHECK(order.stationary[tables.kept] == model_.tensors()[tables.kept].irrelevant,
                     "no tensor stays");
        orders_.push_back(std::move(tables));
    }
}

int64_t SearchTables::level_energy(int level, Point from, Point to, size_t *order) const {
    int64_t least = no_energy;
    for (size_t o = 0; o < orders_.size(); o++) {
        if (!allows(level, o, from, to)) {
            continue;
        }
        int64_t energy = 0;
        for (size_t x = 0; x < orders_[o].outer.size(); x++) {
            const int64_t divisor = model_.tensors()[x].divisor;
            int64_t accesses = orders_[o].outer[x][from] * orders_[o].inner[x][to];
            accesses = divisor == 1 ? accesses : accesses / divisor;
            energy += model_.access_energy(level, int(x), accesses);
        }
        if (energy < least) {
            least = energy;
            if (order) {
                *order = o;
            }
        }
    }
    return least;
}

void SearchTables::solve_inside() {
    const int array_level = model_.hardware().array.level;
    const std::vector<int64_t> none(size_t(lattice_.points()), no_energy);
    std::vector<int64_t> innermost = none;
    steps_[0].walk(0, holds(0), [&](Point tile) {
        innermost[tile] = model_.fills(0, words_[tile]) ? 0 : no_energy;
    });
    inside_.push_back(innermost);
    for (int level = 1; level <= array_level; level++) {
        std::vector<int64_t> energies = none;
        for (Point from = 0; from < lattice_.points(); from++) {
            if (inside_.back()[from] == no_energy) {
                continue;
            }
            steps_[level].walk(from, holds(level), [&](Point to) {
                if (model_.fills(level, words_[to])) {
                    energies[to] = std::min(energies[to],
                                            inside_.back()[from] + level_energy(level, from, to));
                }
            });
        }
        inside_.push_back(energies);
    }
}

void SearchTables::solve_above() {
    const int last = model_.hardware().last_level();
    const std::vector<int64_t> none(size_t(lattice_.points()), no_energy);
    above_.assign(size_t(last) + 1, none);
    above_[last][lattice_.whole()] = 0;
    for (int level = last - 1; level >= junction_; level--) {
        const int outer = level + 1;
        above_[level] = free_[outer] ? least_of_free(outer) : least_of_given(outer);
        for (Point p = 0; p < lattice_.points(); p++) {
            if (!model_.fills(level, words_[p])) {
                above_[level][p] = no_energy;
            }
        }
    }
}

std::vector<int64_t> SearchTables::least_of_given(int level) const {
    const int last = model_.hardware().last_level();
    std::vector<int64_t> least(size_t(lattice_.points()), no_energy);
    for (Point from = 0; from < lattice_.points(); from++) {
        if (!model_.fills(level - 1, words_[from])) {
            continue;
        }
        const auto step_to = [&](Point to) {
            if (above_[level][to] != no_energy) {
                least[from] =
                    std::min(least[from], above_[level][to] + level_energy(level, from, to));
            }
        };
        if (level < last) {
            steps_[level].walk(from, holds(level), step_to);
        } else if (steps_[last].possible(from, lattice_.whole())) {
            step_to(lattice_.whole());
        }
    }
    return least;
}

std::vector<int64_t> SearchTables::least_of_free(int level) const {
    std::vector<int64_t> least(size_t(lattice_.points()), no_energy);
    for (const OrderTables &order : orders_) {
        // By the inner iterations of the tensors that move: few, as nearly all of their loops are
        // outside.
        std::map<std::vector<int64_t>, std::vector<Point>> groups;
        std::vector<int64_t> inner(order.inner.size(), 1);
        for (Point to = 0; to < lattice_.points(); to++) {
            if (above_[level][to] != no_energy) {
                for (size_t x = 0; x < inner.size(); x++) {
                    inner[x] = int(x) == order.kept ? 1 : order.inner[x][to];
                }
                groups[inner].push_back(to);
            }
        }
        for (const auto &[moved, tiles] : groups) {
            add_group(level, order, moved, tiles, least);
        }
    }
    return least;
}

void SearchTables::add_group(int level, const OrderTables &order, const std::vector<int64_t> &inner,
                             const std::vector<Point> &tiles, std::vector<int64_t> &least) const {
    const auto energy_of = [&](int x, int64_t accesses) {
        return model_.access_energy(level, x, accesses / model_.tensors()[x].divisor);
    };
    std::vector<int64_t> beyond(size_t(lattice_.points()), no_energy);
    for (const Point to : tiles) {
        beyond[to] = above_[level][to] + energy_of(order.kept, order.inner[order.kept][to]);
    }
    lattice_.spread_least(beyond);
    for (Point from = 0; from < lattice_.points(); from++) {
        if (beyond[from] == no_energy) {
            continue;
        }
        int64_t energy = beyond[from];
        for (int x = 0; x < int(inner.size()); x++) {
            energy += x == order.kept ? 0 : energy_of(x, order.outer[x][from] * inner[x]);
        }
        least[from] = std::min(least[from], energy);
    }
}

void SearchTables::bound_orders() {
    for (OrderTables &order : orders_) {
        for (const int64_t *inner : order.inner) {
            std::vector<int64_t> &least = least_iterations_[inner];
            if (least.empty()) {
                least.assign(inner, inner + lattice_.points());
                for (Point p = 0; p < lattice_.points(); p++) {
                    least[p] = above()[p] == no_energy ? no_energy : least[p];
                }
                lattice_.spread_least(least);
            }
            order.least_inner.push_back(least.data());
        }
        const int64_t divisor = model_.tensors()[order.kept].divisor;
        order.least_kept = above();
        for (Point p = 0; p < lattice_.points(); p++) {
            if (above()[p] != no_energy) {
                order.least_kept[p] += model_.access_energy(junction_, order.kept,
                                                            order.inner[order.kept][p] / divisor);
            }
        }
        lattice_.spread_least(order.least_kept);
    }
}

bool SearchTables::fits_array(Point tile) const {
    const Hardware &hardware = model_.hardware();
    const int64_t words = hardware.levels[hardware.array.level].words;
    return words == 0 || words_[tile] <= words * hardware.array.elements;
}

void SearchTables::set_level(int level, Point from, Point to, Mapping &mapping) const {
    size_t order = 0;
    level_energy(level, from, to, &order);
    mapping.order[level] = model_.orders()[order].loops;
    for (int d = 0; d < lattice_.loops(); d++) {
        mapping.temporal[level][d] = lattice_.extent(to, d) / lattice_.extent(from, d);
    }
}

void SearchTables::fill_inside(const std::vector<int64_t> &element_tile, Mapping &mapping) const {
    mapping.order[0] = model_.orders()[0].loops;
    mapping.temporal[0] = element_tile;
    const int array_level = junction_ - 1;
    Point to = array_level > 0 ? lattice_.point(element_tile) : 0;
    for (int level = array_level; level > 0; level--) {
        Point from = 0;
        while (inside_[level - 1][from] == no_energy || !steps_[level].possible(from, to) ||
               inside_[level - 1][from] + level_energy(level, from, to) != inside_[level][to]) {
            from++;
        }
        set_level(level, from, to, mapping);
        to = from;
        mapping.temporal[0] = lattice_.tile(to);
    }
}

void SearchTables::fill_above(Point tile, Mapping &mapping) const {
    Point from = tile;
    for (int level = junction_ + 1; level <= model_.hardware().last_level(); level++) {
        Point to = from;
        while (above_[level][to] == no_energy || !steps_[level].possible(from, to) ||
               above_[level][to] + level_energy(level, from, to) != above_[level - 1][from]) {
            to++;
        }
        set_level(level, from, to, mapping);
        from = to;
    }
}

} // namespace Orrery::optimizer
