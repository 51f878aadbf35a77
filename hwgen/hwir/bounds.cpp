#include "hwgen/hwir/bounds.h"
#include "hwgen/hwir/wide.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::hwir {

namespace {

/// Closed range of numbers.
struct Range {
    Wide min = 0, max = 0;
    bool is_single() const { return min == max; }
};

Range range_of(Type type) { return {minimum_of(type), maximum_of(type)}; }

Range to_range(Interval i, Type type) {
    if (!type.is_signed && type.bits == 64 && i.min < 0) {
        return range_of(type);
    }
    return {i.min, i.max};
}

Interval to_interval(Range r) {
    constexpr Wide largest = INT64_MAX;
    if (r.max > largest) {
        return {INT64_MIN, INT64_MAX};
    }
    return {int64_t(r.min), int64_t(r.max)};
}

/// Range of the values of `r` wrapped to the type.
Range wrap_range(Range r, Type type) {
    Wide low = minimum_of(type), size = Wide(1) << type.bits;
    Wide first = divide(r.min - low, size).quotient, last = divide(r.max - low, size).quotient;
    return first == last ? Range{r.min - first * size, r.max - first * size} : range_of(type);
}

/// Range of a function that is monotone in each operand, from the corners.
template <typename Function>
Range corners(Range a, Range b, Function f) {
    Wide values[] = {f(a.min, b.min), f(a.min, b.max), f(a.max, b.min), f(a.max, b.max)};
    return {*std::min_element(values, values + 4), *std::max_element(values, values + 4)};
}

Range multiply(Range a, Range b, Type type) {
    constexpr Wide limit = Wide(1) << 63; // so that no product exceeds 126 bits
    for (Wide v : {a.min, a.max, b.min, b.max}) {
        if (v > limit || v < -limit) {
            return range_of(type);
        }
    }
    return wrap_range(corners(a, b, [](Wide x, Wide y) { return x * y; }), type);
}

Range unite(Range a, Range b) { return {std::min(a.min, b.min), std::max(a.max, b.max)}; }

Range quotient(Range a, Range b) {
    Range result{0, 0};
    bool first = true;
    auto include = [&](Range r) {
        result = first ? r : unite(result, r);
        first = false;
    };
    auto divide_by = [&](Range divisor) {
        include(corners(a, divisor, [](Wide x, Wide y) { return divide(x, y).quotient; }));
    };
    if (b.min <= 0 && b.max >= 0) {
        include({0, 0});
    }
    if (b.max > 0) {
        divide_by({std::max<Wide>(b.min, 1), b.max});
    }
    if (b.min < 0) {
        divide_by({b.min, std::min<Wide>(b.max, -1)});
    }
    return result;
}

Range remainder(Range a, Range b) {
    if (b.is_single() && b.min != 0) {
        Division low = divide(a.min, b.min), high = divide(a.max, b.min);
        if (low.quotient == high.quotient) {
            return {low.remainder, high.remainder};
        }
    }
    Wide largest = std::max(b.max, -b.min) - 1;
    if (a.min >= 0) {
        largest = std::min(largest, a.max);
    }
    return {0, std::max<Wide>(largest, 0)};
}

/// Range of a x 2^amount, rounded down.
Range shift(Range a, Range amount, Type type) {
    if (amount.min >= type.bits || (a.min == 0 && a.max == 0)) {
        return {0, 0};
    }
    if (amount.max > 62) {
        return range_of(type);
    }
    amount.min = std::max<Wide>(amount.min, -126);
    amount.max = std::max<Wide>(amount.max, -126);
    auto f = [](Wide x, Wide n) { return n < 0 ? shift_down(x, -n) : x * (Wide(1) << int(n)); };
    // A 64-bit operand times 2^62 has at most 126 bits.
    return wrap_range(corners(a, amount, f), type);
}

/// All numbers of the smallest two's complement width that holds both operands, without negative
/// ones where `natural`.
Range smallest_power(Range a, Range b, bool natural) {
    Wide limit = 1;
    for (Wide v : {a.min, a.max, b.min, b.max}) {
        while (v >= limit || v < -limit) {
            limit *= 2;
        }
    }
    return {natural ? Wide(0) : -limit, limit - 1};
}

Range bit_and(Range a, Range b) {
    if (a.min >= 0 && b.min >= 0) {
        return {0, std::min(a.max, b.max)};
    }
    if (a.min >= 0 || b.min >= 0) {
        return {0, a.min >= 0 ? a.max : b.max};
    }
    Range all = smallest_power(a, b, false);
    return {all.min, std::max(a.max, b.max) < 0 ? Wide(-1) : all.max};
}

Range bit_or(Range a, Range b) {
    bool natural = a.min >= 0 && b.min >= 0;
    Range all = smallest_power(a, b, natural);
    bool negative = a.max < 0 || b.max < 0;
    return {natural ? std::max(a.min, b.min) : all.min, negative ? Wide(-1) : all.max};
}

Range compare(Op op, Range a, Range b) {
    switch (op) {
    case Op::Less:
        return a.max < b.min ? Range{1, 1} : a.min >= b.max ? Range{0, 0} : Range{0, 1};
    case Op::LessEqual:
        return a.max <= b.min ? Range{1, 1} : a.min > b.max ? Range{0, 0} : Range{0, 1};
    default:
        bool apart = a.max < b.min || a.min > b.max,
             same = a.is_single() && b.is_single() && !apart;
        bool when_equal = op == Op::Equal;
        return apart  ? Range{!when_equal, !when_equal}
               : same ? Range{when_equal, when_equal}
                      : Range{0, 1};
    }
}

/// 0, 1 or both: is the value other than 0?
Range truth(Range a) {
    bool can_be_zero = a.min <= 0 && a.max >= 0, can_be_other = a.min != 0 || a.max != 0;
    return {!can_be_zero, can_be_other};
}

Range apply_range(Op op, Type type, const std::vector<Range> &v) {
    switch (op) {
    case Op::Add:
        return wrap_range({v[0].min + v[1].min, v[0].max + v[1].max}, type);
    case Op::Sub:
        return wrap_range({v[0].min - v[1].max, v[0].max - v[1].min}, type);
    case Op::Mul:
        return multiply(v[0], v[1], type);
    case Op::Div:
        return wrap_range(quotient(v[0], v[1]), type);
    case Op::Mod:
        return wrap_range(remainder(v[0], v[1]), type);
    case Op::Min:
        return wrap_range({std::min(v[0].min, v[1].min), std::min(v[0].max, v[1].max)}, type);
    case Op::Max:
        return wrap_range({std::max(v[0].min, v[1].min), std::max(v[0].max, v[1].max)}, type);
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
        return compare(op, v[0], v[1]);
    case Op::And: {
        Range a = truth(v[0]), b = truth(v[1]);
        return {std::min(a.min, b.min), std::min(a.max, b.max)};
    }
    case Op::Or: {
        Range a = truth(v[0]), b = truth(v[1]);
        return {std::max(a.min, b.min), std::max(a.max, b.max)};
    }
    case Op::Not: {
        Range a = truth(v[0]);
        return {1 - a.max, 1 - a.min};
    }
    case Op::Select: {
        Range c = truth(v[0]);
        return wrap_range(!c.is_single() ? unite(v[1], v[2]) : c.min != 0 ? v[1] : v[2], type);
    }
    case Op::Cast:
        return wrap_range(v[0], type);
    case Op::ShiftLeft:
        return shift(v[0], v[1], type);
    case Op::ShiftRight:
        return shift(v[0], {-v[1].max, -v[1].min}, type);
    case Op::BitAnd:
        return wrap_range(bit_and(v[0], v[1]), type);
    case Op::BitOr:
        return wrap_range(bit_or(v[0], v[1]), type);
    case Op::BitXor:
        return wrap_range(smallest_power(v[0], v[1], v[0].min >= 0 && v[1].min >= 0), type);
    case Op::BitNot:
        return wrap_range({-1 - v[0].max, -1 - v[0].min}, type);
    case Op::Constant:
    case Op::Counter:
    case Op::Load:
    case Op::Scalar:
        break;
    }
    ORRERY_CHECK(false, "operation {} is a leaf", int(op));
}

} // namespace

Interval type_interval(Type type) { return to_interval(range_of(type)); }

Interval apply_bounds(Op op, Type type, const std::vector<Interval> &args,
                      const std::vector<Type> &arg_types) {
    std::vector<Range> ranges;
    for (size_t i = 0; i < args.size(); i++) {
        ranges.push_back(to_range(args[i], arg_types[i]));
    }
    return to_interval(apply_range(op, type, ranges));
}

Interval bounds(const ExprPool &pool, ExprId id,
                const std::function<std::optional<Interval>(ExprId, const ExprNode &)> &known) {
    std::map<ExprId, Interval> result;
    for_each_node(pool, id, [&](ExprId e, const ExprNode &node) {
        if (std::optional<Interval> given = known(e, node)) {
            result[e] = *given;
        } else if (node.op == Op::Constant) {
            result[e] =
                to_interval({to_wide(node.value, node.type), to_wide(node.value, node.type)});
        } else if (node.op == Op::Scalar) {
            result[e] = pool.scalars()[node.value].range;
        } else if (node.args.empty()) {
            result[e] = type_interval(node.type);
        } else {
            std::vector<Interval> args;
            std::vector<Type> types;
            for (ExprId a : node.args) {
                args.push_back(result.at(a));
                types.push_back(pool[a].type);
            }
            result[e] = apply_bounds(node.op, node.type, args, types);
        }
    });
    return result.at(id);
}

Interval bounds(const ExprPool &pool, ExprId id, const std::vector<int64_t> &counter_extents) {
    return bounds(pool, id, [&](ExprId, const ExprNode &node) -> std::optional<Interval> {
        if (node.op != Op::Counter) {
            return std::nullopt;
        }
        return Interval{0, std::max<int64_t>(counter_extents.at(node.value) - 1, 0)};
    });
}

} // namespace Orrery::hwir
