#include "hwgen/optimizer/hardware_space.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

namespace Orrery::optimizer {

namespace {

bool contains(LoopSet set, int loop) { return (set >> loop & 1) != 0; }

int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace

HardwareSpace::HardwareSpace(const InterstellarModel &model, const Constraints &constraints)
    : problem_(model.problem()), hardware_(model.hardware()), constraints_(constraints),
      loops_(int(problem_.loops.size())), tensors_(problem_.tensors.size()) {
    ORRERY_CHECK(tensors_ <= size_t(max_tensors), "{} tensors", tensors_);
    ORRERY_CHECK(loops_ <= max_loops, "{} loops", loops_);
    std::vector<int64_t> extents;
    for (int d = 0; d < loops_; d++) {
        extents.push_back(problem_.loops[size_t(d)].extent);
        longest_first_.push_back(d);
    }
    std::stable_sort(longest_first_.begin(), longest_first_.end(),
                     [&](int a, int b) { return extents[size_t(a)] > extents[size_t(b)]; });
    for (size_t x = 0; x < tensors_; x++) {
        output_ = problem_.tensors[x].output ? x : output_;
        indexing_.push_back(problem_.loops_of(problem_.tensors[x]));
    }
    outputs_ = whole_elements(output_, extents.data());
    const EnergyUnit unit = level_energy_unit(hardware_);
    for (const MemoryLevel &level : hardware_.levels) {
        read_energy_.push_back(unit.units(level.read_pj));
        write_energy_.push_back(unit.units(level.write_pj));
    }
    make_orders();
    choose_bypassed();
}

/// The order in which the operands stay as long as they can, the first of the sequence longest: the
/// loops of `innermost` innermost, of these and of the others those that index the least of the
/// sequence's beginning. In any other order with these innermost, each operand stays over no more
/// loops than in that of the sequence of the operands by the number of loops over which they stay.
HardwareSpace::Order HardwareSpace::order_keeping(const std::vector<size_t> &sequence,
                                                  LoopSet innermost) const {
    Order order(static_cast<size_t>(loops_));
    std::iota(order.begin(), order.end(), 0);
    const auto kept = [&](int d) { // so many of the sequence, from its first on
        return std::find_if(sequence.begin(), sequence.end(),
                            [&](size_t x) { return contains(indexing_[x], d); }) -
               sequence.begin();
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const bool inside = contains(innermost, a);
        return inside != contains(innermost, b) ? inside : kept(a) > kept(b);
    });
    return order;
}

/// One for each sequence of the operands. Over which loops the sums stay is of no account: they are
/// added to.
std::vector<HardwareSpace::Order> HardwareSpace::orders_with(LoopSet innermost) const {
    std::vector<size_t> sequence;
    for (size_t x = 0; x < tensors_; x++) {
        if (x != output_) {
            sequence.push_back(x);
        }
    }
    std::vector<Order> orders;
    do {
        Order order = order_keeping(sequence, innermost);
        if (std::find(orders.begin(), orders.end(), order) == orders.end()) {
            orders.push_back(std::move(order));
        }
    } while (std::next_permutation(sequence.begin(), sequence.end()));
    return orders;
}

void HardwareSpace::make_orders() {
    const LoopSet all = (LoopSet(1) << loops_) - 1;
    for (int level = 0; level <= hardware_.last_level(); level++) {
        const bool last = level == hardware_.last_level();
        const auto kept = constraints_.kept.find(level);
        if (kept != constraints_.kept.end() && last && size_t(kept->second) != output_) {
            user_error("--fix \"{0} keeps {1}\": the hardware keeps sums in place; with the cost "
                       "model orrery, {0} keeps the output",
                       hardware_.levels[level].name, problem_.tensors[kept->second].name);
        }
        const bool given = kept != constraints_.kept.end();
        const size_t stays = given ? size_t(kept->second) : output_;
        orders_.push_back(orders_with(last || given ? all & ~indexing_[stays] : 0));
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
        always_held_.push_back(((TensorSet(1) << tensors_) - 1) & ~may &
                               ~(TensorSet(1) << output_));
        bypassed_.emplace_back();
        for (TensorSet set = 0; set <= may; set++) {
            if ((set & ~may) == 0 && (must & ~set) == 0) {
                bypassed_.back().push_back(set);
            }
        }
    }
}

HardwareSpace::Lanes HardwareSpace::lanes(const std::vector<int64_t> &factors) {
    Lanes lanes{factors, {}, {}};
    for (int d = 0; d < loops_; d++) {
        std::unique_ptr<LoopTiles> &tiles = tiles_[{d, factors[size_t(d)]}];
        if (!tiles) {
            tiles = std::make_unique<LoopTiles>(problem_.loops[size_t(d)].extent,
                                                factors[size_t(d)], constraints_.factors);
        }
        lanes.tiles[d] = tiles.get();
    }
    for (size_t x = 0; x < tensors_; x++) {
        lanes.distinct[x] = Problem::distinct_elements(problem_.tensors[x], factors);
    }
    return lanes;
}

HardwareSpace::Part HardwareSpace::whole(const Lanes &lanes) const {
    Part part{hardware_.last_level(), {}, {}, {}, {}};
    for (int d = 0; d < loops_; d++) {
        part.tile[d] = lanes.tiles[d]->whole();
    }
    part.repeats.fill(1);
    part.source.fill(hardware_.last_level());
    return part;
}

int64_t HardwareSpace::tiles_indexing(size_t tensor, const Tile &tile) const {
    int64_t product = 1;
    for (int d = 0; d < loops_; d++) {
        product *= contains(indexing_[tensor], d) ? tile[d]->tiles : 1;
    }
    return product;
}

/// Of the tensor, in a tile of these extents.
int64_t HardwareSpace::whole_elements(size_t tensor, const int64_t *extents) const {
    return Problem::elements(problem_.tensors[tensor], extents);
}

int64_t HardwareSpace::moved_coordinates(const Dimension &dimension, const Tile &tile) const {
    int64_t tiles = 1;
    for (const Dimension::Term &term : dimension.terms) {
        tiles *= tile[term.loop]->tiles;
    }
    int64_t sum = tiles; // each has 1 + coefficient * (extent - 1) + ...
    for (const Dimension::Term &term : dimension.terms) {
        const int64_t own = tile[term.loop]->tiles;
        sum += term.coefficient * (tiles / own) * (problem_.loops[size_t(term.loop)].extent - own);
    }
    return sum;
}

HardwareSpace::Moved HardwareSpace::moved(size_t tensor, const Tile &tile) const {
    const Tensor &of = problem_.tensors[tensor];
    Moved moved{1, 1, 1};
    for (size_t i = 0; i < of.dimensions.size(); i++) {
        const Dimension &dimension = of.dimensions[i];
        const int64_t coordinates = moved_coordinates(dimension, tile);
        moved.elements *= coordinates;
        if (int(i) == of.dense) {
            moved.width = width_of(of, dense_extent(tensor, tile));
            moved.cycles *= sum_of_tiles(dimension, tile, [&](const int64_t *extents) {
                return divided_up(Problem::extent(dimension, extents), moved.width);
            });
        } else {
            moved.cycles *= coordinates;
        }
    }
    return moved;
}

/// Of a whole tile.
int64_t HardwareSpace::dense_extent(size_t tensor, const Tile &tile) const {
    const Tensor &of = problem_.tensors[tensor];
    int64_t extent = 1;
    if (of.dense >= 0) {
        for (const Dimension::Term &term : of.dimensions[size_t(of.dense)].terms) {
            extent += term.coefficient * (tile[term.loop]->extent - 1);
        }
    }
    return extent;
}

/// Of all tiles together, without what a stride skips: their work needs so many elements.
int64_t HardwareSpace::needed_elements(size_t tensor, const Tile &tile) const {
    int64_t product = 1;
    for (const Dimension &dimension : problem_.tensors[tensor].dimensions) {
        product *= dimension.terms.size() == 1
                       ? problem_.loops[size_t(dimension.terms[0].loop)].extent
                       : sum_of_tiles(dimension, tile, [&](const int64_t *extents) {
                             return Problem::distinct_coordinates(dimension, extents);
                         });
    }
    return product;
}

/// How often the copies of the tile are filled anew because of loops that do not index the tensor:
/// of those further out than the innermost one that does.
HardwareSpace::PerTensor HardwareSpace::repeats_inside(const Part &part, const Order &order,
                                                       const Tile &tile) const {
    PerTensor repeats = part.repeats;
    for (size_t x = 0; x < tensors_; x++) {
        int64_t product = 1;
        bool further_out = false;
        for (const int d : order) {
            const bool indexing = contains(indexing_[x], d);
            product *= indexing ? 1 : (further_out ? tile : part.tile)[d]->tiles;
            further_out = further_out || (indexing && tile[d] != part.tile[d]);
        }
        repeats[x] = further_out ? product : repeats[x];
    }
    return repeats;
}

/// Results that leave the tiles of the last but one level.
void HardwareSpace::drain(Part &part) const {
    if (part.level == hardware_.last_level() - 1) {
        const Moved results = moved(output_, part.tile);
        // Lanes of the drain without work read, too; the others are in the bounds of all parts.
        part.amount.energy +=
            read_energy_[size_t(part.level)] * (results.cycles * results.width - outputs_);
        part.amount.cycles = std::max(part.amount.cycles, results.cycles);
    }
}

/// Copies of the part's tile, of the operands that do not bypass its level.
void HardwareSpace::hold(TensorSet bypassed, const std::array<Moved, max_tensors> &moved,
                         Part &part) const {
    for (size_t x = 0; x < tensors_; x++) {
        if (x == output_ || (bypassed >> x & 1) != 0) {
            continue;
        }
        const int64_t elements = part.repeats[x] * moved[x].elements,
                      cycles = part.repeats[x] * moved[x].cycles;
        // Lanes without work read copies, too; the last level they do not.
        const int64_t read =
            part.source[x] == hardware_.last_level() ? elements : cycles * moved[x].width;
        part.amount.energy += read * read_energy_[size_t(part.source[x])] +
                              elements * write_energy_[size_t(part.level)];
        part.amount.cycles = std::max(part.amount.cycles, cycles);
        part.source[x] = part.level;
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
bool HardwareSpace::is_allowed(const Lanes &lanes, const Part &part, int loop,
                               int64_t extent) const {
    const int64_t lane = lanes.factors[size_t(loop)];
    const int64_t given = constraints_.given(part.level, loop);
    if (extent < lane || (given != 0 && divided_up(part.tile[loop]->extent, extent) != given)) {
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
    int64_t words = hardware_.levels[size_t(level)].words;
    for (const int64_t factor : lanes.factors) {
        words *= level <= hardware_.array.level ? factor : 1;
    }
    return words;
}

/// Whether a tile of which so many loops are cut can fit, if the others get as small as they may.
bool HardwareSpace::may_fit(const Lanes &lanes, const Part &part, int cut, const Tile &tile) const {
    const int level = part.level - 1;
    const TensorSet sums =
        level == hardware_.last_level() - 1 ? TensorSet(1) << output_ : TensorSet(0);
    const TensorSet held = always_held_[size_t(level)] | sums;
    if (held == 0) {
        return true;
    }
    std::array<int64_t, max_loops> extents{};
    for (int i = 0; i < loops_; i++) {
        const int d = longest_first_[size_t(i)];
        extents[size_t(d)] = i < cut ? tile[d]->extent : lanes.factors[size_t(d)];
    }
    int64_t words = 0;
    for (size_t x = 0; x < tensors_; x++) {
        if ((held >> x & 1) != 0) {
            words += whole_elements(x, extents.data()) *
                     (part.repeats[x] * tiles_indexing(x, tile) > 1 ? 2 : 1);
        }
    }
    return words <= room(lanes, level);
}

bool HardwareSpace::fits(const Lanes &lanes, const Part &part) const {
    std::array<int64_t, max_loops> extents{};
    for (int d = 0; d < loops_; d++) {
        extents[size_t(d)] = part.tile[d]->extent;
    }
    int64_t words = 0;
    for (size_t x = 0; x < tensors_; x++) {
        const bool held =
            x == output_ ? part.level == hardware_.last_level() - 1 : part.source[x] == part.level;
        if (held) {
            words += whole_elements(x, extents.data()) * (fills(part, x) == 1 ? 1 : 2);
        }
    }
    return words <= room(lanes, part.level);
}

/// Of what is done inside of the part for an operand, whatever is chosen there: the array reads it
/// from the innermost copy that there is, or from one further in, which gets each element that the
/// tiles' work needs at least once per fill of these: tiles inside leave out what a stride skips.
int64_t HardwareSpace::least_energy(const Lanes &lanes, const Part &part, const Work &work,
                                    size_t tensor) const {
    const int source = part.source[tensor];
    const int64_t read = work.points * lanes.distinct[tensor];
    const int64_t moved = part.repeats[tensor] * work.needed[tensor];
    int64_t least = source == hardware_.last_level() ? std::numeric_limits<int64_t>::max()
                                                     : read * read_energy_[size_t(source)];
    for (int level = 0; level < part.level; level++) {
        if (may_hold(level, tensor)) {
            least = std::min(least,
                             moved * (read_energy_[size_t(source)] + write_energy_[size_t(level)]) +
                                 read * read_energy_[size_t(level)]);
        }
    }
    return least;
}

HardwareSpace::Work HardwareSpace::work_of(const Lanes &lanes, const Tile &tile) const {
    const size_t last = size_t(hardware_.last_level());
    Work work;
    int64_t stored = 1;
    for (int d = 0; d < loops_; d++) { // tiles further in do not make them less
        work.points *= tile[d]->steps;
        stored *=
            contains(indexing_[output_], d) ? problem_.loops[size_t(d)].extent : tile[d]->steps;
    }
    work.energy = read_energy_[last - 1] * (work.points * lanes.distinct[output_] + outputs_) +
                  write_energy_[last - 1] * stored + write_energy_[last] * outputs_;
    for (size_t x = 0; x < tensors_; x++) {
        work.needed[x] = x == output_ ? 0 : needed_elements(x, tile);
    }
    return work;
}

HardwareSpace::Amount HardwareSpace::bound(const Lanes &lanes, const Part &part) const {
    return bound(lanes, part, work_of(lanes, part.tile));
}

HardwareSpace::Amount HardwareSpace::bound(const Lanes &lanes, const Part &part,
                                           const Work &work) const {
    Amount amount{part.amount.energy + work.energy, std::max(part.amount.cycles, work.points)};
    for (size_t x = 0; x < tensors_; x++) {
        if (x != output_) {
            amount.energy += least_energy(lanes, part, work, x);
            amount.cycles = std::max(amount.cycles, least_cycles(part, work, x));
        }
    }
    if (part.level == hardware_.last_level()) {
        amount.cycles = std::max(amount.cycles, divided_up(outputs_, widest(part, output_)));
    }
    return amount;
}

/// Neighbours in memory that tiles of the part, or further in, can move together.
int64_t HardwareSpace::widest(const Part &part, size_t tensor) const {
    return std::min<int64_t>(tensor == output_ ? most_drain_width : most_fill_width,
                             dense_extent(tensor, part.tile));
}

/// Of filling a copy further in, which an operand without one needs.
int64_t HardwareSpace::least_cycles(const Part &part, const Work &work, size_t tensor) const {
    return part.source[tensor] < hardware_.last_level()
               ? 0
               : divided_up(part.repeats[tensor] * work.needed[tensor], widest(part, tensor));
}

/// No mapping costs less whose next tile is cut from the part in this way, in some loops perhaps
/// further: with the best of the orders.
HardwareSpace::Amount HardwareSpace::least_inside(const Lanes &lanes, const Part &part,
                                                  const Tile &tile) const {
    const Work work = work_of(lanes, tile);
    Part inside = part;
    std::optional<Amount> least;
    for (const Order &order : orders_[size_t(part.level)]) {
        inside.repeats = repeats_inside(part, order, tile);
        const Amount amount = bound(lanes, inside, work);
        least = least ? Amount{std::min(least->energy, amount.energy),
                               std::min(least->cycles, amount.cycles)}
                      : amount;
    }
    return *least;
}

/// Those of which the tile's extent does not divide the one around it.
int HardwareSpace::ragged_loops(const Part &part, const Tile &tile) const {
    int loops = 0;
    for (int d = 0; d < loops_; d++) {
        loops += part.tile[d]->extent % tile[d]->extent != 0 ? 1 : 0;
    }
    return loops;
}

HardwareSpace::Step HardwareSpace::step_of(const Part &part, const Tile &tile) const {
    Step step;
    for (int d = 0; d < loops_; d++) {
        step.extents[size_t(d)] = int32_t(tile[d]->extent);
    }
    step.ragged = ragged_loops(part, tile);
    return step;
}

MappedLayer HardwareSpace::mapped(const std::vector<int64_t> &factors,
                                  const std::vector<Axis> &axes,
                                  const std::vector<Step> &path) const {
    MappedLayer result;
    result.problem = problem_;
    result.array_level = hardware_.array.level;
    const int last = hardware_.last_level();
    for (const MemoryLevel &level : hardware_.levels) {
        result.levels.push_back(level.name);
    }
    Mapping &mapping = result.mapping;
    mapping.axes = axes;
    mapping.temporal.assign(size_t(last) + 1, std::vector<int64_t>(problem_.loops.size(), 1));
    mapping.ragged.assign(size_t(last) + 1, std::vector<int64_t>(problem_.loops.size(), 0));
    mapping.order.assign(size_t(last) + 1, orders_[0].front());
    mapping.bypassed.assign(size_t(last) + 1, 0);
    for (int d = 0; d < loops_; d++) {
        int64_t around = problem_.loops[size_t(d)].extent;
        for (int level = last; level > 0; level--) {
            const int64_t inside = path[size_t(last - level)].extents[size_t(d)];
            mapping.temporal[size_t(level)][size_t(d)] = divided_up(around, inside);
            mapping.ragged[size_t(level)][size_t(d)] = around % inside != 0 ? inside : 0;
            around = inside;
        }
        mapping.temporal[0][size_t(d)] = divided_up(around, factors[size_t(d)]);
    }
    for (int level = last; level > 0; level--) {
        const Step &step = path[size_t(last - level)];
        mapping.order[size_t(level)] = orders_[size_t(level)][size_t(step.order)];
        mapping.bypassed[size_t(level) - 1] = step.bypassed;
    }
    return result;
}

} // namespace Orrery::optimizer
