#include "hwgen/hwir/design.h"

#include <algorithm>
#include <set>

namespace Orrery::hwir {

std::vector<int> lane_loops(const Process &process) {
    std::vector<int> lanes;
    for (size_t i = 0; i < process.loops.size(); i++) {
        if (process.loops[i].kind == LoopKind::Lane) {
            lanes.push_back(int(i));
        }
    }
    return lanes;
}

std::vector<int> linked_lanes(const Process &process) {
    std::set<int> lanes;
    if (process.array && process.array->row_links) {
        lanes.insert(process.array->rows.begin(), process.array->rows.end());
    }
    if (process.array && process.array->column_links) {
        lanes.insert(process.array->columns.begin(), process.array->columns.end());
    }
    return {lanes.begin(), lanes.end()};
}

int hops(const Process &process, const std::vector<int64_t> &counters) {
    int64_t sum = 0;
    for (int lane : linked_lanes(process)) {
        sum += counters[lane];
    }
    return int(sum);
}

int generation_depth(const Tensor &tensor, int process) {
    for (const std::vector<TokenUse> *uses : {&tensor.writers, &tensor.readers}) {
        for (const TokenUse &use : *uses) {
            if (use.process == process) {
                return use.depth;
            }
        }
    }
    return 0;
}

int64_t lane_count(const Process &process) { return lane_count(process, lane_loops(process)); }

int64_t lane_count(const Process &process, const std::vector<int> &lanes) {
    int64_t count = 1;
    for (int lane : lanes) {
        count *= process.loops[lane].max_extent;
    }
    return count;
}

std::vector<int> reduction_lanes(const ExprPool &pool, const Process &process) {
    std::vector<int> lanes;
    for (int lane : lane_loops(process)) {
        if (!depends_on(pool, process.store, lane)) {
            lanes.push_back(lane);
        }
    }
    return lanes;
}

int64_t multiplier_count(const ExprPool &pool, const Process &process) {
    const bool combined = process.accumulation && process.accumulation->op != ReduceOp::Other;
    int64_t per_lane = 0;
    for_each_node(pool, combined ? process.accumulation->increment : process.value,
                  [&](ExprId, const ExprNode &n) {
                      per_lane += n.op == Op::Mul && uses_load(pool, n.args[0]) &&
                                  uses_load(pool, n.args[1]);
                  });
    return per_lane * lane_count(process);
}

std::vector<int64_t> counter_extents(const std::vector<Loop> &loops) {
    std::vector<int64_t> extents;
    for (const Loop &loop : loops) {
        extents.push_back(loop.max_extent);
    }
    return extents;
}

Interval bounds(const ExprPool &pool, const Process &process, const Index &index) {
    std::vector<int64_t> extents = counter_extents(process.loops);
    Interval sum{index.offset, index.offset};
    for (size_t l = 0; l < extents.size(); l++) {
        extents[l] = std::max<int64_t>(1, extents[l]);
        int64_t last = index.coefficients[l] * (extents[l] - 1);
        (last < 0 ? sum.min : sum.max) += last;
    }
    if (index.base.defined()) {
        Interval base = bounds(pool, index.base, extents);
        sum = {sum.min + base.min, sum.max + base.max};
    }
    return sum;
}

ExprId expression(ExprPool &pool, const Size &size) {
    return size.is_constant() ? pool.constant(size.most) : size.expr;
}

bool updates_beside_readers(const Design &design, const Buffer &buffer) {
    return buffer.slides() && buffer.slots > 1 &&
           design.processes[buffer.writers[0].process].accumulation.has_value();
}

int memory_copies(const Design &design, const Buffer &buffer) {
    return std::max<int>(1, int(buffer.read_ports.size())) + updates_beside_readers(design, buffer);
}

bool depends_on(const ExprPool &pool, const Index &index, int loop) {
    auto uses = [&](ExprId id) { return id.defined() && uses_counter(pool, id, loop); };
    bool affine = size_t(loop) < index.coefficients.size() && index.coefficients[loop] != 0;
    return affine || uses(index.base) || uses(index.lane_table);
}

bool depends_on(const ExprPool &pool, const Access &access, int loop) {
    return std::any_of(access.indices.begin(), access.indices.end(),
                       [&](const Index &index) { return depends_on(pool, index, loop); });
}

} // namespace Orrery::hwir
