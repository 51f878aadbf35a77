#include "hwgen/optimizer/spatial.h"

#include "hwgen/optimizer/fix.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <map>

namespace Orrery::optimizer {

namespace {

/// Factors of a loop on an axis, where there is room for `most` lanes.
std::vector<int64_t> factors_of(int64_t extent, int64_t most, Factors factors) {
    const int64_t room = std::max<int64_t>(1, std::min(extent, most));
    const int64_t rounds = divided_up(extent, room);
    std::vector<int64_t> all;
    for (int64_t factor = 2; factor <= room; factor++) {
        const bool fewest_rounds = factor == divided_up(extent, rounds);
        if (factors == Factors::All || extent % factor == 0 ||
            (factors == Factors::Ceil && fewest_rounds)) {
            all.push_back(factor);
        }
    }
    return all;
}

/// What an axis may hold.
std::vector<Axis> axis_choices(const Problem &problem, const Hardware &hardware, int axis,
                               Factors factors) {
    const int64_t width = hardware.array.width(axis);
    const double least = hardware.utilisation * double(width);
    std::vector<Axis> choices;
    if (least <= 1) {
        choices.push_back({});
    }
    const auto pairs = [&](int near, int64_t factor) {
        for (int far = 0; far < int(problem.loops.size()); far++) {
            for (const int64_t second :
                 factors_of(problem.loops[size_t(far)].extent, width / factor, factors)) {
                if (far != near && double(factor * second) >= least) {
                    choices.push_back({{near, factor}, {far, second}});
                }
            }
        }
    };
    for (int loop = 0; loop < int(problem.loops.size()); loop++) {
        const int64_t extent = problem.loops[size_t(loop)].extent;
        for (const int64_t factor : factors_of(extent, width, factors)) {
            if (double(factor) >= least) {
                choices.push_back({{loop, factor}});
            } else if (hardware.replication && (factors == Factors::All || extent % factor == 0)) {
                pairs(loop, factor);
            }
        }
    }
    return choices;
}

LoopSet loops_of(const Axis &axis) {
    LoopSet set = 0;
    for (const SpatialLoop &loop : axis) {
        set |= LoopSet(1) << loop.loop;
    }
    return set;
}

int64_t iterations(const Axis &axis) {
    int64_t product = 1;
    for (const SpatialLoop &loop : axis) {
        product *= loop.factor;
    }
    return product;
}

/// Choices by the factors of the loops, in the order in which these first appear.
class Collector {
public:
    explicit Collector(const InterstellarModel &model) : model_(model) {}

    void add(const std::vector<Axis> &axes) {
        std::vector<int64_t> factors(model_.problem().loops.size(), 1);
        for (const Axis &axis : axes) {
            for (const SpatialLoop &loop : axis) {
                factors[loop.loop] *= loop.factor;
            }
        }
        const auto [found, fresh] = places_.emplace(factors, choices_.size());
        if (fresh) {
            choices_.push_back({factors, {}, {}, {}});
        }
        add_assignment(choices_[found->second], axes);
    }

    std::vector<SpatialChoice> take() {
        for (SpatialChoice &choice : choices_) {
            choice.least_hops = choice.hops[0];
            for (const auto &hops : choice.hops) {
                for (size_t x = 0; x < hops.size(); x++) {
                    choice.least_hops[x] = std::min(choice.least_hops[x], hops[x]);
                }
            }
        }
        return std::move(choices_);
    }

private:
    const InterstellarModel &model_;
    std::vector<SpatialChoice> choices_;
    std::map<std::vector<int64_t>, size_t> places_;

    void add_assignment(SpatialChoice &choice, const std::vector<Axis> &axes) {
        std::vector<int64_t> hops;
        for (size_t x = 0; x < model_.tensors().size(); x++) {
            hops.push_back(model_.hop_energy(axes, int(x)));
        }
        const auto beats = [](const std::vector<int64_t> &a, const std::vector<int64_t> &b) {
            return std::equal(a.begin(), a.end(), b.begin(),
                              [](int64_t p, int64_t q) { return p <= q; });
        };
        for (const auto &other : choice.hops) {
            if (beats(other, hops)) {
                return;
            }
        }
        for (size_t i = choice.hops.size(); i-- > 0;) {
            if (beats(hops, choice.hops[i])) {
                choice.hops.erase(choice.hops.begin() + int64_t(i));
                choice.axes.erase(choice.axes.begin() + int64_t(i));
            }
        }
        choice.hops.push_back(hops);
        choice.axes.push_back(axes);
    }
};

} // namespace

std::vector<SpatialChoice>
spatial_choices(const InterstellarModel &model,
                const std::function<bool(const std::vector<Axis> &)> &accepts, Factors factors) {
    const Hardware &hardware = model.hardware();
    const std::vector<Axis> first = axis_choices(model.problem(), hardware, 0, factors);
    const double least = hardware.utilisation * double(hardware.array.elements);
    Collector collector(model);
    const auto add = [&](const std::vector<Axis> &axes) {
        if (!accepts || accepts(axes)) {
            collector.add(axes);
        }
    };
    if (hardware.array.axes == 1) {
        for (const Axis &axis : first) {
            add({axis});
        }
        return collector.take();
    }
    const bool alike = hardware.array.width(0) == hardware.array.width(1);
    const std::vector<Axis> second = axis_choices(model.problem(), hardware, 1, factors);
    for (size_t i = 0; i < first.size(); i++) {
        for (size_t j = alike ? i : 0; j < second.size(); j++) {
            const bool disjoint = (loops_of(first[i]) & loops_of(second[j])) == 0;
            const bool used = double(iterations(first[i]) * iterations(second[j])) >= least;
            if (disjoint && used) {
                add({first[i], second[j]});
            }
        }
    }
    return collector.take();
}

std::string no_spatial_choice(const Hardware &hardware) {
    std::vector<int64_t> widths;
    for (int axis = 0; axis < hardware.array.axes; axis++) {
        widths.push_back(hardware.array.width(axis));
    }
    return fmt::format("no loops use {:.0f} % of each axis ({} processing elements) and of the "
                       "array: allow less utilisation{}",
                       100 * hardware.utilisation, fmt::join(widths, " and "),
                       hardware.replication ? "" : ", or replication");
}

std::string too_many_lanes(const std::vector<Axis> &axes, const Hardware &hardware) {
    int64_t product = 1;
    for (const Axis &axis : axes) {
        product *= iterations(axis);
    }
    return product <= hardware.array.elements
               ? ""
               : fmt::format("--fix spatial: {} iterations do not fit into the {} processing "
                             "elements",
                             product, hardware.array.elements);
}

std::vector<SpatialChoice> given_spatial(const InterstellarModel &model,
                                         const std::vector<Axis> &axes) {
    LoopSet seen = 0;
    for (const Axis &axis : axes) {
        for (const SpatialLoop &loop : axis) {
            const Loop &of = model.problem().loops[loop.loop];
            check_factor("--fix spatial", of, loop.factor);
            if ((seen >> loop.loop & 1) != 0) {
                user_error("--fix spatial: {} is given twice", of.name);
            }
            seen |= LoopSet(1) << loop.loop;
        }
    }
    const std::string too_many = too_many_lanes(axes, model.hardware());
    if (!too_many.empty()) {
        throw NotPossible(too_many);
    }
    Collector collector(model);
    collector.add(axes);
    return collector.take();
}

} // namespace Orrery::optimizer
