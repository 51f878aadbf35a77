#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::passes {

/// A buffer may have this many banks, along one dimension and in all.
inline constexpr int64_t most_banks = 4096;

/// Splits every buffer into banks, so that all lanes of an access find their elements in different
/// banks, and gives every load its port. Sets Buffer::banks, packed and read_ports.
///
/// Along each dimension the number of banks is the smallest one that keeps apart the lane values of
/// every access. Coordinates differ per dimension, so that banks of all dimensions together keep
/// apart what differs in any of them. A coordinate modulo M that lanes reach has M banks: lanes
/// beyond the end of the circle then differ from those before it in the bank alone.
///
///     lane x in 0..4                                       buffer tile
///         load0 = buffer tile[2*x + r.x]          ->           banks [5]        (0, 2, 4, 6 differ
///         modulo 5, not 4)
///
/// A dimension is `packed` where every access reaches all of its banks at the same word: they make
/// one wide word. Not so where the lanes of an array with links access them one after the other.
///
/// Each load is a read port (a copy of the memory), identical loads of a process share one. An
/// accumulation's own element is read through the port that updates it and gets none.
///
/// Throws UserError if an access cannot be resolved within most_banks.
void assign_banks(hwir::Design &design);

} // namespace Orrery::passes
