#pragma once
#include "hwgen/interpreter/interpreter.h"
#include "hwgen/interpreter/stream_walker.h"

#include <memory>

namespace Orrery::interpreter {

/// Contents and tokens of one buffer.
struct BufferState {
    int64_t size = 1; ///< elements of one slot
    std::vector<int64_t> data;
    std::vector<int64_t> written_in;   ///< per element: generation of its last write, -1 for none
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
