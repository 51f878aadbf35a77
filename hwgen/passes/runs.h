#pragma once
#include "hwgen/passes/affine.h"
#include "hwgen/passes/element_address.h"

namespace Orrery::passes {

/// The elements that an access of a tensor moves, in order.
struct ElementSequence {
    std::vector<int> order; ///< loops of the process, outermost first: all serial loops, then the
                            ///< lanes of the stream
    ElementAddress address; ///< no lane counters in its atoms
    /// The first loops of the order, which no run goes across: they stay loops of the descriptor.
    size_t separate = 0;
    Facts facts;            ///< when an element is moved; of the loops in `order` only
};

/// Merges the elements to contiguous runs (see make_streams). Part of make_streams.
hwir::Descriptor make_runs(hwir::ExprPool &pool, const hwir::Process &process,
                           ElementSequence sequence);

} // namespace Orrery::passes
