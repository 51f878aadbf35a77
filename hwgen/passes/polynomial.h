#pragma once
#include "hwgen/hwir/expr.h"

#include <map>
#include <optional>
#include <vector>

namespace Orrery::passes {

/// A sum of products of expressions that have one value throughout a run (scalars, their minima,
/// quotients, ...), with constant factors. Equal polynomials compare equal however they were
/// written: sizes and strides of tensors are compared so.
///
///     (n + 1)*m*2   ->   {m, n}: 2, {m}: 2
class Polynomial {
public:
    Polynomial(int64_t constant = 0) { add({}, constant); }
    /// Takes an expression apart that has one value throughout a run.
    static Polynomial of(const hwir::ExprPool &pool, hwir::ExprId id);

    Polynomial operator+(const Polynomial &other) const;
    Polynomial operator*(const Polynomial &other) const;
    bool operator==(const Polynomial &other) const { return terms == other.terms; }
    bool operator!=(const Polynomial &other) const { return terms != other.terms; }

    bool is_zero() const { return terms.empty(); }
    std::optional<int64_t> constant() const;
    hwir::ExprId build(hwir::ExprPool &pool) const;

private:
    using Product = std::vector<hwir::ExprId>; ///< in ascending order; empty: 1
    std::map<Product, int64_t> terms;          ///< no factor is 0
    void add(const Product &product, int64_t factor);
};

} // namespace Orrery::passes
