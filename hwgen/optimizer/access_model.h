#pragma once
#include "hwgen/optimizer/mapping_json.h"

#include <vector>

namespace Orrery::optimizer {

/// A loop of the nest that a mapping describes.
struct NestLoop {
    int level;
    int loop;       ///< of the problem
    int64_t factor; ///< in a whole tile; less in one that is ragged
    int64_t inside; ///< iterations of it that are left further in, those of the array included
};

/// The loops with more than one iteration, outermost first, the array's left out.
std::vector<NestLoop> nest_of(const MappedLayer &mapped);

/// The innermost loop of the nest, among those further out than the level, that indexes the tensor:
/// the level's copy is refilled in each of its iterations. -1: it is filled once.
int refill_loop(const MappedLayer &mapped, const std::vector<NestLoop> &nest, const Tensor &tensor,
                int level);

/// A copy of a tensor at a level of memory.
struct CopyAccesses {
    int level = 0;
    int64_t fills = 0;
    int64_t reads = 0, writes = 0; ///< elements
    int64_t cycles = 0;            ///< of all fills, of fill_width elements in each
};

/// What the hardware made from a mapping does: exact counts, of ragged tiles what they have, halo
/// fetched anew with every tile, and
/// elements that several processing elements share counted once, as they are read once and
/// broadcast.
struct HardwareAccesses {
    int64_t points = 0;     ///< cycles in which the array works
    int64_t operations = 0; ///< multiply-accumulates
    /// [tensor], from the last but one level inwards, those of bypassed levels left out; none of
    /// the output
    std::vector<std::vector<CopyAccesses>> copies;
    CopyAccesses sums;        ///< the partial sums of a tile of the last but one level
    int64_t outputs = 0;      ///< elements of the result
    int64_t drain_cycles = 0; ///< drain_width of them in each
};

constexpr int most_fill_width = 16; ///< elements
constexpr int most_drain_width = 4;

/// Elements of a tile of the tensor that are moved in a cycle: neighbours along its dense
/// dimension, so many that this takes the fewest cycles, and no more. In the last cycle of a row
/// there can be fewer.
int width_of(const Tensor &tensor, int64_t dense_extent);

/// Elements that the copy of a level gets in a cycle.
int fill_width(const MappedLayer &mapped, const Tensor &tensor, int level);

/// Results that leave a tile of sums in a cycle.
int drain_width(const MappedLayer &mapped);

/// Counts them from the mapping alone. The loops of the last level keep the output in place.
HardwareAccesses hardware_accesses(const MappedLayer &mapped);

} // namespace Orrery::optimizer
