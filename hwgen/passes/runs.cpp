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
            while (kept > 0 && (join_single(loop(kept - 1)) || join_free(loop(kept - 1)))) {
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
    int64_t unit = 1;        ///< elements of a run before it is cut
    std::vector<int> group;  ///< loops that joined as one and are cut, innermost first
    int64_t group_count = 1; ///< their iterations

    int loop(size_t position) const { return sequence.order[position]; }
    int64_t extent(int l) const { return process.loops[l].max_extent; }
    bool is_constant(int l) const { return pool.as_constant(process.loops[l].extent).has_value(); }

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
        sequence.address = without(sequence.address, l);
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
        if (sequence.address.coefficients[l] != unit || !is_constant(l) ||
            atoms_use(pool, sequence.address, l) || facts_depend_on(l)) {
            return false;
        }
        unit *= extent(l);
        return true;
    }

    /// Every condition on the loop is an affine comparison of its counter.
    bool can_cut(int l, const Facts &facts) const {
        return !atoms_use(pool, sequence.address, l) && !others_use(l) &&
               std::none_of(facts.not_negative.begin(), facts.not_negative.end(),
                            [&](const Affine &a) { return atoms_use(pool, a, l); }) &&
               std::none_of(facts.others.begin(), facts.others.end(),
                            [&](ExprId e) { return uses_counter(pool, e, l); });
    }

    /// Joins a loop that is cut, and those around it that join as one with it; false if there is
    /// none.
    bool join_clipped() {
        if (kept == 0 || sequence.address.coefficients[loop(kept - 1)] != unit) {
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
        while (kept > 0 && (join_single(loop(kept - 1)) || join_group(loop(kept - 1)))) {
            kept--;
        }
        return true;
    }

    /// A cut at constant places leaves a run of constant length, which may go on to grow: columns 1
    /// .. 13 of padded rows.
    bool close_constant_cut() {
        std::vector<Affine> &sums = sequence.facts.not_negative;
        for (const Affine &sum : sums) {
            bool others = std::any_of(sequence.order.begin(), sequence.order.begin() + kept,
                                      [&](int l) { return sum.coefficients[l] != 0; });
            if (cut_by(sum) && (others || !sum.atoms.empty())) {
                return false;
            }
        }
        auto [low, high] = group_range();
        std::optional<int64_t> first = pool.as_constant(low), end = pool.as_constant(high);
        if (!first || !end || *first >= *end) {
            return false;
        }
        sums.erase(
            std::remove_if(sums.begin(), sums.end(), [&](const Affine &a) { return cut_by(a); }),
            sums.end());
        sequence.address.offset += *first * unit;
        unit *= *end - *first;
        group.clear();
        group_count = 1;
        return true;
    }

    /// Do address and conditions see only group counter + group_count * this counter?
    bool join_group(int l) {
        if (!is_constant(l) || sequence.address.coefficients[l] != unit * group_count ||
            !can_cut(l, sequence.facts)) {
            return false;
        }
        const std::vector<Affine> &sums = sequence.facts.not_negative;
        bool joins = std::all_of(sums.begin(), sums.end(), [&](const Affine &a) {
            return a.coefficients[l] == group_count * a.coefficients[group.front()];
        });
        if (joins) {
            group.push_back(l);
            group_count *= extent(l);
        }
        return joins;
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
                low = pool.max(low, quotient(numerator, k));
            } else { // counter < floor(rest / -k) + 1
                rest.offset += -k;
                high = pool.min(high, quotient(rest, -k));
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
        Affine start = sequence.address;
        ExprId length = pool.constant(unit * group_count);
        d.max_length = unit * group_count;
        if (!group.empty()) {
            auto [low, high] = group_range();
            length = pool.mul(pool.max(pool.constant(0), pool.sub(high, low)), pool.constant(unit));
            start.add(affine(pool, low, start.coefficients.size()), unit);
        }
        d.length = renumbered(length);
        for (size_t i = 0; i < kept; i++) {
            Loop l = process.loops[loop(i)];
            l.kind = LoopKind::Serial;
            l.extent = renumbered(l.extent);
            d.loops.push_back(l);
            d.start.coefficients.push_back(start.coefficients[loop(i)]);
        }
        d.start.offset = start.offset;
        add_base(start, d.start);
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

    void add_base(const Affine &start, Index &index) {
        Affine base;
        base.coefficients.assign(start.coefficients.size(), 0);
        base.atoms = start.atoms;
        if (!base.atoms.empty()) {
            index.base = renumbered(build(pool, base));
        }
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
