#include "hwgen/frontend/arithmetic.h"

#include <algorithm>

namespace Orrery::frontend {

using hwir::ExprId;
using hwir::ExprPool;
using hwir::Op;
using hwir::Type;

namespace {

/// (a + 2^(shift - 1)) >> shift in a type that holds the sum.
ExprId round_and_shift(ExprPool &pool, Type t, ExprId a, int shift) {
    if (shift == 0) {
        return a;
    }
    const ExprId half = pool.constant(int64_t(1) << (shift - 1), t);
    return shift_right(pool, t, pool.add(a, half), shift);
}

} // namespace

ExprId absolute_difference(ExprPool &pool, Type t, Type operand, ExprId a, ExprId b) {
    const ExprId up = pool.make(Op::Sub, operand, {b, a});
    const ExprId down = pool.make(Op::Sub, operand, {a, b});
    return pool.cast(t, pool.make(Op::Select, operand, {pool.less(a, b), up, down}));
}

ExprId divide_to_zero(ExprPool &pool, Type t, ExprId a, ExprId b) {
    if (!t.is_signed) {
        return pool.make(Op::Div, t, {a, b});
    }
    // Twice the width keeps the negation of the smallest number in range.
    const Type wide{std::min(64, t.bits * 2), true};
    const ExprId zero = pool.constant(0, wide);
    const ExprId dividend = pool.cast(wide, a);
    const ExprId divisor = pool.cast(wide, b);
    const ExprId negated = pool.sub(zero, dividend);
    const ExprId mirrored = pool.sub(zero, pool.make(Op::Div, wide, {negated, divisor}));
    const ExprId straight = pool.make(Op::Div, wide, {dividend, divisor});
    return pool.cast(t,
                     pool.make(Op::Select, wide, {pool.less(dividend, zero), mirrored, straight}));
}

ExprId shift_right(ExprPool &pool, Type t, ExprId a, int shift) {
    return pool.make(Op::ShiftRight, t, {a, pool.constant(shift, t)});
}

ExprId rounding_shift_right(ExprPool &pool, Type t, ExprId a, int shift) {
    const Type wide{t.bits + 1, t.is_signed};
    return pool.cast(t, round_and_shift(pool, wide, pool.cast(wide, a), shift));
}

ExprId multiply_shift_right(ExprPool &pool, Type t, ExprId a, ExprId b, int shift, bool rounding) {
    const Type wide{2 * t.bits, t.is_signed};
    const ExprId product = pool.mul(pool.cast(wide, a), pool.cast(wide, b));
    ExprId value = rounding ? round_and_shift(pool, wide, product, shift)
                            : shift_right(pool, wide, product, shift);
    // The greatest product is smallest x smallest, 2^(2 bits - 2) if signed: most shifts leave
    // little to saturate.
    const int64_t highest = (int64_t(1) << (t.is_signed ? t.bits - 1 : t.bits)) - 1;
    if (shift < t.bits) {
        value = pool.min(value, pool.constant(highest, wide));
    }
    if (t.is_signed && shift < t.bits - 1) {
        value = pool.max(value, pool.constant(-highest - 1, wide));
    }
    return pool.cast(t, value);
}

ExprId population_count(ExprPool &pool, Type t, ExprId a) {
    // Sums of neighbouring fields of 1, 2, 4, ... bits.
    const Type bits{t.bits, false};
    ExprId fields = pool.cast(bits, a);
    for (int width = 1; width < t.bits; width *= 2) {
        uint64_t mask = 0; // of every other field
        for (int at = 0; at < t.bits; at += 2 * width) {
            mask |= ((uint64_t(1) << width) - 1) << at;
        }
        const ExprId even = pool.constant(static_cast<int64_t>(mask), bits);
        const ExprId low = pool.make(Op::BitAnd, bits, {fields, even});
        const ExprId high =
            pool.make(Op::BitAnd, bits, {shift_right(pool, bits, fields, width), even});
        fields = pool.add(low, high);
    }
    return pool.cast(t, fields);
}

ExprId leading_zeros(ExprPool &pool, Type t, ExprId a) {
    // All bits below the highest one become ones.
    const Type bits{t.bits, false};
    ExprId filled = pool.cast(bits, a);
    for (int width = 1; width < t.bits; width *= 2) {
        filled = pool.make(Op::BitOr, bits, {filled, shift_right(pool, bits, filled, width)});
    }
    return population_count(pool, t, pool.make(Op::BitNot, bits, {filled}));
}

ExprId trailing_zeros(ExprPool &pool, Type t, ExprId a) {
    // Of ~a & (a - 1), ones are the zeros below the lowest one.
    const Type bits{t.bits, false};
    const ExprId value = pool.cast(bits, a);
    const ExprId below = pool.sub(value, pool.constant(1, bits));
    const ExprId zeros = pool.make(Op::BitNot, bits, {value});
    return population_count(pool, t, pool.make(Op::BitAnd, bits, {zeros, below}));
}

ExprId concatenate_bits(ExprPool &pool, Type t, const std::vector<ExprId> &parts) {
    const int width = t.bits / static_cast<int>(parts.size());
    ExprId all = pool.constant(0, t);
    for (size_t i = 0; i < parts.size(); i++) {
        const ExprId part = pool.cast(t, pool.cast({width, false}, parts[i]));
        const ExprId distance = pool.constant(static_cast<int64_t>(i) * width, t);
        all = pool.make(Op::BitOr, t, {all, pool.make(Op::ShiftLeft, t, {part, distance})});
    }
    return all;
}

} // namespace Orrery::frontend
