#pragma once
#include "hwgen/hwir/design.h"

#include <map>

namespace Orrery::passes {

/// sum(coefficient x counter) + offset + sum(factor x atom); an atom is an expression that is not
/// itself such a sum.
struct Affine {
    std::vector<int64_t> coefficients; ///< one per loop
    int64_t offset = 0;
    std::map<hwir::ExprId, int64_t> atoms;

    void add(const Affine &other, int64_t factor);
};

/// Takes an expression of index type apart. `loops`: number of loops of the process.
Affine affine(const hwir::ExprPool &pool, hwir::ExprId id, size_t loops);

/// The expression of the sum.
hwir::ExprId build(hwir::ExprPool &pool, const Affine &sum);
/// The condition sum >= 0, with the terms on the side on which they are positive.
hwir::ExprId build_not_negative(hwir::ExprPool &pool, const Affine &sum);

/// Does the value depend on the loop, and does an atom?
bool depends_on(const hwir::ExprPool &pool, const Affine &sum, int loop);
bool atoms_use(const hwir::ExprPool &pool, const Affine &sum, int loop);

/// Sound bounds for counters below their extents.
hwir::Interval bounds(const hwir::ExprPool &pool, const Affine &sum,
                      const std::vector<int64_t> &extents);

/// Replaces counters by 0.
hwir::ExprId at_zero(hwir::ExprPool &pool, hwir::ExprId id, const std::vector<int> &loops);

/// A condition taken apart as far as it goes: all `not_negative` sums are >= 0 and all `others`
/// hold.
///
///     !(x < 0 || 4 <= min(x, n))   ->   x >= 0,  3 - min(x, n) >= 0
///     x < min(4, 13 - 4*xo)        ->   3 - x >= 0,  12 - 4*xo - x >= 0
///     xo <= (12 - x) / 4           ->   12 - x - 4*xo >= 0
///
/// Sums that are never negative are dropped.
struct Facts {
    std::vector<Affine> not_negative;
    std::vector<hwir::ExprId> others;
};
void add_facts(hwir::ExprPool &pool, hwir::ExprId condition, const std::vector<hwir::Loop> &loops,
               Facts &facts);

} // namespace Orrery::passes
