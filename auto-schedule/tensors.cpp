#include "auto-schedule/tensors.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <climits>

namespace Orrery::scheduling {

namespace {

/// Strides where `dense` (-1: none) is the only dimension with stride 1. Empty if it is the first
/// of several elements, as it is where no strides are given.
std::vector<int> strides_around(const std::vector<int64_t> &extents, int dense) {
    const auto first =
        std::find_if(extents.begin(), extents.end(), [](int64_t extent) { return extent > 1; });
    if (first == extents.end() || dense == int(first - extents.begin())) {
        return {};
    }
    std::vector<int> strides(extents.size(), 1);
    int64_t stride = dense < 0 ? 2 : std::max<int64_t>(2, extents[size_t(dense)]);
    for (size_t d = 0; d < strides.size(); d++) {
        if (int(d) != dense) {
            strides[d] = int(stride);
            stride *= extents[d];
        }
    }
    return strides;
}

} // namespace

void check_size(const std::string &tensor, const std::vector<int64_t> &extents) {
    double elements = 1;
    for (const int64_t extent : extents) {
        elements *= double(extent);
    }
    // The compiler counts elements, and their places in memory, in 32 bits.
    if (elements * 2 > double(INT_MAX)) {
        user_error("the {} has {:.3g} elements, and a tensor of the hardware at most {}: take a "
                   "part of the layer (a smaller batch), or do without hardware (--candidates 0)",
                   tensor, elements, INT_MAX / 2);
    }
}

Halide::ImageParam tensor_in_memory(const std::string &name, const Halide::Type &type,
                                    const std::vector<int64_t> &extents, int dense) {
    check_size(name, extents);
    Halide::ImageParam parameter(type, int(extents.size()), name);
    const std::vector<int> strides = strides_around(extents, dense);
    for (size_t d = 0; d < extents.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, int(extents[d]));
        if (!strides.empty()) {
            parameter.dim(int(d)).set_stride(strides[d]);
        }
    }
    return parameter;
}

void set_strides(Halide::Func &output, const std::vector<int64_t> &extents, int dense) {
    const std::vector<int> strides = strides_around(extents, dense);
    for (size_t d = 0; d < strides.size(); d++) {
        output.output_buffer().dim(int(d)).set_stride(strides[d]);
    }
}

} // namespace Orrery::scheduling
