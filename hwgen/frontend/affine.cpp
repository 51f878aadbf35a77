#include "hwgen/frontend/affine.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/lane_quotients.h"
#include "hwgen/frontend/scalars.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <optional>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

class Decomposition {
    const std::vector<Level> &levels;
    const std::string &where;
    AffineForm form;

public:
    Decomposition(const std::vector<Level> &l, const std::string &w) : levels(l), where(w) {}

    AffineForm run(const Expr &coordinate) {
        Expr e = coordinate;
        const auto *mod = e.as<Mod>();
        const auto modulus = mod ? as_const_int(mod->b) : std::nullopt;
        // Without lanes a remainder is a base like any other; without serial loops it is a table.
        if (modulus && uses(e, LevelKind::Lane) && uses(e, LevelKind::Serial)) {
            form.modulus = *modulus;
            e = mod->a;
        }
        add(e, 1);
        return form;
    }

private:
    bool uses(const Expr &e, LevelKind kind) const {
        // A scalar may have any value, as the counter of a serial loop.
        if (kind == LevelKind::Serial && !scalars_in(e).empty()) {
            return true;
        }
        const auto used = counters_in(e);
        return std::any_of(used.begin(), used.end(),
                           [&](LevelId level) { return levels[level].kind == kind; });
    }

    void add(const Expr &e, int64_t factor) {
        if (auto constant = as_const_int(e)) {
            form.offset += factor * *constant;
            return;
        }
        if (const auto *variable = e.as<Variable>()) {
            if (auto level = level_of(variable->name)) {
                form.coefficients[*level] += factor;
                return;
            }
        }
        if (const auto *sum = e.as<Add>()) {
            add(sum->a, factor);
            add(sum->b, factor);
        } else if (const auto *difference = e.as<Sub>()) {
            add(difference->a, factor);
            add(difference->b, -factor);
        } else if (!add_product(e, factor)) {
            add_rest(e, factor);
        }
    }

    bool add_product(const Expr &e, int64_t factor) {
        const auto *product = e.as<Mul>();
        if (!product) {
            return false;
        }
        for (const auto &[a, b] : {std::pair{product->a, product->b}, {product->b, product->a}}) {
            if (auto constant = as_const_int(b)) {
                add(a, factor * *constant);
                return true;
            }
        }
        return false;
    }

    void add_rest(const Expr &e, int64_t factor) {
        const bool lane = uses(e, LevelKind::Lane);
        if (lane && uses(e, LevelKind::Serial)) {
            const bool is_limit = e.as<Min>() || e.as<Max>() || e.as<Select>();
            user_error(
                "{}: the term {} mixes lanes with serial loops or scalar inputs in a way that is "
                "not affine; {}",
                where, text(e, levels),
                is_limit ? "give the Func that limits the coordinate (a clamp, the edge of an "
                           "image) compute_root or compute_at, so that lanes read its buffer, or "
                           "unroll another loop"
                         : "split the loops so that it becomes a sum, or unroll another loop");
        }
        Expr &rest = lane ? form.lane_table : form.base;
        const Expr term = simplify(e * static_cast<int>(factor));
        rest = rest.defined() ? simplify(rest + term) : term;
    }
};

} // namespace

AffineForm affine_form(const Expr &coordinate, const std::vector<Level> &levels,
                       const std::string &where) {
    // The ranges of the counters make quotients and remainders go: (8*x + lane)/8 is x.
    Scope<Interval> ranges;
    CounterSpace(levels).push_intervals(coordinate, ranges);
    Expr e = simplify(coordinate, true, ranges);
    if (!e.as<Mod>()) { // the remainder of a whole coordinate is that of a folded dimension
        e = simplify(split_lane_quotients(e, levels), true, ranges);
    }
    return Decomposition(levels, where).run(e);
}

hwir::Index translate_index(const AffineForm &form, const std::map<LevelId, int> &loops,
                            const Translator &translator) {
    hwir::Index index;
    index.coefficients.assign(loops.size(), 0);
    for (const auto &[level, coefficient] : form.coefficients) {
        index.coefficients[loops.at(level)] = coefficient;
    }
    index.offset = form.offset;
    index.modulus = form.modulus;
    if (form.base.defined()) {
        index.base = translator.translate(form.base);
    }
    if (form.lane_table.defined()) {
        index.lane_table = translator.translate(form.lane_table);
    }
    return index;
}

} // namespace Orrery::frontend
