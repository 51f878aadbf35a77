#pragma once
#include "sim/tensors.h"

#include <filesystem>

/// Tensors in NumPy's .npy files.
///
/// The axes are reversed, as in Halide's own Python bindings: the last axis of the array is
/// dimension 0 of the tensor, so that an array in C order and a dense tensor hold the same bytes.
/// (Halide's halide_image_io.h does not do so: it takes the first axis as dimension 0 of data whose
/// last axis is contiguous.)
namespace Orrery::sim {

/// Reads an array of the tensor's type and extents into a buffer of the tensor's minima and
/// strides. User error when the file cannot be read or holds something else.
Buffer load_npy(const std::filesystem::path &file, const TensorDescription &tensor);

/// Writes the elements of a tensor, in C order.
void save_npy(const std::filesystem::path &file, const TensorDescription &tensor,
              const Buffer &buffer);

} // namespace Orrery::sim
