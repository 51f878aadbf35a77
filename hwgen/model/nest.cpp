#include "hwgen/model/nest.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::model {

Nest::Nest(const hwir::ExprPool &pool, const std::vector<hwir::Loop> &all)
    : counter_count(all.size()) {
    for (const hwir::Loop &l : all) {
        if (l.kind == hwir::LoopKind::Serial) {
            extents.emplace_back(pool, l.extent);
        }
    }
    used_within.assign(extents.size() + 1, 0);
    for (size_t i = extents.size(); i-- > 0;) {
        used_within[i] = used_within[i + 1] | extents[i].loops_used();
    }
}

int64_t Nest::walk(int loop, uint64_t used, int64_t *counters,
                   const std::function<int64_t(const int64_t *)> *value) const {
    if (loop == loops()) {
        return value ? (*value)(counters) : 1;
    }
    const int64_t iterations = extent(loop, counters);
    if (iterations == 0) {
        return value ? 0 : 1;
    }
    counters[loop] = 0;
    if (!((used | used_within[loop + 1]) >> loop & 1)) {
        return iterations * walk(loop + 1, used, counters, value);
    }
    int64_t total = 0;
    for (int64_t i = 0; i < iterations; i++) {
        counters[loop] = i;
        total += walk(loop + 1, used, counters, value);
    }
    counters[loop] = 0;
    return total;
}

int64_t Nest::points(int depth, const int64_t *outer) const {
    std::vector<int64_t> counters(counter_count, 0);
    std::copy_n(outer, depth, counters.begin());
    return walk(depth, 0, counters.data(), nullptr);
}

int64_t Nest::sum(uint64_t used, const std::function<int64_t(const int64_t *)> &value) const {
    std::vector<int64_t> counters(counter_count, 0);
    return walk(0, used, counters.data(), &value);
}

bool Nest::constant_from(int depth) const {
    return (used_within[depth] & ((uint64_t{1} << depth) - 1)) == 0;
}

void Walker::find_extents(int from) {
    first_empty = std::min(first_empty, loops);
    if (first_empty >= from) {
        first_empty = loops;
    }
    for (int i = from; i < loops; i++) {
        limits[i] = nest->extent(i, values.data());
        if (limits[i] == 0 && first_empty == loops) {
            first_empty = i;
        }
    }
}

void Walker::start(const Nest &n) {
    nest = &n;
    loops = nest->loops();
    values.assign(64, 0);
    limits.assign(size_t(loops), 0);
    first_empty = loops;
    deepest_moved = -1;
    find_extents(0);
}

int Walker::advance() {
    int loop = loops - 1;
    while (loop >= 0 && last(loop)) {
        values[loop--] = 0;
    }
    ORRERY_CHECK(loop >= 0, "no point behind the last one");
    values[loop]++;
    deepest_moved = loop;
    find_extents(loop + 1);
    return loop;
}

void Walker::skip_to_last(int depth) {
    for (int i = depth; i < loops; i++) {
        find_extents(i);
        values[i] = std::max<int64_t>(0, limits[i] - 1);
    }
    find_extents(depth);
    if (first_empty < loops) { // the sequencer passes it with all indices further in at 0
        std::fill(values.begin() + first_empty, values.begin() + loops, 0);
    }
    for (deepest_moved = loops - 1; deepest_moved >= 0 && values[deepest_moved] == 0;) {
        deepest_moved--;
    }
}

bool Walker::last_from(int depth) const {
    for (int i = loops - 1; i >= depth; i--) {
        if (!last(i)) {
            return false;
        }
    }
    return true;
}

} // namespace Orrery::model
