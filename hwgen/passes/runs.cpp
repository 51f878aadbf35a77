#include "hwgen/passes/runs.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::passes {
using namespace hwir;

namespace {

class RunMerger {
public:
    RunMerger(ExprPool &p, const Process &proc, ElementSequence s)
        : pool(p), process(proc), sequence(std::move(s)), kept(sequence.order.size()) {}

    Descriptor merge() {
        do {
            while (kept > sequence.separate &&
                   (join_single(loop(kept - 1)) || join_free(loop(kept - 1)))) {
                kept--;
            }
        } while (join_clipped() && close_constant_cut());
        return descriptor();
    }

private:
    ExprPool &pool;
    const Process &process;
    ElementSequence sequence;
    size_t kept;             ///< the first `kept` loops of the order stay loops of the descriptor
    Polynomial unit = 1;     ///< elements of a run before it is cut
    int64_t unit_most = 1;   ///< the most that they can be
    std::vector<int> group;  ///< loops that joined as one and are cut, innermost first
    int64_t group_count = 1; ///< their iterations, at the most

    int loop(size_t position) const { return sequence.order[position]; }
    int64_t extent(int l) const { return process.loops[l].max_extent; }
    bool is_constant(int l) const { return pool.as_constant(process.loops[l].extent).has_value(); }
    bool is_fixed(int l) const { return is_fixed_in_run(pool, process.loops[l].extent); }
    Interval range(ExprId e) const { return hwir::bounds(pool, e, counter_extents(process.loops)); }

    /// A count that is not negative.
    ExprId count(ExprId e) { return range(e).min >= 0 ? e : pool.max(e, pool.constant(0)); }

    /// The facts `counter < extent`, for a loop that stops being one.
    void add_extent_facts(int l, Facts &facts) {
        add_facts(pool, pool.less(pool.counter(l), process.loops[l].extent), process.loops, facts);
    }

    bool others_use(int l) const {
        return std::any_of(sequence.facts.others.begin(), sequence.facts.others.end(),
                           [&](ExprId e) { return uses_counter(pool, e, l); });
    }

    bool facts_depend_on(int l) const {
        const std::vector<Affine> &sums = sequence.facts.not_negative;
        return others_use(l) || std::any_of(sums.begin(), sums.end(), [&](const Affine &a) {
                   return depends_on(pool, a, l);
               });
    }

    /// A loop of at most one iteration: its counter is 0; whether it has an iteration becomes a
    /// condition.
    bool join_single(int l) {
        if (extent(l) > 1) {
            return false;
        }
        // 0 < 1 holds always, 0 < 0 never: add_facts keeps what says something.
        Facts runs;
        add_facts(pool, pool.less(pool.constant(0), process.loops[l].extent), process.loops, runs);
        append(runs);
        set_to_zero(l);
        return true;
    }

    void append(const Facts &more) {
        Facts &facts = sequence.facts;
        facts.not_negative.insert(facts.not_negative.end(), more.not_negative.begin(),
                                  more.not_negative.end());
        facts.others.insert(facts.others.end(), more.others.begin(), more.others.end());
    }

    void set_to_zero(int l) {
        sequence.address = sequence.address.at_zero(pool, l);
        for (Affine &sum : sequence.facts.not_negative) {
            sum = without(sum, l);
        }
        for (ExprId &e : sequence.facts.others) {
            e = at_zero(pool, e, {l});
        }
    }

    Affine without(const Affine &sum, int l) {
        Affine out;
        out.coefficients = sum.coefficients;
        out.coefficients[l] = 0;
        out.offset = sum.offset;
        for (const auto &[atom, factor] : sum.atoms) {
            out.add(affine(pool, at_zero(pool, atom, {l}), out.coefficients.size()), factor);
        }
        return out;
    }

    bool join_free(int l) {
        if (sequence.address.coefficients[l] != unit || !is_fixed(l) ||
            sequence.address.atoms_use(pool, l) || facts_depend_on(l)) {
            return false;
        }
        unit = unit * Polynomial::of(pool, count(process.loops[l].extent));
        unit_most *= extent(l);
        return true;
    }

    /// Every condition on the loop is an affine comparison of its counter.
    bool can_cut(int l, const Facts &facts) const {
        return !sequence.address.atoms_use(pool, l) && !others_use(l) &&
               std::none_of(facts.not_negative.begin(), facts.not_negative.end(),
                            [&](const Affine &a) { return atoms_use(pool, a, l); }) &&
               std::none_of(facts.others.begin(), facts.others.end(),
                            [&](ExprId e) { return uses_counter(pool, e, l); });
    }

    /// Joins a loop that is cut, and those around it that join as one with it; false if there is
    /// none.
    bool join_clipped() {
        if (kept == sequence.separate || sequence.address.coefficients[loop(kept - 1)] != unit) {
            return false;
        }
        int inner = loop(kept - 1);
        Facts facts = sequence.facts;
        if (!is_constant(inner)) {
            add_extent_facts(inner, facts);
        }
        if (!can_cut(inner, facts)) {
            return false;
        }
        sequence.facts = facts;
        group.push_back(inner);
        group_count = extent(inner);
        kept--;
        while (kept > sequence.separate &&
               (join_single(loop(kept - 1)) || join_group(loop(kept - 1)))) {
            kept--;
        }
        return true;
    }

    /// A cut at places that do not move during a run leaves a run of fixed length, which may go on
    /// to grow: columns 1 .. 13 of padded rows.
    bool close_constant_cut() {
        std::vector<Affine> &sums = sequence.facts.not_negative;
        for (const Affine &sum : sums) {
            bool others = std::any_of(sequence.order.begin(), sequence.order.begin() + kept,
                                      [&](int l) { return sum.coefficients[l] != 0; });
            if (cut_by(sum) && (others || !has_fixed_atoms(sum))) {
                return false;
            }
        }
        auto [low, high] = group_range();
        ExprId iterations = difference(high, low);
        const Interval possible = range(iterations);
        if (possible.max <= 0) {
            return false;
        }
        sums.erase(
            std::remove_if(sums.begin(), sums.end(), [&](const Affine &a) { return cut_by(a); }),
            sums.end());
        sequence.address.add(pool, low, unit);
        unit = unit * Polynomial::of(pool, count(iterations));
        unit_most *= possible.max;
        group.clear();
        group_count = 1;
        return true;
    }

    bool has_fixed_atoms(const Affine &sum) const {
        return std::all_of(sum.atoms.begin(), sum.atoms.end(),
                           [&](const auto &atom) { return is_fixed_in_run(pool, atom.first); });
    }

    /// Of two numbers that do not change during a run, in the simplest form.
    ExprId difference(ExprId a, ExprId b) {
        return (Polynomial::of(pool, a) + Polynomial::of(pool, b) * -1).build(pool);
    }

    /// Do address and conditions see only group counter + group_count * this counter?
    bool join_group(int l) {
        if (!is_fixed(l) || sequence.address.coefficients[l] != unit * group_count ||
            !can_cut(l, sequence.facts)) {
            return false;
        }
        Facts end;
        if (!is_constant(l)) {
            add_extent_facts(l, end);
        }
        std::vector<Affine> sums = sequence.facts.not_negative;
        for (const Affine &sum : end.not_negative) {
            if (!follows(sum, sums)) {
                sums.push_back(sum);
            }
        }
        bool joins =
            end.others.empty() && std::all_of(sums.begin(), sums.end(), [&](const Affine &a) {
                return a.coefficients[l] == group_count * a.coefficients[group.front()];
            });
        if (joins) {
            sequence.facts.not_negative = std::move(sums);
            group.push_back(l);
            group_count *= extent(l);
        }
        return joins;
    }

    /// Is the sum never negative where one of the others is not?
    bool follows(const Affine &sum, const std::vector<Affine> &others) const {
        return std::any_of(others.begin(), others.end(), [&](const Affine &other) {
            Affine distance = sum;
            distance.add(other, -1);
            return passes::bounds(pool, distance, counter_extents(process.loops)).min >= 0;
        });
    }

    ExprId lesser(ExprId a, ExprId b) {
        if (is_fixed_in_run(pool, a) && is_fixed_in_run(pool, b)) {
            const Interval distance = range(difference(a, b));
            if (distance.max <= 0 || distance.min >= 0) {
                return distance.max <= 0 ? a : b;
            }
        }
        return pool.min(a, b);
    }

    ExprId greater(ExprId a, ExprId b) {
        if (is_fixed_in_run(pool, a) && is_fixed_in_run(pool, b)) {
            const Interval distance = range(difference(a, b));
            if (distance.max <= 0 || distance.min >= 0) {
                return distance.max <= 0 ? b : a;
            }
        }
        return pool.max(a, b);
    }

    /// The range of iterations of the group that are moved.
    std::pair<ExprId, ExprId> group_range() {
        ExprId low = pool.constant(0), high = pool.constant(group_count);
        for (const Affine &sum : sequence.facts.not_negative) {
            int64_t k = sum.coefficients[group.front()];
            if (k == 0) {
                continue;
            }
            Affine rest = sum;
            for (int l : group) {
                rest.coefficients[l] = 0;
            }
            if (k > 0) { // counter >= ceil(-rest / k)
                Affine numerator = rest;
                numerator.add(rest, -2);
                numerator.offset += k - 1;
                low = greater(low, quotient(numerator, k));
            } else { // counter < floor(rest / -k) + 1
                rest.offset += -k;
                high = lesser(high, quotient(rest, -k));
            }
        }
        return {low, high};
    }

    ExprId quotient(const Affine &numerator, int64_t divisor) {
        ExprId e = build(pool, numerator);
        return divisor == 1 ? e : pool.make(Op::Div, index_type, {e, pool.constant(divisor)});
    }

    bool cut_by(const Affine &sum) const {
        return !group.empty() && sum.coefficients[group.front()] != 0;
    }

    Descriptor descriptor() {
        Descriptor d;
        ElementAddress start = sequence.address;
        ExprId length = (unit * group_count).build(pool);
        d.max_length = unit_most * group_count;
        if (!group.empty()) {
            auto [low, high] = group_range();
            length = pool.mul(pool.max(pool.constant(0), pool.sub(high, low)), unit.build(pool));
            start.add(pool, low, unit);
        }
        d.length = renumbered(length);
        for (size_t i = 0; i < kept; i++) {
            Loop l = process.loops[loop(i)];
            l.kind = LoopKind::Serial;
            l.extent = renumbered(l.extent);
            d.loops.push_back(l);
            d.start.coefficients.push_back(start.coefficients[loop(i)].build(pool));
        }
        d.start.offset = start.offset.build(pool);
        if (ExprId base = start.build_atoms(pool); base.defined()) {
            d.start.base = renumbered(base);
        }
        for (const Affine &sum : sequence.facts.not_negative) {
            if (!cut_by(sum)) {
                add_condition(build_not_negative(pool, sum), d);
            }
        }
        for (ExprId e : sequence.facts.others) {
            add_condition(e, d);
        }
        return d;
    }

    void add_condition(ExprId condition, Descriptor &d) {
        condition = renumbered(condition);
        if (std::find(d.conditions.begin(), d.conditions.end(), condition) == d.conditions.end()) {
            d.conditions.push_back(condition);
        }
    }

    /// In counters of the descriptor's loops.
    ExprId renumbered(ExprId id) {
        return substitute(pool, id, [&](const ExprNode &leaf) {
            if (leaf.op != Op::Counter) {
                return ExprId();
            }
            auto at =
                std::find(sequence.order.begin(), sequence.order.begin() + kept, int(leaf.value));
            ORRERY_CHECK(at != sequence.order.begin() + kept, "{}: loop {} was merged",
                         process.name, leaf.value);
            return pool.counter(int(at - sequence.order.begin()));
        });
    }
};

} // namespace

Descriptor make_runs(ExprPool &pool, const Process &process, ElementSequence sequence) {
    return RunMerger(pool, process, std::move(sequence)).merge();
}

} // namespace Orrery::passes
