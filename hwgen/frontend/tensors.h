#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"

#include <vector>

namespace Orrery::frontend {

/// What the user says of a tensor's shape; undefined where nothing is said.
struct TensorConstraints {
    struct Dimension {
        Expr min, extent, stride;
    };
    std::string name; ///< Halide's
    Halide::Type type;
    hwir::Direction direction = hwir::Direction::Input;
    std::vector<Dimension> dimensions;
};

/// From set_bounds and set_stride of the dimensions of an input.
TensorConstraints input_constraints(const Halide::Parameter &input);

/// From set_bounds and set_stride of the dimensions of the output, else from bound() of the Func.
TensorConstraints output_constraints(const Halide::Internal::Function &output);

/// Replaces the variables for the sizes of tensors ("input.extent.0") by what the constraints say.
Stmt substitute_sizes(const Stmt &s, const std::vector<TensorConstraints> &tensors);

/// A tensor whose shape may depend on scalars.
struct ShapedTensor {
    hwir::Tensor tensor; ///< without dimensions; its name is still Halide's
    std::vector<TensorConstraints::Dimension> shape; ///< complete, of scalars alone
};

/// Tensor with the shape that the constraints say, else that of the accessed region, dense. `s` is
/// the whole statement, `network` its stages; it gets the requirements that the shape makes on
/// scalars. Throws UserError if the accessed region has no constant bounds or does not fit the
/// constraints.
ShapedTensor make_tensor(const TensorConstraints &constraints, const Stmt &s, Network &network);

/// Applies the port directive of a tensor. Throws UserError for values that AXI4 does not know.
void apply_port(const PortDirective &port, hwir::Tensor &tensor);

} // namespace Orrery::frontend
