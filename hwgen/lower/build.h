#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/netlist/netlist.h"
#include "hwgen/netlist/width.h"

#include <string>
#include <vector>

namespace Orrery::lower {
using netlist::bits_for;
using netlist::index_bits;

/// An expression of scalars alone: computed once per run, beside the registers, for all modules
/// that need it. They have it from a port `<name>_i`.
struct RunValue {
    hwir::ExprId expr;
    hwir::Interval interval;
    hwir::Type type; ///< the narrowest one of the interval
    std::string name;
};

/// What all steps of the lowering share: the design, its expressions (which grow) and the modules made so far.
struct Build {
    explicit Build(const hwir::Design &d) : design(d), pool(d.exprs) {}
    const hwir::Design &design;
    hwir::ExprPool pool;
    std::vector<netlist::Module> modules; ///< used ones before their users
    std::vector<RunValue> run_values;     ///< in the order in which they were first needed

    /// Number of iterations of a loop: its extent, or 0 where that is negative.
    hwir::ExprId iterations(const std::vector<hwir::Loop> &loops, int loop);

    /// The largest parts of the expressions that have one value throughout a run, constants
    /// excepted; each once.
    std::vector<RunValue> find_run_values(const std::vector<hwir::ExprId> &exprs);

private:
    const RunValue &run_value(hwir::ExprId e);
};

/// The narrowest type of all values in an interval of `type`.
hwir::Type narrowest_type(hwir::Interval interval, hwir::Type type);

/// The lane loops of a process in an order of their own; the last one is the fastest of the flat index.
class LaneSpace {
public:
    LaneSpace(const hwir::Process &process, std::vector<int> lane_loops);
    int64_t count() const { return total; }
    const std::vector<int> &loops() const { return order; }
    /// Counters of all loops of the process (serial ones 0, lanes that are not in this space 0) at a flat index.
    std::vector<int64_t> counters(int64_t flat) const;
    /// Flat index of the counters of all loops of the process.
    int64_t flat_index(const std::vector<int64_t> &counters) const;
    /// localparams that split the genvar of a loop over this space into the lane counters.
    std::vector<std::pair<std::string, netlist::Integer>> localparams(const std::string &genvar) const;
    /// Flat index as a formula of the localparams.
    netlist::Integer flat() const;
    /// Name of the localparam of a lane loop.
    std::string localparam(int loop) const;

private:
    const hwir::Process &process;
    std::vector<int> order;
    std::vector<int64_t> stride; ///< per element of `order`
    int64_t total = 1;
};

} // namespace Orrery::lower
