#pragma once
#include "sim/axi_memory.h"
#include "sim/design_description.h"

#include <HalideBuffer.h>

#include <functional>
#include <string>
#include <vector>

namespace Orrery::sim {

using Buffer = Halide::Runtime::Buffer<>;

/// A buffer of the tensor's type, minima, extents and strides; the elements are not set.
Buffer allocate_tensor(const TensorDescription &tensor);

/// Sets every element to a random value of the full range of the type.
void fill_random(const TensorDescription &tensor, Buffer &buffer, uint64_t seed);

/// Does the buffer hold elements of the tensor's type at all of the tensor's coordinates? User
/// error otherwise.
void check_buffer(const TensorDescription &tensor, const Buffer &buffer);

/// Calls `visit` with the coordinates of every element, innermost dimension fastest, and the
/// element's offset from the tensor's first element, in elements.
void for_each_element(const TensorDescription &tensor,
                      const std::function<void(const int *coordinates, int64_t offset)> &visit);

/// Copies all elements between a buffer and the bytes of the tensor in memory, which begin `from` bytes behind its base.
void store_tensor(const TensorDescription &tensor, const Buffer &buffer, TensorMemory &memory,
                  uint64_t from = 0);
void load_tensor(const TensorDescription &tensor, const TensorMemory &memory, Buffer &buffer,
                 uint64_t from = 0);

/// An element of an output that is not what it should be.
struct Difference {
    std::string tensor;
    std::vector<int> coordinates; ///< innermost first, minima included, as in the algorithm
    std::string got, expected;
    int64_t invocation = -1; ///< set by `check`
};

/// The differences between two buffers of a tensor: appends the first ones to `differences`, as
/// long as it holds fewer than `limit`, and returns their number.
uint64_t compare_tensors(const TensorDescription &tensor, const Buffer &got, const Buffer &expected,
                         size_t limit, std::vector<Difference> &differences);

} // namespace Orrery::sim
