#pragma once
#include "hwgen/lower/build.h"
#include "hwgen/lower/datapath.h"

#include <map>

namespace Orrery::lower {

/// A value that differs from lane to lane: one element per point of `lanes` in a flat net.
struct LaneValue {
    netlist::Value vector;
    std::vector<int> lanes; ///< lane loops it depends on, in the order of the flat index
    int width = 1;
    bool is_signed = false;
};

/// Expressions over the counters of one nest and the scalars (extents, conditions, parts of
/// addresses): shared ones are computed by a single module "<nest>_control", those that depend on
/// lanes by a module of their own per lane. All are valid in the cycle of issue. What depends on
/// scalars alone comes from ports of the nest's module.
class Control {
public:
    /// `module` is that of the nest; `index` is the sequencer's flat vector of counters,
    /// `index_width` bits each; `start` begins a run, which takes the scalars of its invocation.
    Control(Build &build, netlist::Module &module, const std::vector<hwir::Loop> &loops,
            netlist::Value index, int index_width, netlist::Value start);

    /// Value of an expression over serial counters, cast to `type`; `name` names the wire. Constants need no wire.
    netlist::Value shared(hwir::ExprId e, hwir::Type type, const std::string &name);

    /// Element per lane of an expression over serial and lane counters.
    LaneValue per_lane(const hwir::Process &process, hwir::ExprId e, hwir::Type type,
                       const std::string &name);

    /// Makes and instantiates the control module; call it after the last `shared`.
    void finish();

private:
    struct Output {
        std::string name;
        hwir::ExprId expr;
        hwir::Type type;
        netlist::Value net;
    };
    netlist::Value counter(int loop) const;
    /// The value of a run, held from its start to its end: that of the next invocation may come before.
    netlist::Value held(const RunValue &value);
    /// Adds inputs and their pins for the counters and the values of scalars that the expressions
    /// need.
    void add_inputs(const std::vector<hwir::ExprId> &exprs, std::vector<DatapathInput> &inputs,
                    std::vector<netlist::Connection> &pins, const LaneSpace *lanes);
    Build &build;
    netlist::Module &module;
    const std::string nest;
    const std::vector<hwir::Loop> &loops;
    netlist::Scope scope;
    netlist::Value index;
    int index_width;
    std::vector<Output> outputs;
    netlist::Value start;
    std::map<std::string, netlist::Value> run_values; ///< of the run, by name
    int lane_modules = 0;
};

/// Lane loops of the process that occur in the expression.
std::vector<int> lanes_of(const hwir::ExprPool &pool, const hwir::Process &process, hwir::ExprId e);

} // namespace Orrery::lower
