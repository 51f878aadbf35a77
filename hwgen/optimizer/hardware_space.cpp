#include "hwgen/optimizer/hardware_space.h"

#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace Orrery::optimizer {

HardwareSpace::HardwareSpace(const InterstellarModel &model, const Constraints &constraints)
    : problem_(model.problem()), hardware_(model.hardware()), constraints_(constraints),
      cost_(problem_, hardware_, constraints_), loops_(int(problem_.loops.size())),
      tensors_(problem_.tensors.size()), output_(cost_.output()),
      longest_first_(problem_.loops.size()) {
    std::iota(longest_first_.begin(), longest_first_.end(), 0);
    std::stable_sort(longest_first_.begin(), longest_first_.end(), [&](int a, int b) {
        return problem_.loops[size_t(a)].extent > problem_.loops[size_t(b)].extent;
    });
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
                            [&](size_t x) { return cost_.indexes(x, d); }) -
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
        orders_.push_back(orders_with(last || given ? all & ~cost_.indexing(stays) : 0));
    }
}

/// The sets of operands that may bypass each level.
void HardwareSpace::choose_bypassed() {
    for (size_t x = 0; x < tensors_; x++) {
        bool held = x == output_;
        for (int level = 0; level < hardware_.last_level(); level++) {
            held = held || cost_.may_hold(level, x);
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
            const bool holds = cost_.may_hold(level, x);
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

Lanes HardwareSpace::lanes(const std::vector<int64_t> &factors) {
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

MappingPart HardwareSpace::whole(const Lanes &lanes) const {
    MappingPart part{hardware_.last_level(), {}, {}, {}, {}};
    for (int d = 0; d < loops_; d++) {
        part.tile[d] = lanes.tiles[d]->whole();
    }
    part.repeats.fill(1);
    part.source.fill(hardware_.last_level());
    return part;
}

/// How often the copies of the tile are filled anew because of loops that do not index the tensor:
/// of those further out than the innermost one that does.
PerTensor HardwareSpace::repeats_inside(const MappingPart &part, const Order &order,
                                        const Tile &tile) const {
    PerTensor repeats = part.repeats;
    for (size_t x = 0; x < tensors_; x++) {
        int64_t product = 1;
        bool further_out = false;
        for (const int d : order) {
            const bool indexing = cost_.indexes(x, d);
            product *= indexing ? 1 : (further_out ? tile : part.tile)[d]->tiles;
            further_out = further_out || (indexing && tile[d] != part.tile[d]);
        }
        repeats[x] = further_out ? product : repeats[x];
    }
    return repeats;
}

/// Every operand has a copy, or may have one further in.
bool HardwareSpace::reaches_array(const MappingPart &part) const {
    for (size_t x = 0; x < tensors_; x++) {
        bool reaches = x == output_ || part.source[x] != hardware_.last_level();
        for (int level = 0; level < part.level; level++) {
            reaches = reaches || cost_.may_hold(level, x);
        }
        if (!reaches) {
            return false;
        }
    }
    return true;
}

/// What is given, and that the array has its lanes.
bool HardwareSpace::is_allowed(const Lanes &lanes, const MappingPart &part, int loop,
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

/// Whether a tile of which so many loops are cut can fit, if the others get as small as they may.
bool HardwareSpace::may_fit(const Lanes &lanes, const MappingPart &part, int cut,
                            const Tile &tile) const {
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
            words += cost_.whole_elements(x, extents.data()) *
                     (part.repeats[x] * cost_.tiles_indexing(x, tile) > 1 ? 2 : 1);
        }
    }
    return words <= cost_.room(lanes, level);
}

/// No mapping costs less whose next tile is cut from the part in this way, in some loops perhaps
/// further: with the best of the orders.
Amount HardwareSpace::least_inside(const Lanes &lanes, const MappingPart &part,
                                   const Tile &tile) const {
    const PartCost::Work work = cost_.work_of(lanes, tile);
    MappingPart inside = part;
    std::optional<Amount> least;
    for (const Order &order : orders_[size_t(part.level)]) {
        inside.repeats = repeats_inside(part, order, tile);
        const Amount amount = cost_.bound(lanes, inside, work);
        least = least ? Amount{std::min(least->energy, amount.energy),
                               std::min(least->cycles, amount.cycles)}
                      : amount;
    }
    return *least;
}

/// Those of which the tile's extent does not divide the one around it.
int HardwareSpace::ragged_loops(const MappingPart &part, const Tile &tile) const {
    int loops = 0;
    for (int d = 0; d < loops_; d++) {
        loops += part.tile[d]->extent % tile[d]->extent != 0 ? 1 : 0;
    }
    return loops;
}

HardwareSpace::Step HardwareSpace::step_of(const MappingPart &part, const Tile &tile) const {
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
