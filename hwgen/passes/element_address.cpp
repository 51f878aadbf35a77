#include "hwgen/passes/element_address.h"

#include "hwgen/passes/affine.h"

#include <algorithm>

namespace Orrery::passes {
using namespace hwir;

void ElementAddress::add_counter(int loop, const Polynomial &factor) {
    coefficients[loop] = coefficients[loop] + factor;
}

void ElementAddress::add(const ExprPool &pool, ExprId id, const Polynomial &factor) {
    const ExprNode &node = pool[id];
    if (is_fixed_in_run(pool, id)) {
        add_offset(Polynomial::of(pool, id) * factor);
    } else if (node.op == Op::Counter) {
        add_counter(int(node.value), factor);
    } else if (node.op == Op::Add || node.op == Op::Sub) {
        add(pool, node.args[0], factor);
        add(pool, node.args[1], node.op == Op::Add ? factor : factor * -1);
    } else if (node.op == Op::Mul && is_fixed_in_run(pool, node.args[0])) {
        add(pool, node.args[1], Polynomial::of(pool, node.args[0]) * factor);
    } else if (node.op == Op::Mul && is_fixed_in_run(pool, node.args[1])) {
        add(pool, node.args[0], Polynomial::of(pool, node.args[1]) * factor);
    } else {
        Polynomial &of_atom = atoms[id];
        of_atom = of_atom + factor;
        if (of_atom.is_zero()) {
            atoms.erase(id);
        }
    }
}

ElementAddress ElementAddress::at_zero(ExprPool &pool, int loop) const {
    ElementAddress out(coefficients.size());
    out.coefficients = coefficients;
    out.coefficients[loop] = 0;
    out.offset = offset;
    for (const auto &[atom, factor] : atoms) {
        out.add(pool, passes::at_zero(pool, atom, {loop}), factor);
    }
    return out;
}

bool ElementAddress::atoms_use(const ExprPool &pool, int loop) const {
    return std::any_of(atoms.begin(), atoms.end(),
                       [&](const auto &atom) { return uses_counter(pool, atom.first, loop); });
}

ExprId ElementAddress::build_atoms(ExprPool &pool) const {
    ExprId positive, negative; // terms with a negative constant are subtracted
    for (const auto &[atom, factor] : atoms) {
        const bool subtracted = factor.constant().value_or(0) < 0;
        ExprId &sum = subtracted ? negative : positive;
        const ExprId term = pool.mul(atom, (factor * (subtracted ? -1 : 1)).build(pool));
        sum = sum.defined() ? pool.add(sum, term) : term;
    }
    if (!negative.defined()) {
        return positive;
    }
    return pool.sub(positive.defined() ? positive : pool.constant(0), negative);
}

} // namespace Orrery::passes
