#include "hwgen/passes/affine.h"

#include <algorithm>

namespace Orrery::passes {
using namespace hwir;

namespace {

void add_terms(const ExprPool &pool, ExprId id, int64_t factor, Affine &sum) {
    const ExprNode &node = pool[id];
    if (node.op == Op::Constant) {
        sum.offset += factor * node.value;
    } else if (node.op == Op::Counter) {
        sum.coefficients[node.value] += factor;
    } else if (node.op == Op::Add || node.op == Op::Sub) {
        add_terms(pool, node.args[0], factor, sum);
        add_terms(pool, node.args[1], node.op == Op::Add ? factor : -factor, sum);
    } else if (node.op == Op::Mul && pool.as_constant(node.args[1])) {
        add_terms(pool, node.args[0], factor * *pool.as_constant(node.args[1]), sum);
    } else if (node.op == Op::Mul && pool.as_constant(node.args[0])) {
        add_terms(pool, node.args[1], factor * *pool.as_constant(node.args[0]), sum);
    } else if ((sum.atoms[id] += factor) == 0) {
        sum.atoms.erase(id);
    }
}

/// The terms with positive factors, or those with negative ones negated.
ExprId build_side(ExprPool &pool, const Affine &sum, bool negative) {
    ExprId out;
    auto append = [&](ExprId term, int64_t factor) {
        if (factor == 0 || (factor < 0) != negative) {
            return;
        }
        ExprId product = pool.mul(term, pool.constant(negative ? -factor : factor));
        out = out.defined() ? pool.add(out, product) : product;
    };
    for (size_t l = 0; l < sum.coefficients.size(); l++) {
        if (sum.coefficients[l] != 0) {
            append(pool.counter(int(l)), sum.coefficients[l]);
        }
    }
    for (const auto &[atom, factor] : sum.atoms) {
        append(atom, factor);
    }
    if (sum.offset != 0 && (sum.offset < 0) == negative) {
        ExprId constant = pool.constant(negative ? -sum.offset : sum.offset);
        out = out.defined() ? pool.add(out, constant) : constant;
    }
    return out.defined() ? out : pool.constant(0);
}

/// Takes the conditions of one expression, or of its negation, apart.
class FactCollector {
public:
    FactCollector(ExprPool &p, const std::vector<Loop> &l, Facts &f)
        : pool(p), extents(counter_extents(l)), facts(f) {}

    void collect(ExprId id, bool negated) {
        const ExprNode node = pool[id];
        switch (node.op) {
        case Op::Not:
            return collect(node.args[0], !negated);
        case Op::And:
        case Op::Or:
            if ((node.op == Op::And) != negated) {
                collect(node.args[0], negated);
                collect(node.args[1], negated);
                return;
            }
            break;
        case Op::Less:
        case Op::LessEqual:
            if (pool[node.args[0]].type == index_type) {
                // a < b: b - a - 1 >= 0; not (a < b): a - b >= 0
                bool strict = (node.op == Op::Less) != negated;
                return compare(node.args[negated ? 1 : 0], node.args[negated ? 0 : 1], strict);
            }
            break;
        case Op::Equal:
        case Op::NotEqual:
            if ((node.op == Op::Equal) != negated && pool[node.args[0]].type == index_type) {
                compare(node.args[0], node.args[1], false);
                return compare(node.args[1], node.args[0], false);
            }
            break;
        default:
            break;
        }
        other(negated ? pool.make(Op::Not, boolean, {id}) : id);
    }

private:
    ExprPool &pool;
    std::vector<int64_t> extents;
    Facts &facts;

    void compare(ExprId small, ExprId large, bool strict) {
        Affine slack = affine(pool, large, extents.size());
        slack.add(affine(pool, small, extents.size()), -1);
        slack.offset -= strict;
        not_negative(slack);
    }

    /// A minimum with a positive factor (or a maximum with a negative one) makes two sums, both >=
    /// 0.
    void not_negative(const Affine &sum) {
        if (bounds(pool, sum, extents).min >= 0) {
            return;
        }
        for (const auto &[atom, factor] : sum.atoms) {
            const ExprNode node = pool[atom];
            if (node.op != (factor > 0 ? Op::Min : Op::Max)) {
                continue;
            }
            for (ExprId choice : node.args) {
                Affine with = sum;
                with.atoms.erase(atom);
                with.add(affine(pool, choice, extents.size()), factor);
                not_negative(with);
            }
            return;
        }
        for (const auto &[atom, factor] : sum.atoms) {
            const ExprNode node = pool[atom];
            std::optional<int64_t> divisor =
                node.op == Op::Div ? pool.as_constant(node.args[1]) : std::nullopt;
            if (divisor && *divisor > 0 && (factor == 1 || factor == -1)) {
                return not_negative(without_quotient(sum, atom, node.args[0], *divisor));
            }
        }
        facts.not_negative.push_back(sum);
    }

    /// floor(x / d) + rest >= 0 is x + d*rest >= 0, and rest - floor(x / d) >= 0 is d*rest + d - 1
    /// - x >= 0.
    Affine without_quotient(const Affine &sum, ExprId quotient, ExprId dividend,
                            int64_t divisor) const {
        Affine rest = sum;
        int64_t factor = rest.atoms.at(quotient);
        rest.atoms.erase(quotient);
        Affine out;
        out.coefficients.assign(extents.size(), 0);
        out.add(rest, divisor);
        out.add(affine(pool, dividend, extents.size()), factor);
        out.offset += factor < 0 ? divisor - 1 : 0;
        return out;
    }

    void other(ExprId id) {
        std::optional<int64_t> value = pool.as_constant(id);
        if (!value || *value == 0) {
            facts.others.push_back(id);
        }
    }
};

} // namespace

void Affine::add(const Affine &other, int64_t factor) {
    for (size_t l = 0; l < coefficients.size(); l++) {
        coefficients[l] += factor * other.coefficients[l];
    }
    offset += factor * other.offset;
    for (const auto &[atom, amount] : other.atoms) {
        if ((atoms[atom] += factor * amount) == 0) {
            atoms.erase(atom);
        }
    }
}

Affine affine(const ExprPool &pool, ExprId id, size_t loops) {
    Affine sum;
    sum.coefficients.assign(loops, 0);
    add_terms(pool, id, 1, sum);
    return sum;
}

ExprId build(ExprPool &pool, const Affine &sum) {
    ExprId positive = build_side(pool, sum, false), negative = build_side(pool, sum, true);
    return pool.as_constant(negative) == 0 ? positive : pool.sub(positive, negative);
}

ExprId build_not_negative(ExprPool &pool, const Affine &sum) {
    return pool.less_equal(build_side(pool, sum, true), build_side(pool, sum, false));
}

bool atoms_use(const ExprPool &pool, const Affine &sum, int loop) {
    return std::any_of(sum.atoms.begin(), sum.atoms.end(),
                       [&](const auto &atom) { return uses_counter(pool, atom.first, loop); });
}

bool depends_on(const ExprPool &pool, const Affine &sum, int loop) {
    return sum.coefficients[loop] != 0 || atoms_use(pool, sum, loop);
}

Interval bounds(const ExprPool &pool, const Affine &sum, const std::vector<int64_t> &extents) {
    Interval total{sum.offset, sum.offset};
    auto add = [&](int64_t factor, Interval range) {
        total.min += factor * (factor > 0 ? range.min : range.max);
        total.max += factor * (factor > 0 ? range.max : range.min);
    };
    for (size_t l = 0; l < sum.coefficients.size(); l++) {
        add(sum.coefficients[l], {0, std::max<int64_t>(extents[l] - 1, 0)});
    }
    for (const auto &[atom, factor] : sum.atoms) {
        add(factor, hwir::bounds(pool, atom, extents));
    }
    return total;
}

ExprId at_zero(ExprPool &pool, ExprId id, const std::vector<int> &loops) {
    return substitute(pool, id, [&](const ExprNode &leaf) {
        bool zero = leaf.op == Op::Counter &&
                    std::find(loops.begin(), loops.end(), int(leaf.value)) != loops.end();
        return zero ? pool.constant(0) : ExprId();
    });
}

void add_facts(ExprPool &pool, ExprId condition, const std::vector<Loop> &loops, Facts &facts) {
    FactCollector(pool, loops, facts).collect(condition, false);
}

} // namespace Orrery::passes
