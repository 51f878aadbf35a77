#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/model/program.h"

namespace Orrery::model {

/// Conditions of a process on its lanes, and how many lanes fulfil them at a point.
class LaneConditions {
public:
    /// `counted`: the lane loops whose points are counted; of the lanes of the other lane loops
    /// that a condition depends on, one must fulfil it. Conditions on serial loops alone hold for
    /// the point as a whole.
    LaneConditions(const hwir::ExprPool &pool, const hwir::Process &process,
                   const std::vector<hwir::ExprId> &conditions, const std::vector<int> &counted);

    /// Do all conditions on serial loops alone hold?
    bool allows(const int64_t *counters) const;
    /// The lanes that fulfil the conditions on lanes.
    int64_t lanes(const int64_t *counters) const;
    /// Do conditions depend on lanes at all?
    bool depends_on_lanes() const { return !groups.empty(); }
    int64_t all_lanes() const { return every_lane; }
    /// Serial loops on which the two depend (bit i: loop i).
    uint64_t loops_used() const { return used; }

private:
    /// Conditions that share lane loops: their lanes are counted together, and the counts of all
    /// groups multiplied.
    struct Group {
        std::vector<Program> conditions;
        std::vector<int> counted, others; ///< lane loops
    };
    int64_t count(const Group &group, size_t loop, int64_t *counters) const;
    bool any(const Group &group, size_t loop, int64_t *counters) const;

    std::vector<Program> shared;
    std::vector<Group> groups;
    std::vector<int64_t> extents; ///< per loop of the process
    int64_t free_lanes = 1;       ///< of loops on which no condition depends
    int64_t every_lane = 1;
    uint64_t used = 0;
};

} // namespace Orrery::model
