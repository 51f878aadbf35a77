#pragma once
#include "hwgen/hwir/design.h"

/// What the lowering has decided about time, and what the counters of the hardware count. With the
/// design it says all that the number of cycles depends on. All cycles count from the issue of a
/// point.
namespace Orrery::hwir {

/// Beats that a read stream can hold on a port that serves several: what it may have in flight.
inline constexpr int shared_port_beats = 512;

/// A reason for which a point is not issued.
struct Wait {
    enum class Kind {
        Write, ///< the process writes buffer `number` and has no token
        Read, ///< it reads the buffer: no token, or (early readers) elements that are not there yet
        Load, ///< stream `number` has not brought the data
        Store ///< stream `number` has not taken earlier results
    };
    Kind kind = Kind::Read;
    int number = -1;
    std::string cause; ///< as the counter in design.json has it
};

/// Cycle in which a process hands on its token of a buffer that it reads.
struct Release {
    int buffer = -1;
    int cycle = 0;
};

/// Elements that a read port counts at a point.
struct CountedReads {
    int buffer = -1;
    int read_port = -1;
    int64_t elements = 0;
};

struct ProcessTiming {
    std::vector<Wait> waits; ///< in this order: a cycle counts for the first one that holds
    int result = 1;          ///< the result enters the FIFO of the stream that stores it
    int commit = 0;          ///< the token of the stored buffer is handed on; its progress is told
    std::vector<Release> releases;
    std::vector<CountedReads> reads;
};

struct Timing {
    int start = 0; ///< cycles from the start of an invocation to that of its processes and streams
    std::vector<ProcessTiming> processes;
};

/// Places of the FIFO between a process and the stream that stores its results.
int store_places(const ProcessTiming &timing);

/// Does an invocation end only when all runs of the stream have been answered? So with those that store,
/// and with those that load scratch tensors, which hold tokens.
bool ends_invocations(const Design &design, const Stream &stream);

} // namespace Orrery::hwir
