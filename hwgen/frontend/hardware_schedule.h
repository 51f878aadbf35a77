#pragma once
#include "hwgen/hwir/design.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

/// The accelerator directives of one pipeline, as the directive API records them and the frontend
/// reads them.
///
/// Funcs are keyed by Halide's unique name (`Func::name()`, wrappers of `in()` included), tensors
/// by the name of their Parameter (inputs) or of the Func (the output, Funcs in DRAM), loops by the
/// name of the Var or RVar that the user wrote.
namespace Orrery {

/// One stage of a Func: 0 is the pure definition, n > 0 is update(n - 1).
struct StageKey {
    std::string func;
    int stage = 0;
    bool operator<(const StageKey &o) const {
        return std::tie(func, stage) < std::tie(o.func, o.stage);
    }
};

/// The loops of a stage that become the rows and columns of its processing-element array. Each of
/// them is unrolled.
struct ArrayDirective {
    std::vector<std::string> rows, columns;       ///< outermost first
    bool row_links = false, column_links = false; ///< systolic along the rows, the columns
};

/// Memory of a Func that is computed inside the scope.
struct BufferDirective {
    int slots = 1; ///< generations held at once
    hwir::MemoryTechnology technology = hwir::MemoryTechnology::Auto;
    bool in_dram = false; ///< no buffer: a scratch tensor
};

/// AXI4 port of a tensor.
struct PortDirective {
    int bus_bits = 128; ///< 32, 64, 128, 256 or 512
    int outstanding_bursts = 16;
    int max_burst_beats = 256; ///< at most 256
};

struct HardwareSchedule {
    std::string output; ///< the accelerated Func: everything between the inputs and it is hardware
    std::map<StageKey, ArrayDirective> arrays;
    std::map<std::string, BufferDirective> buffers;
    std::map<std::string, PortDirective> ports;
    /// Inputs that are no tensors: the Func in the step before.
    std::map<std::string, std::string> feedback;

    bool in_dram(const std::string &func) const {
        auto at = buffers.find(func);
        return at != buffers.end() && at->second.in_dram;
    }
};

} // namespace Orrery
