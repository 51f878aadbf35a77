#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::passes {

/// Lets readers into a generation that its last writer still fills, where the order of the writer and that of the reader
/// allow it. Sets Buffer::progress and TokenUse::needed.
///
/// The progress is the place of the writer in the order of its points. A reader needs all points that write an element it
/// reads: their coordinates are equal, so that the place of the last one is bounded by the reader's counters.
///
///     for y in 0..15                                for r in 0..3              (kernel row)
///       for x in 0..15                                for y in 0..13
///         lane c in 0..16                               lane c in 0..16
///           store buffer rows[c, x, y]                    load0 = buffer rows[c, 0, y + r]
///
///     ->  progress 15*y + x                         ->  needs progress > 15*y + 15*r
///
/// Loops that no coordinate of the reader bounds count with their largest value, and are left out of the progress where they
/// are innermost. A bound over several lanes of one coordinate takes the lane that is worst. The bound is one of the last
/// write of an element, whatever was written before; guards and predicates only make fewer reads and writes.
///
/// As before: sliding buffers, those whose last writer is an accumulation, readers that would wait for all of the generation anyway.
void early_start(hwir::Design &design);

} // namespace Orrery::passes
