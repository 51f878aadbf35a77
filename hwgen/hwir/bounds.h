#pragma once
#include "hwgen/hwir/expr.h"

/// Interval arithmetic on expressions. An interval of a uint64 that reaches beyond INT64_MAX is
/// {INT64_MIN, INT64_MAX}: all bit patterns.
namespace Orrery::hwir {

/// All values of a type.
Interval type_interval(Type type);

/// Sound bounds of one operation (all but the leaves) on operands within intervals.
Interval apply_bounds(Op op, Type type, const std::vector<Interval> &args,
                      const std::vector<Type> &arg_types);

/// Sound bounds of an expression; `known` may give those of any node (std::nullopt: derive them; a
/// counter or load then takes any value of its type, a scalar any of its range).
Interval bounds(const ExprPool &pool, ExprId id,
                const std::function<std::optional<Interval>(ExprId, const ExprNode &)> &known);

} // namespace Orrery::hwir
