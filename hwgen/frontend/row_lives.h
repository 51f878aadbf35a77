#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// When the elements with one coordinate along a dimension ("a row") are needed, in generations
/// from the Realize on.
struct RowLife {
    int64_t first_write = -1; ///< -1: never written
    int64_t last_use = -1;    ///< last write or read
};

/// The lives of the elements of one Realize, for one combination of the counters around it.
struct RealizeLives {
    int64_t generations = 0;
    std::vector<std::vector<RowLife>> rows; ///< per dimension and coordinate; empty: does not move
};

/// The lives of all elements of a sliding storage. A dimension moves if the elements that its
/// generations write or read differ along it.
struct StorageLives {
    std::vector<bool> moves;                ///< per dimension
    std::vector<RealizeLives> shapes;       ///< one per combination of outer counters that matters
    bool written_again = false;             ///< an element is written in more than one generation
    const Stage *reads_unwritten = nullptr; ///< a stage that reads what was not written until then
};

/// Walks through all generations of a storage whose Func is computed further in than it is stored.
/// Throws UserError if there are too many.
StorageLives storage_lives(const Network &network, const Storage &storage);

} // namespace Orrery::frontend
