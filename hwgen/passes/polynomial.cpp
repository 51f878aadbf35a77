#include "hwgen/passes/polynomial.h"

#include <algorithm>

namespace Orrery::passes {
using namespace hwir;

void Polynomial::add(const Product &product, int64_t factor) {
    if ((terms[product] += factor) == 0) {
        terms.erase(product);
    }
}

Polynomial Polynomial::of(const ExprPool &pool, ExprId id) {
    const ExprNode &node = pool[id];
    const bool index = node.type == index_type;
    if (node.op == Op::Constant) {
        return node.value;
    }
    if (index && (node.op == Op::Add || node.op == Op::Sub)) {
        const Polynomial right = of(pool, node.args[1]);
        return of(pool, node.args[0]) + (node.op == Op::Add ? right : right * -1);
    }
    if (index && node.op == Op::Mul) {
        return of(pool, node.args[0]) * of(pool, node.args[1]);
    }
    Polynomial atom;
    atom.add({id}, 1);
    return atom;
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
    Polynomial sum = *this;
    for (const auto &[product, factor] : other.terms) {
        sum.add(product, factor);
    }
    return sum;
}

Polynomial Polynomial::operator*(const Polynomial &other) const {
    Polynomial result;
    for (const auto &[a, x] : terms) {
        for (const auto &[b, y] : other.terms) {
            Product product = a;
            product.insert(product.end(), b.begin(), b.end());
            std::sort(product.begin(), product.end());
            result.add(product, x * y);
        }
    }
    return result;
}

std::optional<int64_t> Polynomial::constant() const {
    if (terms.empty()) {
        return 0;
    }
    const auto &[product, factor] = *terms.begin();
    return terms.size() == 1 && product.empty() ? std::optional<int64_t>(factor) : std::nullopt;
}

ExprId Polynomial::build(ExprPool &pool) const {
    ExprId sum;
    for (const auto &[product, factor] : terms) {
        ExprId term = pool.constant(factor);
        for (ExprId atom : product) {
            term = pool.mul(term, atom);
        }
        sum = sum.defined() ? pool.add(sum, term) : term;
    }
    return sum.defined() ? sum : pool.constant(0);
}

} // namespace Orrery::passes
