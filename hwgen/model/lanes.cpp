#include "hwgen/model/lanes.h"

#include <algorithm>

namespace Orrery::model {

LaneConditions::LaneConditions(const hwir::ExprPool &pool, const hwir::Process &process,
                               const std::vector<hwir::ExprId> &conditions,
                               const std::vector<int> &counted) {
    uint64_t lane_mask = 0;
    for (size_t l = 0; l < process.loops.size(); l++) {
        extents.push_back(process.loops[l].max_extent);
        lane_mask |= uint64_t{process.loops[l].kind == hwir::LoopKind::Lane} << l;
    }
    std::vector<uint64_t> loops_of; // per group
    for (hwir::ExprId c : conditions) {
        Program program(pool, c);
        used |= program.loops_used() & ~lane_mask;
        uint64_t lanes_of = program.loops_used() & lane_mask;
        if (lanes_of == 0) {
            shared.push_back(program);
            continue;
        }
        Group group;
        group.conditions.push_back(program);
        for (size_t g = groups.size(); g-- > 0;) { // join what shares a loop
            if (loops_of[g] & lanes_of) {
                lanes_of |= loops_of[g];
                group.conditions.insert(group.conditions.end(), groups[g].conditions.begin(),
                                        groups[g].conditions.end());
                groups.erase(groups.begin() + int64_t(g));
                loops_of.erase(loops_of.begin() + int64_t(g));
            }
        }
        groups.push_back(std::move(group));
        loops_of.push_back(lanes_of);
    }
    uint64_t in_groups = 0;
    for (size_t g = 0; g < groups.size(); g++) {
        in_groups |= loops_of[g];
        for (int l = 0; l < int(extents.size()); l++) {
            if (loops_of[g] >> l & 1) {
                const bool counts = std::find(counted.begin(), counted.end(), l) != counted.end();
                (counts ? groups[g].counted : groups[g].others).push_back(l);
            }
        }
    }
    for (int l : counted) {
        every_lane *= extents[l];
        free_lanes *= in_groups >> l & 1 ? 1 : extents[l];
    }
}

bool LaneConditions::allows(const int64_t *counters) const {
    return std::all_of(shared.begin(), shared.end(),
                       [&](const Program &p) { return p(counters) != 0; });
}

bool LaneConditions::any(const Group &group, size_t loop, int64_t *counters) const {
    if (loop == group.others.size()) {
        return std::all_of(group.conditions.begin(), group.conditions.end(),
                           [&](const Program &p) { return p(counters) != 0; });
    }
    const int l = group.others[loop];
    for (counters[l] = 0; counters[l] < extents[l]; counters[l]++) {
        if (any(group, loop + 1, counters)) {
            return true;
        }
    }
    return false;
}

int64_t LaneConditions::count(const Group &group, size_t loop, int64_t *counters) const {
    if (loop == group.counted.size()) {
        return any(group, 0, counters);
    }
    const int l = group.counted[loop];
    int64_t total = 0;
    for (counters[l] = 0; counters[l] < extents[l]; counters[l]++) {
        total += count(group, loop + 1, counters);
    }
    return total;
}

int64_t LaneConditions::lanes(const int64_t *point) const {
    if (groups.empty()) {
        return free_lanes;
    }
    int64_t counters[64];
    std::copy_n(point, extents.size(), counters);
    int64_t result = free_lanes;
    for (const Group &group : groups) {
        result *= count(group, 0, counters);
    }
    return result;
}

} // namespace Orrery::model
