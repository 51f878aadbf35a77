#pragma once
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/interpreter/stream_walker.h"

#include <memory>

namespace Orrery::interpreter {

/// Where a process is in the life of a buffer or scratch tensor, both counted from 0. A reader of previous generations begins
/// at -1.
struct Place {
    int64_t generation = 0;
    int64_t lifetime = 0; ///< of the elements: the passes over the loops around which they live
};

/// The places of a process per ring of Memory: of what it stores (and updates), and of what it only reads.
struct Places {
    std::vector<Place> stores, loads;

    Place &of(size_t ring, bool writer) { return (writer ? stores : loads)[ring]; }
    const Place &of(size_t ring, bool writer) const { return (writer ? stores : loads)[ring]; }
};

/// What an element of a buffer holds.
struct Mark {
    int64_t generation = -1; ///< of its last write, -1 for none
    int64_t lifetime = -1;
    int64_t turn = 0; ///< of the circle: which of the elements that share this place
};

/// Contents of one buffer.
struct BufferState {
    int64_t size = 1; ///< elements of one slot
    std::vector<int64_t> data;
    std::vector<Mark> marks; ///< per element
    BufferStatistics statistics;
};

/// What is known of the elements of a scratch tensor; their values are in its Tensor.
struct ScratchState {
    std::vector<int64_t> written_in;      ///< generation of the last write, -1 for none
    std::vector<int64_t> written_in_pass; ///< pass of the last write
};

/// The tokens of one buffer or scratch tensor.
struct Ring {
    const std::string &name;
    int slots;
    const std::vector<hwir::TokenUse> &writers, &readers;
    std::vector<int64_t> writers_done, readers_done; ///< generations that each of them has finished
    int64_t progress = 0; ///< of the last writer in the generation after writers_done.back()
};

/// The number of the first generation that a process works on.
inline int64_t first_generation(const hwir::TokenUse &use) { return use.previous ? -1 : 0; }

/// A value that others see later: in the next cycle, or at once.
struct Update {
    int64_t *where;
    int64_t value;
};

/// All that the processes share.
struct Memory {
    std::vector<BufferState> buffers;
    std::vector<Tensor> &tensors;
    std::vector<ScratchState> scratch; ///< per tensor; empty for those of the user
    std::vector<Ring> rings;           ///< of the buffers, then of the tensors
    std::vector<std::unique_ptr<StreamCheck>> streams;

    Memory(const hwir::Design &design, std::vector<Tensor> &tensors);
};

} // namespace Orrery::interpreter
