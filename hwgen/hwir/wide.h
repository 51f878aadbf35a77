#pragma once
#include "hwgen/hwir/expr.h"

/// Arithmetic of 128 bits, wide enough for the exact result of one operation on 64-bit operands.
/// Internal to hwir.
namespace Orrery::hwir {

using Wide = __int128;

/// The number that a stored value of this type means: a uint64 is stored as its bit pattern.
inline Wide to_wide(int64_t value, Type type) {
    return !type.is_signed && type.bits == 64 ? Wide(static_cast<uint64_t>(value)) : Wide(value);
}

/// Wraps a number to a type and gives it in its stored form.
inline int64_t wrap_wide(Wide value, Type type) {
    return wrap(static_cast<int64_t>(static_cast<uint64_t>(value)), type);
}

inline Wide minimum_of(Type type) {
    return type.is_signed ? -(Wide(1) << (type.bits - 1)) : Wide(0);
}

inline Wide maximum_of(Type type) {
    return (Wide(1) << (type.is_signed ? type.bits - 1 : type.bits)) - 1;
}

/// Euclidean quotient and remainder; both 0 for a divisor of 0.
struct Division {
    Wide quotient = 0, remainder = 0;
};
inline Division divide(Wide a, Wide b) {
    if (b == 0) {
        return {};
    }
    Division d{a / b, a % b};
    if (d.remainder < 0) {
        d.quotient += b > 0 ? -1 : 1;
        d.remainder += b > 0 ? b : -b;
    }
    return d;
}

/// floor(a / 2^amount) for any amount >= 0.
inline Wide shift_down(Wide a, Wide amount) {
    return a >> static_cast<int>(amount > 126 ? Wide(126) : amount);
}

} // namespace Orrery::hwir
