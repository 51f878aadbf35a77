#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::passes {

/// Gives every access of a tensor its stream: which lanes take elements, and the contiguous runs
/// that bring them in the order in which the process wants them. Sets Design::streams, in the order
/// of the processes, loads before the store.
///
/// The elements of a stream are those of the enabled lanes, point after point of the serial loops.
/// Lane loops on which the address does not depend count as 0. Within a point the lane loop with
/// the largest stride in memory is outermost.
///
/// Runs are merged from the innermost loop outwards: a loop joins the run if its stride is the
/// length so far and nothing depends on it. The last loop that joins may have conditions (padding,
/// ragged tiles) and a variable extent: these cut the run at its ends. Two loops of a split whose
/// conditions see only their sum join as one.
///
///     for y in 0..8                                          for y in 0..8
///       for x in 0..16         (row stride 16)        ->       condition 0 <= y + yo - 1
///         lane c in 0..3       (pixel stride 3)                start 48*y + 3*max(0, 1 - xo) - 51,
///         length 3*(16 - max(0, 1 - xo))
///           load0 = tensor[c, x + xo - 1, y + yo - 1] if 0 <= x + xo - 1 and 0 <= y + yo - 1
///
/// Of a scratch tensor no run goes across the loops at which its streams take their tokens.
///
/// Throws UserError for addresses that are not affine, for conditions that depend on data, for
/// enabled lanes that are no neighbours in memory order, and for outputs that are read back.
void make_streams(hwir::Design &design);

} // namespace Orrery::passes
