#pragma once
#include "hwgen/hwir/expr.h"
#include "hwgen/netlist/netlist.h"

#include <optional>
#include <string>
#include <vector>

/// Hardware for single operations on numbers of any width. An operand is a Net, a Slice, a
/// conversion of one, or a constant; it stands for the number that its bits mean by its own
/// signedness.
namespace Orrery::lower {

/// Width and signedness that a net needs.
struct Shape {
    int width = 1;
    bool is_signed = false;
};

/// The smallest shape that holds an interval of values of a type.
Shape smallest_shape(hwir::Interval interval, hwir::Type type);

/// Exponent of a constant power of two.
std::optional<int> power_of_two(const netlist::Value &v);

/// The low `width` bits of an operand, extended by its own signedness where it is narrower.
netlist::Value fit(const netlist::Value &v, int width);

/// The low `result.width` bits of op(operands), an exact operation on numbers with Halide's
/// semantics (see hwir::Op). These bits are the result wherever it lies within the shape, and
/// wherever it is wrapped to a type of that many bits. Wires that it needs are added to the scope
/// with names that begin with `name`. The value may have either signedness.
netlist::Value operation(netlist::Scope scope, const std::string &name, hwir::Op op, Shape result,
                         const std::vector<netlist::Value> &operands);

} // namespace Orrery::lower
