#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/lower/registers.h"
#include "hwgen/netlist/netlist.h"

namespace Orrery {

struct LoweredDesign {
    netlist::Netlist netlist;
    lower::RegisterMap registers;
    std::vector<int> latencies; ///< per process: cycles from the issue of a point to its write
    hwir::Timing timing;
};

/// Hardware IR (after the passes) to modules: one per process, stream and datapath, and the top that connects them with buffers,
/// token rings and registers. Its result has been verified.
LoweredDesign lower_design(const hwir::Design &design);

/// The CPU reference, as design.json names it.
struct ReferenceNames {
    std::string library, function;
    /// An input of the function that is no tensor of the design, but what another function computed one step before.
    struct Recurrence {
        std::string input, function;
    };
    std::vector<Recurrence> recurrences;
};

/// The text of design.json (docs/design-json.md).
std::string manifest(const hwir::Design &design, const LoweredDesign &lowered,
                     const std::vector<std::string> &files, const ReferenceNames &reference);

} // namespace Orrery
