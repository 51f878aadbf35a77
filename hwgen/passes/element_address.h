#pragma once
#include "hwgen/passes/polynomial.h"

namespace Orrery::passes {

/// Offset of an element of a tensor from its first one, in elements: sum(coefficient x counter) +
/// offset + sum(factor x atom). An atom depends on counters and is not itself such a sum.
class ElementAddress {
public:
    explicit ElementAddress(size_t loops) : coefficients(loops) {}

    /// Adds factor x expression.
    void add(const hwir::ExprPool &pool, hwir::ExprId id, const Polynomial &factor);
    void add_counter(int loop, const Polynomial &factor);
    void add_offset(const Polynomial &amount) { offset = offset + amount; }
    /// The same with the counter of a loop at 0.
    ElementAddress at_zero(hwir::ExprPool &pool, int loop) const;

    bool atoms_use(const hwir::ExprPool &pool, int loop) const;
    /// The sum of the atoms; undefined if there is none.
    hwir::ExprId build_atoms(hwir::ExprPool &pool) const;

    std::vector<Polynomial> coefficients; ///< one per loop
    Polynomial offset;

private:
    std::map<hwir::ExprId, Polynomial> atoms;
};

} // namespace Orrery::passes
