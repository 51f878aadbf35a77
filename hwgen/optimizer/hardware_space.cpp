#include "hwgen/optimizer/hardware_space.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <limits>

namespace Orrery::optimizer {

namespace {

bool contains(LoopSet set, int loop) { return (set >> loop & 1) != 0; }

int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace

HardwareSpace::HardwareSpace(const InterstellarModel &model, const Constraints &constraints)
    : problem_(model.problem()), hardware_(model.hardware()), constraints_(constraints),
      lattice_(model.problem()), tensors_(problem_.tensors.size()) {
    ORRERY_CHECK(tensors_ <= size_t(most_tensors), "{} tensors", tensors_);
    for (size_t x = 0; x < tensors_; x++) {
        output_ = problem_.tensors[x].output ? x : output_;
        indexing_.push_back(problem_.loops_of(problem_.tensors[x]));
        elements_.emplace_back();
        needed_.emplace_back();
        widths_.emplace_back();
        cycles_.emplace_back();
        for (Lattice::Point p = 0; p < lattice_.points(); p++) {
            const std::vector<int64_t> tile = lattice_.tile(p);
            elements_[x].push_back(Problem::elements(problem_.tensors[x], tile.data()));
            needed_[x].push_back(Problem::distinct_elements(problem_.tensors[x], tile));
            widths_[x].push_back(width_of(problem_.tensors[x], tile));
            cycles_[x].push_back(cycles_of(problem_.tensors[x], tile));
        }
    }
    const EnergyUnit unit = level_energy_unit(hardware_);
    for (const MemoryLevel &level : hardware_.levels) {
        read_energy_.push_back(unit.units(level.read_pj));
        write_energy_.push_back(unit.units(level.write_pj));
    }
    for (int d = 0; d < lattice_.loops(); d++) {
        const std::vector<int64_t> &divisors = lattice_.divisors(d);
        divisors_of_.emplace_back(divisors.size());
        for (size_t i = 0; i < divisors.size(); i++) {
            for (size_t j = 0; j <= i; j++) {
                if (divisors[i] % divisors[j] == 0) {
                    divisors_of_[d][i].push_back(int(j));
                }
            }
        }
    }
    make_orders();
    choose_bypassed();
}

/// The loops of `first` innermost, then those that do not index the tensor, then the others.
HardwareSpace::Order HardwareSpace::order_keeping(size_t tensor, LoopSet first) const {
    Order order;
    const auto rank = [&](int d) {
        return contains(first, d) ? 0 : !contains(indexing_[tensor], d) ? 1 : 2;
    };
    for (int r = 0; r < 3; r++) {
        for (int d = 0; d < lattice_.loops(); d++) {
            if (rank(d) == r) {
                order.push_back(d);
            }
        }
    }
    return order;
}

void HardwareSpace::make_orders() {
    const LoopSet all = (LoopSet(1) << lattice_.loops()) - 1;
    for (int level = 0; level <= hardware_.last_level(); level++) {
        const bool last = level == hardware_.last_level();
        const LoopSet first = last ? all & ~indexing_[output_] : 0;
        const auto kept = constraints_.kept.find(level);
        if (kept != constraints_.kept.end() && last && size_t(kept->second) != output_) {
            user_error("--fix \"{0} keeps {1}\": the hardware keeps sums in place; with the cost "
                       "model orrery, {0} keeps the output",
                       hardware_.levels[level].name, problem_.tensors[kept->second].name);
        }
        orders_.emplace_back();
        if (kept != constraints_.kept.end() && !last) {
            orders_.back().push_back(order_keeping(size_t(kept->second), 0));
            continue;
        }
        for (size_t x = 0; x < tensors_; x++) {
            if (x !=
                output_) { // over which loops the sums stay is of no account: they are added to
                orders_.back().push_back(order_keeping(x, first));
            }
        }
    }
}

bool HardwareSpace::may_hold(int level, size_t tensor) const {
    const auto given = constraints_.held.find({level, int(tensor)});
    return given == constraints_.held.end() || given->second;
}

/// The sets of operands that may bypass each level.
void HardwareSpace::choose_bypassed() {
    for (size_t x = 0; x < tensors_; x++) {
        bool held = x == output_;
        for (int level = 0; level < hardware_.last_level(); level++) {
            held = held || may_hold(level, x);
        }
        if (!held) {
            user_error("--fix: all levels bypass {}; the array cannot read {} by itself",
                       problem_.tensors[x].name, hardware_.levels.back().name);
        }
    }
    for (int level = 0; level < hardware_.last_level(); level++) {
        TensorSet may = 0, must = 0;
        for (size_t x = 0; x < tensors_; x++) {
            const bool given = constraints_.held.count({level, int(x)}) != 0;
            const bool holds = may_hold(level, x);
            may |= x != output_ && (!given || !holds) ? TensorSet(1) << x : 0;
            must |= x != output_ && !holds ? TensorSet(1) << x : 0;
        }
        bypassed_.emplace_back();
        for (TensorSet set = 0; set <= may; set++) {
            if ((set & ~may) == 0 && (must & ~set) == 0) {
                bypassed_.back().push_back(set);
            }
        }
    }
}

HardwareSpace::Lanes HardwareSpace::lanes(const std::vector<int64_t> &factors) const {
    Lanes lanes{factors, {}, {}};
    int64_t all = 1, reducing = 1;
    for (int d = 0; d < lattice_.loops(); d++) {
        all *= factors[d];
        reducing *= contains(indexing_[output_], d) ? 1 : factors[d];
    }
    const int64_t operations = problem_.operations();
    const int64_t points = divided_up(operations, all);
    lanes.least.cycles = points;
    for (size_t x = 0; x < tensors_; x++) {
        lanes.distinct[x] = Problem::distinct_elements(problem_.tensors[x], factors);
    }
    lanes.least.energy =
        read_energy_[hardware_.last_level() - 1] * points * lanes.distinct[output_] +
        output_energy(divided_up(operations, reducing));
    return lanes;
}

HardwareSpace::Part HardwareSpace::whole() const {
    Part part{hardware_.last_level(), lattice_.whole(), 1, {}, {}, {}};
    part.stays.fill(1);
    part.source.fill(hardware_.last_level());
    return part;
}

/// What the loops of a level, which make the inner tile of the outer one, do to the copies inside.
void HardwareSpace::pass(const Part &part, const Order &order, Part &inner) const {
    PerTensor stays;
    stays.fill(1);
    std::array<bool, most_tensors> ended{};
    for (const int d : order) {
        const int64_t factor = lattice_.extent(part.tile, d) / lattice_.extent(inner.tile, d);
        if (factor == 1) {
            continue;
        }
        inner.iterations *= factor;
        for (size_t x = 0; x < tensors_; x++) {
            ended[x] = ended[x] || contains(indexing_[x], d);
            stays[x] *= ended[x] ? 1 : factor;
        }
    }
    inner.iterations *= part.iterations;
    for (size_t x = 0; x < tensors_; x++) {
        inner.stays[x] = ended[x] ? stays[x] : stays[x] * part.stays[x];
    }
    if (part.level == hardware_.last_level()) {
        const int64_t outputs = elements_[output_][lattice_.whole()];
        const int64_t cycles =
            outputs / elements_[output_][inner.tile] * cycles_[output_][inner.tile];
        inner.amount.cycles = std::max(inner.amount.cycles, cycles);
        // Lanes of the drain without work read, too.
        inner.amount.energy +=
            read_energy_[inner.level] * (cycles * widths_[output_][inner.tile] - outputs);
    }
}

/// Copies of the part's tile, of the operands that do not bypass its level.
void HardwareSpace::hold(TensorSet bypassed, Part &part) const {
    for (size_t x = 0; x < tensors_; x++) {
        if (x != output_ && (bypassed >> x & 1) == 0) {
            const int64_t moved = fills(part, x) * elements_[x][part.tile],
                          cycles = fills(part, x) * cycles_[x][part.tile];
            // Lanes without work read copies, too; the last level they do not.
            const int64_t read =
                part.source[x] == hardware_.last_level() ? moved : cycles * widths_[x][part.tile];
            part.amount.energy +=
                read * read_energy_[part.source[x]] + moved * write_energy_[part.level];
            part.amount.cycles = std::max(part.amount.cycles, cycles);
            part.source[x] = part.level;
        }
    }
}

/// Every operand has a copy, or may have one further in.
bool HardwareSpace::reaches_array(const Part &part) const {
    for (size_t x = 0; x < tensors_; x++) {
        bool reaches = x == output_ || part.source[x] != hardware_.last_level();
        for (int level = 0; level < part.level; level++) {
            reaches = reaches || may_hold(level, x);
        }
        if (!reaches) {
            return false;
        }
    }
    return true;
}

/// What is given, and that the array has its lanes.
bool HardwareSpace::allowed(const Lanes &lanes, const Part &part, int loop, int64_t extent) const {
    const int64_t lane = lanes.factors[loop], given = constraints_.given(part.level, loop);
    if (extent < lane || (given != 0 && lattice_.extent(part.tile, loop) != given * extent)) {
        return false;
    }
    const bool inside = part.level - 1 <= hardware_.array.level;
    if (inside && hardware_.array.level > 0 && extent % lane != 0) {
        return false;
    }
    const int64_t innermost = part.level == 1 ? constraints_.given(0, loop) : 0;
    return innermost == 0 || divided_up(extent, lane) == innermost;
}

int64_t HardwareSpace::room(const Lanes &lanes, int level) const {
    int64_t words = hardware_.levels[level].words;
    for (const int64_t factor : lanes.factors) {
        words *= level <= hardware_.array.level ? factor : 1;
    }
    return words;
}

bool HardwareSpace::fits(const Lanes &lanes, const Part &part) const {
    int64_t words = 0;
    for (size_t x = 0; x < tensors_; x++) {
        const bool held =
            x == output_ ? part.level == hardware_.last_level() - 1 : part.source[x] == part.level;
        if (held) {
            words += elements_[x][part.tile] * (fills(part, x) == 1 ? 1 : 2);
        }
    }
    return words <= room(lanes, part.level);
}

int64_t HardwareSpace::output_energy(int64_t stored) const {
    const int last = hardware_.last_level();
    const int64_t outputs = elements_[output_][lattice_.whole()];
    return write_energy_[last - 1] * stored +
           (read_energy_[last - 1] + write_energy_[last]) * outputs;
}

/// Of the array and the sums, where all tiles are chosen.
HardwareSpace::Amount HardwareSpace::array_amount(const Lanes &lanes, const Part &part) const {
    int64_t points = part.iterations, stored = part.iterations;
    for (int d = 0; d < lattice_.loops(); d++) {
        const int64_t extent = lattice_.extent(part.tile, d);
        const int64_t steps = divided_up(extent, lanes.factors[d]);
        points *= steps;
        stored *= contains(indexing_[output_], d) ? extent : steps;
    }
    Amount amount{output_energy(stored), points};
    for (size_t x = 0; x < tensors_; x++) {
        const int level = x == output_ ? hardware_.last_level() - 1 : part.source[x];
        amount.energy += read_energy_[level] * points * lanes.distinct[x];
    }
    return amount;
}

/// Of what is done inside of the part for an operand, whatever is chosen there: the array reads it
/// from the innermost copy that there is, or from one further in, which gets each element that the
/// tile's work needs at least once per fill of that: tiles inside leave out what a stride skips.
int64_t HardwareSpace::least_energy(const Lanes &lanes, const Part &part, size_t tensor) const {
    const int source = part.source[tensor];
    const int64_t read = lanes.least.cycles * lanes.distinct[tensor];
    const int64_t moved = fills(part, tensor) * needed_[tensor][part.tile];
    int64_t least = source == hardware_.last_level() ? std::numeric_limits<int64_t>::max()
                                                     : read * read_energy_[source];
    for (int level = 0; level < part.level; level++) {
        if (may_hold(level, tensor)) {
            least = std::min(least, moved * (read_energy_[source] + write_energy_[level]) +
                                        read * read_energy_[level]);
        }
    }
    return least;
}

HardwareSpace::Amount HardwareSpace::bound(const Lanes &lanes, const Part &part) const {
    Amount amount = part.level == 0 ? array_amount(lanes, part) : lanes.least;
    amount.energy += part.amount.energy;
    amount.cycles = std::max(amount.cycles, part.amount.cycles);
    for (size_t x = 0; x < tensors_ && part.level > 0; x++) {
        amount.energy += x == output_ ? 0 : least_energy(lanes, part, x);
    }
    return amount;
}

MappedLayer HardwareSpace::mapped(const LayerShape &shape, const std::vector<int64_t> &factors,
                                  const std::vector<Axis> &axes,
                                  const std::vector<Step> &path) const {
    MappedLayer result;
    result.shape = shape;
    result.problem = problem_;
    result.array_level = hardware_.array.level;
    const int last = hardware_.last_level();
    for (const MemoryLevel &level : hardware_.levels) {
        result.levels.push_back(level.name);
    }
    result.mapping.axes = axes;
    result.mapping.temporal.assign(size_t(last) + 1,
                                   std::vector<int64_t>(problem_.loops.size(), 1));
    result.mapping.order.assign(size_t(last) + 1, orders_[0].front());
    result.mapping.bypassed.assign(size_t(last) + 1, 0);
    Lattice::Point tile = lattice_.whole();
    for (int level = last; level > 0; level--) {
        const Step &step = path[size_t(last - level)];
        result.mapping.order[level] = orders_[level][step.order];
        result.mapping.bypassed[level - 1] = step.bypassed;
        for (int d = 0; d < lattice_.loops(); d++) {
            result.mapping.temporal[level][d] =
                lattice_.extent(tile, d) / lattice_.extent(step.tile, d);
        }
        tile = step.tile;
    }
    for (int d = 0; d < lattice_.loops(); d++) {
        result.mapping.temporal[0][d] = divided_up(lattice_.extent(tile, d), factors[d]);
    }
    return result;
}

} // namespace Orrery::optimizer
