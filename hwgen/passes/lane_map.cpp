#include "hwgen/passes/lane_map.h"

#include <numeric>
#include <set>

namespace Orrery::passes {
using namespace hwir;

namespace {

/// All values are `remainder` plus multiples of `modulus`; modulus 0: the one value `remainder`.
struct Congruence {
    int64_t modulus = 1, remainder = 0;
};

int64_t reduced(int64_t value, int64_t modulus) {
    return modulus ? floor_mod(value, modulus) : value;
}

Congruence make_congruence(int64_t modulus, int64_t remainder) {
    return {modulus, reduced(remainder, modulus)};
}

/// The congruence that holds for the values of either.
Congruence join(Congruence a, Congruence b) {
    int64_t modulus = std::gcd(std::gcd(a.modulus, b.modulus), a.remainder - b.remainder);
    return make_congruence(modulus, a.remainder);
}

Congruence congruence(const ExprPool &pool, ExprId id, const std::vector<Loop> &loops) {
    const ExprNode &node = pool[id];
    auto argument = [&](int i) { return congruence(pool, node.args[i], loops); };
    switch (node.op) {
    case Op::Constant:
        return {0, node.value};
    case Op::Counter:
        return loops[node.value].max_extent <= 1 ? Congruence{0, 0} : Congruence{1, 0};
    case Op::Add: {
        Congruence a = argument(0), b = argument(1);
        return make_congruence(std::gcd(a.modulus, b.modulus), a.remainder + b.remainder);
    }
    case Op::Sub: {
        Congruence a = argument(0), b = argument(1);
        return make_congruence(std::gcd(a.modulus, b.modulus), a.remainder - b.remainder);
    }
    case Op::Mul: {
        Congruence a = argument(0), b = argument(1);
        int64_t modulus = std::gcd(std::gcd(a.modulus * b.modulus, a.modulus * b.remainder),
                                   b.modulus * a.remainder);
        return make_congruence(modulus, a.remainder * b.remainder);
    }
    case Op::Min:
    case Op::Max:
        return join(argument(0), argument(1));
    case Op::Select:
        return join(argument(1), argument(2));
    default:
        return {1, 0};
    }
}

/// Serial or lane loops that an expression refers to.
std::vector<int> counters_of(const ExprPool &pool, ExprId id) {
    std::set<int> used;
    for_each_node(pool, id, [&](ExprId, const ExprNode &node) {
        if (node.op == Op::Counter) {
            used.insert(int(node.value));
        }
    });
    return {used.begin(), used.end()};
}

/// Advances the counters of `loops` (the last one fastest) within their maximum extents; false
/// after the last point.
bool advance(const std::vector<Loop> &nest, const std::vector<int> &loops,
             std::vector<int64_t> &counters) {
    for (auto l = loops.rbegin(); l != loops.rend(); ++l) {
        if (++counters[*l] < nest[*l].max_extent) {
            return true;
        }
        counters[*l] = 0;
    }
    return false;
}

int64_t points_of(const std::vector<Loop> &nest, const std::vector<int> &loops) {
    int64_t points = 1;
    for (int l : loops) {
        points *= std::max<int64_t>(1, nest[l].max_extent);
        if (points > (1 << 20)) {
            break;
        }
    }
    return points;
}

} // namespace

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }

std::vector<int64_t> lane_counters(const Process &process, int64_t lane) {
    std::vector<int64_t> counters(process.loops.size(), 0);
    std::vector<int> lanes = lane_loops(process);
    for (auto l = lanes.rbegin(); l != lanes.rend(); ++l) {
        counters[*l] = lane % process.loops[*l].max_extent;
        lane /= process.loops[*l].max_extent;
    }
    return counters;
}

int64_t lane_value(const ExprPool &pool, const Index &index, const Process &process,
                   const std::vector<int64_t> &counters) {
    int64_t value = index.lane_table.defined() ? evaluate(pool, index.lane_table, counters) : 0;
    for (int l : lane_loops(process)) {
        value += index.coefficients[l] * counters[l];
    }
    return value;
}

std::vector<int64_t> lane_values(const ExprPool &pool, const Process &process, const Index &index) {
    std::vector<int> lanes;
    for (int l : lane_loops(process)) {
        if (depends_on(pool, index, l)) {
            lanes.push_back(l);
        }
    }
    std::set<int64_t> values;
    std::vector<int64_t> counters(process.loops.size(), 0);
    do {
        values.insert(lane_value(pool, index, process, counters));
    } while (advance(process.loops, lanes, counters));
    return {values.begin(), values.end()};
}

std::optional<int64_t> static_residue(const ExprPool &pool, ExprId id,
                                      const std::vector<Loop> &loops, int64_t divisor) {
    Congruence c = congruence(pool, id, loops);
    if (c.modulus % divisor == 0) {
        return floor_mod(c.remainder, divisor);
    }
    // Arithmetic does not show it: try all values of the counters where there are few.
    constexpr int64_t most_points = 4096;
    std::vector<int> used = counters_of(pool, id);
    if (uses_scalar(pool, id) || points_of(loops, used) > most_points) {
        return std::nullopt;
    }
    std::vector<int64_t> counters(loops.size(), 0);
    int64_t residue = floor_mod(evaluate(pool, id, counters), divisor);
    while (advance(loops, used, counters)) {
        if (floor_mod(evaluate(pool, id, counters), divisor) != residue) {
            return std::nullopt;
        }
    }
    return residue;
}

std::optional<int64_t> static_residue(const ExprPool &pool, const Process &process,
                                      const Index &index, int64_t divisor) {
    int64_t residue = index.offset;
    for (size_t l = 0; l < process.loops.size(); l++) {
        const Loop &loop = process.loops[l];
        bool moves = loop.kind == LoopKind::Serial && loop.max_extent > 1;
        if (moves && index.coefficients[l] % divisor != 0) {
            return std::nullopt;
        }
    }
    if (index.base.defined()) {
        std::optional<int64_t> base = static_residue(pool, index.base, process.loops, divisor);
        if (!base) {
            return std::nullopt;
        }
        residue += *base;
    }
    return floor_mod(residue, divisor);
}

bool same_serial_part(const Process &process, const Access &a, const Access &b) {
    if (a.kind != b.kind || a.memory != b.memory) {
        return false;
    }
    for (size_t d = 0; d < a.indices.size(); d++) {
        const Index &i = a.indices[d], &j = b.indices[d];
        if (i.base != j.base || i.modulus != j.modulus) {
            return false;
        }
        for (size_t l = 0; l < process.loops.size(); l++) {
            if (process.loops[l].kind == LoopKind::Serial &&
                i.coefficients[l] != j.coefficients[l]) {
                return false;
            }
        }
    }
    return true;
}

DimensionMap dimension_map(const ExprPool &pool, const Process &process,
                           const std::vector<const Access *> &accesses, int dimension,
                           int64_t banks) {
    const Index &first = accesses.front()->indices[dimension];
    DimensionMap map;
    std::optional<int64_t> residue = static_residue(pool, process, first, banks);
    map.rotates = !residue;
    map.residue = residue.value_or(0);
    std::set<int64_t> values;
    for (const Access *access : accesses) {
        const Index &index = access->indices[dimension];
        for (int64_t v : lane_values(pool, process, index)) {
            values.insert(v + index.offset - first.offset);
        }
    }
    map.lane_values.assign(values.begin(), values.end());
    return map;
}

} // namespace Orrery::passes
