#include "hwgen/optimizer/part_cost.h"

#include "hwgen/optimizer/access_model.h"
#include "hwgen/support/arithmetic.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <limits>

namespace Orrery::optimizer {

PartCost::PartCost(const Problem &problem, const Hardware &hardware, const Constraints &constraints)
    : problem_(problem), hardware_(hardware), constraints_(constraints),
      loops_(int(problem_.loops.size())), tensors_(problem_.tensors.size()) {
    ORRERY_CHECK(tensors_ <= size_t(max_tensors), "{} tensors", tensors_);
    ORRERY_CHECK(loops_ <= max_loops, "{} loops", loops_);
    for (size_t x = 0; x < tensors_; x++) {
        output_ = problem_.tensors[x].output ? x : output_;
        indexing_.push_back(problem_.loops_of(problem_.tensors[x]));
    }
    outputs_ = whole_elements(output_, problem_.extents().data());
    const EnergyUnit unit = level_energy_unit(hardware_);
    for (const MemoryLevel &level : hardware_.levels) {
        read_energy_.push_back(unit.units(level.read_pj));
        write_energy_.push_back(unit.units(level.write_pj));
    }
}

bool PartCost::may_hold(int level, size_t tensor) const {
    const auto given = constraints_.held.find({level, int(tensor)});
    return given == constraints_.held.end() || given->second;
}

int64_t PartCost::room(const Lanes &lanes, int level) const {
    int64_t words = hardware_.levels[size_t(level)].words;
    for (const int64_t factor : lanes.factors) {
        words *= level <= hardware_.array.level ? factor : 1;
    }
    return words;
}

int64_t PartCost::tiles_indexing(size_t tensor, const Tile &tile) const {
    int64_t product = 1;
    for (int d = 0; d < loops_; d++) {
        product *= indexes(tensor, d) ? tile[d]->tiles : 1;
    }
    return product;
}

/// Of the tensor, in a tile of these extents.
int64_t PartCost::whole_elements(size_t tensor, const int64_t *extents) const {
    return Problem::elements(problem_.tensors[tensor], extents);
}

int64_t PartCost::moved_coordinates(const Dimension &dimension, const Tile &tile) const {
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

PartCost::Moved PartCost::moved(size_t tensor, const Tile &tile) const {
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
int64_t PartCost::dense_extent(size_t tensor, const Tile &tile) const {
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
int64_t PartCost::needed_elements(size_t tensor, const Tile &tile) const {
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

/// Results that leave the tiles of the last but one level.
void PartCost::drain(const Moved &results, MappingPart &part) const {
    if (part.level == hardware_.last_level() - 1) {
        // Lanes of the drain without work read, too; the others are in the bounds of all parts.
        part.amount.energy +=
            read_energy_[size_t(part.level)] * (results.cycles * results.width - outputs_);
        part.amount.cycles = std::max(part.amount.cycles, results.cycles);
    }
}

/// Copies of the part's tile, of the operands that do not bypass its level.
void PartCost::hold(TensorSet bypassed, const std::array<Moved, max_tensors> &moved,
                    MappingPart &part) const {
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

bool PartCost::fits(const Lanes &lanes, const MappingPart &part) const {
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

PartCost::Work PartCost::work_of(const Lanes &lanes, const Tile &tile) const {
    const size_t last = size_t(hardware_.last_level());
    Work work;
    int64_t stored = 1;
    for (int d = 0; d < loops_; d++) { // tiles further in do not make them less
        work.points *= tile[d]->steps;
        stored *= indexes(output_, d) ? problem_.loops[size_t(d)].extent : tile[d]->steps;
    }
    work.energy = read_energy_[last - 1] * (work.points * lanes.distinct[output_] + outputs_) +
                  write_energy_[last - 1] * stored + write_energy_[last] * outputs_;
    for (size_t x = 0; x < tensors_; x++) {
        work.needed[x] = x == output_ ? 0 : needed_elements(x, tile);
    }
    return work;
}

Amount PartCost::bound(const Lanes &lanes, const MappingPart &part) const {
    return bound(lanes, part, work_of(lanes, part.tile));
}

Amount PartCost::bound(const Lanes &lanes, const MappingPart &part, const Work &work) const {
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

/// Of what is done inside of the part for an operand, whatever is chosen there: the array reads it
/// from the innermost copy that there is, or from one further in, which gets each element that the
/// tiles' work needs at least once per fill of these: tiles inside leave out what a stride skips.
int64_t PartCost::least_energy(const Lanes &lanes, const MappingPart &part, const Work &work,
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

/// Neighbours in memory that tiles of the part, or further in, can move together.
int64_t PartCost::widest(const MappingPart &part, size_t tensor) const {
    return std::min<int64_t>(tensor == output_ ? most_drain_width : most_fill_width,
                             dense_extent(tensor, part.tile));
}

/// Of filling a copy further in, which an operand without one needs.
int64_t PartCost::least_cycles(const MappingPart &part, const Work &work, size_t tensor) const {
    return part.source[tensor] < hardware_.last_level()
               ? 0
               : divided_up(part.repeats[tensor] * work.needed[tensor], widest(part, tensor));
}

} // namespace Orrery::optimizer
