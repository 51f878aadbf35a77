#include "hwgen/frontend/lane_quotients.h"

#include "hwgen/frontend/expressions.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

int64_t floor_quotient(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// A sum as coefficients of lane counters, of serial terms, and a constant.
class LaneSum {
public:
    LaneSum(const std::vector<Level> &all_levels, const Expr &e) : levels(all_levels) {
        const LinearSum sum = linear_sum(e);
        offset = sum.offset;
        for (const auto &[term, factor] : sum.terms) {
            add_term(term, factor);
        }
    }

    /// Of what the divisor and all serial terms are multiples; nothing if lanes are in other terms
    /// than sums, or if the lanes reach into two multiples.
    struct Split {
        int64_t multiple, quotient; ///< the lanes' part lies at quotient * multiple or above, less
                                    ///< than a multiple further
    };
    std::optional<Split> split(int64_t divisor) const {
        int64_t multiple = divisor, least = offset, most = offset;
        for (const auto &[term, coefficient] : serial) {
            multiple = std::gcd(multiple, coefficient);
        }
        for (const auto &[lane, coefficient] : lanes) {
            const int64_t reach = coefficient * (levels[lane].max_extent - 1);
            (coefficient < 0 ? least : most) += reach;
        }
        const int64_t quotient = floor_quotient(least, multiple);
        if (mixed || lanes.empty() || multiple == 1 || floor_quotient(most, multiple) != quotient) {
            return std::nullopt;
        }
        return Split{multiple, quotient};
    }

    /// The serial terms divided by the multiple, with the quotient of the lanes.
    Expr serial_part(const Split &split) const {
        Expr sum = static_cast<int>(split.quotient);
        for (const auto &[term, coefficient] : serial) {
            sum = sum + term * static_cast<int>(coefficient / split.multiple);
        }
        return sum;
    }

    /// What the lanes and the constant are above quotient * multiple.
    Expr lane_part(const Split &split) const {
        Expr sum = static_cast<int>(offset - split.quotient * split.multiple);
        for (const auto &[lane, coefficient] : lanes) {
            sum = sum + counter_variable(lane) * static_cast<int>(coefficient);
        }
        return sum;
    }

private:
    const std::vector<Level> &levels;
    std::vector<std::pair<LevelId, int64_t>> lanes;
    std::vector<std::pair<Expr, int64_t>> serial;
    int64_t offset = 0;
    bool mixed = false; ///< lanes occur in other terms than sums

    void add_term(const Expr &e, int64_t factor) {
        const std::set<LevelId> used = counters_in(e);
        const bool has_lane = std::any_of(used.begin(), used.end(), [&](LevelId level) {
            return levels[level].kind == LevelKind::Lane;
        });
        if (!has_lane) {
            serial.push_back({e, factor});
        } else if (e.as<Variable>()) {
            lanes.push_back({*used.begin(), factor});
        } else {
            mixed = true;
        }
    }
};

class Splitter : public IRMutator {
    using IRMutator::visit;

public:
    explicit Splitter(const std::vector<Level> &l) : levels(l) {}

private:
    const std::vector<Level> &levels;

    template <typename Op, typename Rebuild>
    Expr split(const Op *op, const Rebuild &rebuild) {
        const Expr a = mutate(op->a);
        const auto divisor = as_const_int(op->b);
        if (divisor && *divisor > 1) {
            const LaneSum sum(levels, a);
            if (const auto parts = sum.split(*divisor)) {
                return rebuild(sum, *parts, static_cast<int>(*divisor / parts->multiple));
            }
        }
        return Op::make(a, op->b);
    }

    Expr visit(const Div *op) override {
        return split(op, [](const LaneSum &sum, const LaneSum::Split &parts, int divisor) {
            return sum.serial_part(parts) / divisor;
        });
    }
    Expr visit(const Mod *op) override {
        return split(op, [](const LaneSum &sum, const LaneSum::Split &parts, int divisor) {
            return (sum.serial_part(parts) % divisor) * static_cast<int>(parts.multiple) +
                   sum.lane_part(parts);
        });
    }
};

} // namespace

Expr split_lane_quotients(const Expr &e, const std::vector<Level> &levels) {
    return Splitter(levels).mutate(e);
}

} // namespace Orrery::frontend
