#pragma once
#include "hwgen/hwir/design.h"

#include <string>
#include <vector>

/// Executes a design of the hardware IR on tensors: what the hardware computes, without its
/// latencies.
namespace Orrery::interpreter {

/// Memory image of one tensor: element (c0, c1, ...) is data[sum(c_d x stride_d)], with the strides
/// of hwir::Tensor.
struct Tensor {
    std::vector<int64_t> data;  ///< wrapped to the tensor's type
    std::vector<int64_t> shape; ///< extent per dimension, innermost first
};

/// A tensor of zeros with the extents of `tensor`.
Tensor make_tensor(const hwir::Tensor &tensor);

struct Options {
    /// Timed: in each cycle every process issues one point or stalls, and tokens that it gives
    /// arrive in the next cycle. Otherwise: a random process issues a random number of points, and
    /// tokens arrive at once.
    bool timed = true;
    unsigned seed = 1; ///< order of the processes within a cycle, and of the random mode
};

struct ProcessStatistics {
    int64_t points = 0;          ///< points issued with at least one enabled lane
    int64_t idle_points = 0;     ///< points without one, and empty loops
    int64_t lane_operations = 0; ///< enabled lanes, summed over the points
    int64_t stalls = 0;          ///< cycles (timed) or attempts in which a token was missing
};

struct BufferStatistics {
    int64_t reads = 0;  ///< distinct elements per port and point; of an accumulation only where the
                        ///< old value is used
    int64_t writes = 0; ///< elements
};

struct StreamStatistics {
    int64_t elements = 0;
    int64_t runs = 0;
};

struct Result {
    /// What went wrong first; empty if all went well. One of: an output that depends on an
    /// element of a buffer that was not written in this generation (of a sliding buffer: not yet
    /// written, or overwritten already), an access out of range, two
    /// words of one bank in one cycle, lanes of a packed dimension in different words, two lanes
    /// that write one element, a stream that disagrees with its access, a deadlock (which process
    /// waits for what).
    std::string error;
    int64_t cycles = 0; ///< timed only
    std::vector<ProcessStatistics> processes;
    std::vector<BufferStatistics> buffers;
    std::vector<StreamStatistics> streams;
};

/// Runs the whole network once. `tensors` are indexed as Design::tensors; outputs are written in
/// place. The passes must have set banks and streams. Throws InternalError if the design does not
/// verify, has scalars (see hwir::specialize) or a tensor has the wrong shape.
Result run(const hwir::Design &design, std::vector<Tensor> &tensors, const Options &options = {});

} // namespace Orrery::interpreter
