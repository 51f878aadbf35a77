#include "hwgen/lower/build.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>

namespace Orrery::lower {

using namespace netlist;

hwir::Type narrowest_type(hwir::Interval interval, hwir::Type type) {
    const bool natural = interval.min >= 0;
    int bits =
        natural ? bits_for(interval.max) : 1 + bits_for(std::max(interval.max, ~interval.min));
    return bits < type.bits ? hwir::Type{bits, !natural} : type;
}

hwir::ExprId Build::iterations(const std::vector<hwir::Loop> &loops, int loop) {
    const hwir::ExprId extent = loops[loop].extent;
    const bool natural = hwir::bounds(pool, extent, hwir::counter_extents(loops)).min >= 0;
    return natural ? extent : pool.max(extent, pool.constant(0));
}

std::vector<RunValue> Build::find_run_values(const std::vector<hwir::ExprId> &exprs) {
    std::vector<RunValue> found;
    std::set<hwir::ExprId> seen;
    std::function<void(hwir::ExprId)> walk = [&](hwir::ExprId e) {
        if (!seen.insert(e).second || !hwir::uses_scalar(pool, e)) {
            return;
        }
        if (hwir::is_fixed_in_run(pool, e)) {
            found.push_back(run_value(e));
            return;
        }
        for (hwir::ExprId a : pool[e].args) {
            walk(a);
        }
    };
    for (hwir::ExprId e : exprs) {
        walk(e);
    }
    return found;
}

const RunValue &Build::run_value(hwir::ExprId e) {
    for (const RunValue &v : run_values) {
        if (v.expr == e) {
            return v;
        }
    }
    const hwir::ExprNode &node = pool[e];
    const bool leaf = node.op == hwir::Op::Scalar;
    std::string name = leaf ? "scalar_" + pool.scalars()[node.value].name
                            : "run_value" + std::to_string(run_values.size());
    const hwir::Interval interval = hwir::bounds(pool, e, std::vector<int64_t>{});
    run_values.push_back({e, interval, narrowest_type(interval, node.type), name});
    return run_values.back();
}

LaneSpace::LaneSpace(const hwir::Process &p, std::vector<int> lane_loops)
    : process(p), order(std::move(lane_loops)), stride(order.size(), 1) {
    for (size_t i = order.size(); i-- > 0;) {
        stride[i] = total;
        total *= process.loops[order[i]].max_extent;
    }
}

std::vector<int64_t> LaneSpace::counters(int64_t flat) const {
    std::vector<int64_t> result(process.loops.size(), 0);
    for (size_t i = 0; i < order.size(); i++) {
        result[order[i]] = flat / stride[i] % process.loops[order[i]].max_extent;
    }
    return result;
}

int64_t LaneSpace::flat_index(const std::vector<int64_t> &counters) const {
    int64_t flat = 0;
    for (size_t i = 0; i < order.size(); i++) {
        flat += counters[order[i]] * stride[i];
    }
    return flat;
}

std::string LaneSpace::localparam(int loop) const {
    std::string name = "LANE" + std::to_string(loop) + "_";
    for (char c : process.loops[loop].name) {
        bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        name += letter ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    }
    return name;
}

std::vector<std::pair<std::string, Integer>>
LaneSpace::localparams(const std::string &genvar) const {
    std::vector<std::pair<std::string, Integer>> result;
    for (size_t i = 0; i < order.size(); i++) {
        Integer v = integer_name(genvar);
        if (stride[i] != 1) {
            v = v / integer(stride[i]);
        }
        if (i != 0) {
            v = v % integer(process.loops[order[i]].max_extent);
        }
        result.emplace_back(localparam(order[i]), v);
    }
    return result;
}

Integer LaneSpace::flat() const {
    Integer sum = integer(0);
    for (size_t i = 0; i < order.size(); i++) {
        sum = sum + integer_name(localparam(order[i])) * integer(stride[i]);
    }
    return sum;
}

} // namespace Orrery::lower
