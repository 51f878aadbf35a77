#pragma once
#include <Halide.h>

#include <string>
#include <vector>

namespace Orrery::scheduling {

/// UserError for a tensor that is too large for hardware.
void check_size(const std::string &tensor, const std::vector<int64_t> &extents);

/// An input of these extents whose dimension `dense` is innermost in memory, the others around it
/// in their order; -1: every second element in memory is one of it. UserError as of check_size.
Halide::ImageParam tensor_in_memory(const std::string &name, const Halide::Type &type,
                                    const std::vector<int64_t> &extents, int dense);

/// The same of an output.
void set_strides(Halide::Func &output, const std::vector<int64_t> &extents, int dense);

} // namespace Orrery::scheduling
