#include "hwgen/optimizer/interstellar.h"

#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <numeric>

namespace Orrery::optimizer {

namespace {

std::vector<double> energies(const Hardware &hardware) {
    std::vector<double> result{hardware.array.pj_per_hop.value_or(0)};
    for (const MemoryLevel &level : hardware.levels) {
        result.push_back(level.read_pj);
    }
    return result;
}

InterstellarModel::TensorTerms terms_of(const Problem &problem, const Tensor &tensor,
                                        LoopSet output_loops) {
    InterstellarModel::TensorTerms terms;
    LoopSet relevant = 0;
    for (const Dimension &dimension : tensor.dimensions) {
        const bool window = dimension.terms.size() > 1;
        for (const Dimension::Term &term : dimension.terms) {
            if (window && !contains(output_loops, term.loop)) {
                continue;
            }
            relevant |= LoopSet(1) << term.loop;
            terms.divisor *= window ? term.coefficient : 1;
        }
    }
    terms.irrelevant = ~relevant & ((LoopSet(1) << problem.loops.size()) - 1);
    terms.elements = Problem::elements(tensor, problem.extents().data());
    terms.reads_per_access = tensor.output ? 2 : 1;
    terms.first = tensor.output ? 1 : 0;
    return terms;
}

/// The order that keeps the tensors at their place in this sequence: the last one of them longest.
InterstellarModel::Order order_keeping(const std::vector<int> &sequence,
                                       const std::vector<LoopSet> &irrelevant, size_t loops) {
    InterstellarModel::Order order;
    order.stationary.resize(sequence.size());
    LoopSet placed = 0;
    for (size_t first = 0; first <= sequence.size(); first++) {
        LoopSet common = (LoopSet(1) << loops) - 1;
        for (size_t i = first; i < sequence.size(); i++) {
            common &= irrelevant[sequence[i]];
        }
        for (size_t d = 0; d < loops; d++) {
            if (contains(common & ~placed, int(d))) {
                order.loops.push_back(int(d));
            }
        }
        placed |= common;
        if (first < sequence.size()) {
            order.stationary[sequence[first]] = common;
        }
    }
    return order;
}

bool as_good_as(const InterstellarModel::Order &a, const InterstellarModel::Order &b) {
    for (size_t x = 0; x < a.stationary.size(); x++) {
        if ((b.stationary[x] & ~a.stationary[x]) != 0) {
            return false;
        }
    }
    return true;
}

/// In any order, the loops inside of the relevant ones of a tensor are a prefix; the tensor whose
/// prefix is longest, the second, ... are a sequence, and order_keeping of it keeps each at least
/// as long. So the best of all sequences is the best of all orders.
std::vector<InterstellarModel::Order> best_orders(const std::vector<LoopSet> &irrelevant,
                                                  size_t loops) {
    std::vector<int> sequence(irrelevant.size());
    std::iota(sequence.begin(), sequence.end(), 0);
    std::vector<InterstellarModel::Order> orders;
    do {
        const InterstellarModel::Order order = order_keeping(sequence, irrelevant, loops);
        if (std::any_of(orders.begin(), orders.end(),
                        [&](const auto &o) { return as_good_as(o, order); })) {
            continue;
        }
        orders.erase(std::remove_if(orders.begin(), orders.end(),
                                    [&](const auto &o) { return as_good_as(order, o); }),
                     orders.end());
        orders.push_back(order);
    } while (std::next_permutation(sequence.begin(), sequence.end()));
    return orders;
}

} // namespace

int64_t InterstellarModel::Evaluation::level_energy(int level) const {
    return std::accumulate(energy[level].begin(), energy[level].end(), int64_t(0));
}

int64_t InterstellarModel::Evaluation::hop_energy() const {
    return std::accumulate(hops.begin(), hops.end(), int64_t(0));
}

InterstellarModel::InterstellarModel(Problem problem, Hardware hardware)
    : problem_(std::move(problem)), hardware_(std::move(hardware)), unit_(energies(hardware_)) {
    ORRERY_CHECK(problem_.loops.size() <= max_loops && problem_.tensors.size() <= max_tensors, "{}",
                 problem_.name);
    LoopSet output_loops = 0;
    for (const Tensor &tensor : problem_.tensors) {
        output_loops |= tensor.output ? problem_.loops_of(tensor) : 0;
    }
    std::vector<LoopSet> irrelevant;
    for (const Tensor &tensor : problem_.tensors) {
        tensors_.push_back(terms_of(problem_, tensor, output_loops));
        irrelevant.push_back(tensors_.back().irrelevant);
    }
    for (const MemoryLevel &level : hardware_.levels) {
        access_energy_.push_back(unit_.units(level.read_pj));
    }
    hop_energy_ = unit_.units(hardware_.array.pj_per_hop.value_or(0));
    orders_ = best_orders(irrelevant, problem_.loops.size());
    check_range();
}

/// The worst mapping's energy must fit into 63 bits.
void InterstellarModel::check_range() const {
    long double worst = 0;
    for (size_t x = 0; x < tensors_.size(); x++) {
        const long double accesses = (long double)innermost_accesses(int(x)) *
                                     (long double)tensors_[x].divisor *
                                     (long double)tensors_[x].elements;
        for (const int64_t energy : access_energy_) {
            worst += accesses * energy * tensors_[x].reads_per_access;
        }
        worst += accesses * hop_energy_ * 3 * hardware_.array.elements;
    }
    if (worst > 9e18L) {
        user_error("{}: energies of up to {:.1g} pJ do not fit into 63 bits with the digits of {}: "
                   "give its "
                   "energies with fewer digits, or a smaller layer",
                   problem_.name, double(worst) / double(unit_.units(1)), hardware_.name);
    }
}

int64_t InterstellarModel::innermost_accesses(int tensor) const {
    int64_t product = 1;
    for (size_t d = 0; d < problem_.loops.size(); d++) {
        product *= contains(tensors_[tensor].irrelevant, int(d)) ? problem_.loops[d].extent : 1;
    }
    return product / tensors_[tensor].divisor;
}

int64_t InterstellarModel::access_energy(int level, int tensor, int64_t accesses) const {
    const TensorTerms &terms = tensors_[tensor];
    return access_energy_[level] * terms.elements *
           (terms.reads_per_access * accesses - terms.first);
}

/// Hops of each element that enters the array, between neighbours (near) and across the groups of a
/// replicated loop (far).
int64_t InterstellarModel::near_and_far(const std::vector<Axis> &axes, LoopSet irrelevant) const {
    int64_t near = 1, far = 0;
    for (const Axis &axis : axes) {
        if (!axis.empty() && contains(irrelevant, axis[0].loop)) {
            near *= axis[0].factor;
        }
        if (axis.size() == 2 && contains(irrelevant, axis[1].loop) && axis[1].factor > 1) {
            far += axis[0].factor * axis[1].factor;
        }
    }
    return near + far;
}

int64_t InterstellarModel::hop_energy(const std::vector<Axis> &axes, int tensor) const {
    return hop_energy_ * tensors_[tensor].elements *
           near_and_far(axes, tensors_[tensor].irrelevant);
}

void InterstellarModel::accesses_at(const Mapping &mapping, int level, int64_t *accesses) const {
    LoopSet counted_once[max_tensors] = {};
    unsigned moving = 0; // tensors, bit by bit
    const std::vector<int64_t> &here = mapping.temporal[level];
    for (const int loop : mapping.order[level]) {
        if (here[loop] == 1) {
            continue;
        }
        for (size_t x = 0; x < tensors_.size(); x++) {
            if (!contains(tensors_[x].irrelevant, loop)) {
                moving |= 1u << x;
            } else if ((moving >> x & 1) == 0) {
                counted_once[x] |= LoopSet(1) << loop;
            }
        }
    }
    std::fill(accesses, accesses + tensors_.size(), 1);
    for (size_t d = 0; d < problem_.loops.size(); d++) {
        int64_t outside = level <= hardware_.array.level ? mapping.spatial(int(d)) : 1;
        for (int l = level + 1; l <= hardware_.last_level(); l++) {
            outside *= mapping.temporal[l][d];
        }
        for (size_t x = 0; x < tensors_.size(); x++) {
            if (contains(tensors_[x].irrelevant, int(d))) {
                accesses[x] *= contains(counted_once[x], int(d)) ? outside : outside * here[d];
            }
        }
    }
    for (size_t x = 0; x < tensors_.size(); x++) {
        accesses[x] /= tensors_[x].divisor;
    }
}

InterstellarModel::Evaluation InterstellarModel::evaluate(const Mapping &mapping) const {
    Evaluation result;
    for (int level = 0; level <= hardware_.last_level(); level++) {
        std::vector<int64_t> accesses(tensors_.size()), energy(tensors_.size());
        if (level > 0) {
            accesses_at(mapping, level, accesses.data());
        }
        for (size_t x = 0; x < tensors_.size(); x++) {
            accesses[x] = level == 0 ? innermost_accesses(int(x)) : accesses[x];
            energy[x] = access_energy(level, int(x), accesses[x]);
            result.total += energy[x];
            if (level == hardware_.array.level + 1) {
                result.hops.push_back(hop_energy(mapping.axes, int(x)) * accesses[x]);
                result.total += result.hops.back();
            }
        }
        result.accesses.push_back(accesses);
        result.energy.push_back(energy);
    }
    return result;
}

int64_t InterstellarModel::energy(const Mapping &mapping) const {
    int64_t total = 0;
    for (size_t x = 0; x < tensors_.size(); x++) {
        total += access_energy(0, int(x), innermost_accesses(int(x)));
    }
    int64_t accesses[max_tensors];
    for (int level = 1; level <= hardware_.last_level(); level++) {
        accesses_at(mapping, level, accesses);
        for (size_t x = 0; x < tensors_.size(); x++) {
            total += access_energy(level, int(x), accesses[x]);
            if (level == hardware_.array.level + 1) {
                total += hop_energy(mapping.axes, int(x)) * accesses[x];
            }
        }
    }
    return total;
}

int64_t InterstellarModel::words(const int64_t *tile) const {
    int64_t sum = 0;
    for (const Tensor &tensor : problem_.tensors) {
        sum += Problem::elements(tensor, tile);
    }
    return sum;
}

bool InterstellarModel::fills(int level, int64_t words) const {
    const int64_t capacity = hardware_.levels[level].words;
    return capacity == 0 ||
           (words <= capacity && double(words) >= hardware_.least_fill * double(capacity));
}

std::string InterstellarModel::broken_rule(const Mapping &mapping) const {
    const int array_level = hardware_.array.level;
    int64_t elements = 1;
    for (size_t d = 0; d < problem_.loops.size(); d++) {
        int64_t inside = 1, outside = 1;
        for (int level = 0; level <= hardware_.last_level(); level++) {
            (level <= array_level ? inside : outside) *= mapping.temporal[level][d];
        }
        const int64_t spatial = mapping.spatial(int(d));
        const int64_t extent = problem_.loops[d].extent;
        if (extent % outside != 0 || inside != divided_up(extent / outside, spatial)) {
            return fmt::format("the factors of {} do not give {}", problem_.loops[d].name, extent);
        }
        elements *= spatial;
    }
    if (elements > hardware_.array.elements) {
        return fmt::format("{} iterations do not fit into {} processing elements", elements,
                           hardware_.array.elements);
    }
    for (int level = 0; level < hardware_.last_level(); level++) {
        std::vector<int64_t> tile = mapping.tile(problem_, hardware_, level);
        const int64_t capacity = hardware_.levels[level].words;
        if (level == array_level) {
            if (capacity != 0 && words(tile.data()) > capacity * hardware_.array.elements) {
                return fmt::format("the tile of the array has {} words, more than all of {}",
                                   words(tile.data()), hardware_.levels[level].name);
            }
            for (size_t d = 0; d < tile.size(); d++) {
                tile[d] = (tile[d] + mapping.spatial(int(d)) - 1) / mapping.spatial(int(d));
            }
        }
        if (!fills(level, words(tile.data()))) {
            return fmt::format("{} words do not fill {} ({}) to at least {:.0f} %",
                               words(tile.data()), hardware_.levels[level].name, capacity,
                               100 * hardware_.least_fill);
        }
    }
    return {};
}

} // namespace Orrery::optimizer
