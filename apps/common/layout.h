#pragma once
#include <Halide.h>

#include <map>
#include <string>
#include <vector>

/// Where the elements of tensors lie in memory.
namespace layout {

enum class Layout {
    ChannelsFirst, ///< channels are neighbours: NHWC
    PlanesFirst    ///< the pixels of a row are: NCHW
};

/// The values of a generator's parameter.
inline const std::map<std::string, Layout> &names() {
    static const std::map<std::string, Layout> all = {{"nhwc", Layout::ChannelsFirst},
                                                      {"nchw", Layout::PlanesFirst}};
    return all;
}

/// The dimensions of a feature map (c, g, x, y, n), fastest first.
inline std::vector<int> order(Layout layout) {
    return layout == Layout::ChannelsFirst ? std::vector<int>{0, 1, 2, 3, 4}
                                           : std::vector<int>{2, 3, 0, 1, 4};
}

/// Gives a tensor its size and, dense in the order of the dimensions, its strides.
template <typename Tensor>
void set(Tensor &tensor, const std::vector<int> &extents, const std::vector<int> &fastest_first) {
    int stride = 1;
    for (int dimension : fastest_first) {
        tensor.dim(dimension).set_bounds(0, extents[dimension]).set_stride(stride);
        stride *= extents[dimension];
    }
}

/// The same of a feature map (c, g, x, y, n) that is a part of one with `channels` channels:
/// concatenation is a matter of addresses.
template <typename Tensor>
void set_part(Tensor &tensor, const std::vector<int> &extents, Layout layout, int channels) {
    set(tensor, extents, order(layout));
    for (int dimension = layout == Layout::ChannelsFirst ? 2 : 4; dimension < 5; dimension++) {
        int stride = channels;
        for (int inner = 2; inner < dimension; inner++) {
            stride *= extents[inner];
        }
        tensor.dim(dimension).set_stride(stride);
    }
}

} // namespace layout
