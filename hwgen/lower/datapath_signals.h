#pragma once
#include "hwgen/lower/datapath.h"
#include "hwgen/lower/datapath_operations.h"

#include <map>

namespace Orrery::lower {

/// A node of the expressions that needs hardware (or is an input).
struct Signal {
    hwir::Op op = hwir::Op::Cast;
    std::vector<hwir::ExprId> operands;
    Shape shape;
    const DatapathInput *input = nullptr;
    hwir::ExprId same_as; ///< the bits are those of this operand: no hardware at all
    int stage = 0;        ///< in which it is computed
    int ready = 0; ///< from which it can be used: stage + 1 where the operation ends in a register
    int delay = 0; ///< within stage `ready`
    int last_use = 0; ///< last stage that needs it
    std::string name;
    std::vector<netlist::Value> values; ///< in stages ready, ready + 1, ...
};

/// The nodes that some outputs need, with the width that follows from the intervals of the inputs.
/// What is constant by its interval, or an operand that is the result anyway, is no operation any
/// more.
class SignalGraph {
public:
    /// The inputs must outlive the graph.
    SignalGraph(const hwir::ExprPool &pool, const std::vector<DatapathInput> &inputs);
    void add_output(const DatapathOutput &output);

    std::map<hwir::ExprId, Signal> signals; ///< in the order of the pool: operands first

    /// The signal that carries the bits of a node; null for a constant.
    Signal *signal_of(hwir::ExprId id);
    /// Null if the node is not constant.
    const netlist::Value *constant_of(hwir::ExprId id) const;

private:
    void find_interval(hwir::ExprId id);
    hwir::ExprId origin(hwir::ExprId id) const;
    std::optional<int64_t> value_of_equal_operands(const hwir::ExprNode &node) const;
    hwir::Type value_type(hwir::ExprId id) const;
    void set_interval(hwir::ExprId id, hwir::Interval interval, hwir::Type type);
    void set_constant(hwir::ExprId id, int64_t value, hwir::Type type);
    static hwir::Interval input_interval(const DatapathInput &input);
    hwir::Interval compare(hwir::Op op, const hwir::ExprNode &node) const;
    std::optional<int> forwarded_operand(const hwir::ExprNode &node) const;
    void need(hwir::ExprId id);

    const hwir::ExprPool &pool;
    std::map<hwir::ExprId, const DatapathInput *> inputs_of;
    std::map<hwir::ExprId, hwir::Interval> intervals;
    std::map<hwir::ExprId, netlist::Value> constants;
    std::map<hwir::ExprId, int64_t> constant_values;
};

} // namespace Orrery::lower
