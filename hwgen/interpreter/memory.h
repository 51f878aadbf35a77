#pragma once
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/interpreter/stream_walker.h"

#include <memory>

namespace Orrery::interpreter {

/// Where a process is in the life of a buffer, both counted from 0.
struct Place {
    int64_t generation = 0;
    int64_t lifetime = 0; ///< of the elements: the passes over the loops around which they live
};

/// What an element of a buffer holds.
struct Mark {
    int64_t generation = -1; ///< of its last write, -1 for none
    int64_t lifetime = -1;
    int64_t turn = 0; ///< of the circle: which of the elements that share this place
};

/// Contents and tokens of one buffer.
struct BufferState {
    int64_t size = 1; ///< elements of one slot
    std::vector<int64_t> data;
    std::vector<Mark> marks;           ///< per element
    std::vector<int64_t> writers_done; ///< generations that each writer has finished
    std::vector<int64_t> readers_done;
    int64_t progress = 0; ///< of the last writer in the generation after writers_done.back()
    BufferStatistics statistics;
};

/// A value that others see later: in the next cycle, or at once.
struct Update {
    int64_t *where;
    int64_t value;
};

/// All that the processes share.
struct Memory {
    std::vector<BufferState> buffers;
    std::vector<Tensor> &tensors;
    std::vector<std::unique_ptr<StreamCheck>> streams;

    Memory(const hwir::Design &design, std::vector<Tensor> &tensors);
};

} // namespace Orrery::interpreter
