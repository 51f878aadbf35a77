#pragma once
#include "hwgen/hwir/expr.h"
#include "hwgen/netlist/netlist.h"

#include <optional>
#include <string>
#include <vector>

namespace Orrery::lower {

/// An expression that a module computes; the port has the type's width and signedness, and the value is cast to it.
struct DatapathOutput {
    std::string name;
    hwir::ExprId expr;
    hwir::Type type;
};

/// A leaf of the expressions: a Load or Counter node, or any subexpression that is computed elsewhere. The port has the width
/// and signedness of `type`, which may be narrower than the node's; its values are those of the node and lie in `interval`.
struct DatapathInput {
    std::string name;
    hwir::ExprId expr;
    hwir::Type type;
    std::optional<hwir::Interval> interval;
};

struct Datapath {
    netlist::Module module; ///< ports: clk_i if it has registers, the inputs, the outputs
    int latency = 0;        ///< cycles from the inputs to every output
    bool has_clock = false;
};

struct DatapathOptions {
    bool combinational = false; ///< no registers: latency 0
};

/// Module that computes expressions of its inputs with Halide's semantics and a new set of values every cycle. Widths follow
/// from the intervals of the inputs. Inputs that no output uses get no port.
Datapath build_datapath(const hwir::ExprPool &pool, const std::string &module_name,
                        const std::string &purpose, const std::vector<DatapathOutput> &outputs,
                        const std::vector<DatapathInput> &inputs, DatapathOptions options = {});

/// Takes out the pins of inputs that the module has no port for, because no output needs them.
void drop_unused_pins(const netlist::Module &module, std::vector<netlist::Connection> &pins);

} // namespace Orrery::lower
