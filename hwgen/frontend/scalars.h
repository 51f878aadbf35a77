#pragma once
#include "hwgen/frontend/network.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// Scalar inputs: parameters that are no buffers. In expressions they are Halide's variables with a
/// parameter.
namespace Orrery::frontend {

/// The scalar as the hardware IR knows it; its name is still Halide's. Throws UserError if it is no
/// integer or its default is outside of its bounds.
hwir::Scalar describe_scalar(const Halide::Parameter &parameter);

/// Scalars that occur in an expression, by name.
std::map<std::string, Halide::Parameter> scalars_in(const Expr &e);

/// Values that a host may set, if that is a small set or the user has bounded it on both sides;
/// integers of 32 bits and more have no bounds of their own.
std::optional<hwir::Interval> bounded_range(const Halide::Parameter &scalar);

/// Simplifies with the ranges of bounded scalars.
Stmt simplify_within_bounds(const Stmt &s, const std::vector<Halide::Parameter> &inputs);

/// The first scalar of the expression that is not bounded; undefined if all are.
Halide::Parameter find_unbounded(const Expr &e);

/// What to do about an unbounded scalar: `n has no upper bound: ...`.
std::string unbounded_scalar_text(const Halide::Parameter &scalar);

} // namespace Orrery::frontend
