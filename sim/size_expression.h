#pragma once
#include <HalideRuntime.h>

#include <cstdint>
#include <string>
#include <vector>

namespace Orrery::sim {

/// An expression of scalars in a design.json: a number, a scalar or an operation.
struct SizeExpression {
    std::string op;     ///< "number", "scalar", or what docs/design-json.md lists
    int64_t number = 0; ///< the number, or the index of the scalar
    halide_type_t type; ///< of a "cast"
    std::vector<SizeExpression> args;

    /// Value for the given values of the scalars.
    int64_t evaluate(const std::vector<int64_t> &scalars) const;
};

/// Number of operands of an operation; -1: there is no such operation.
int operand_count(const std::string &op);

} // namespace Orrery::sim
