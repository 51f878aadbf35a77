#pragma once
#include "hwgen/optimizer/problem.h"

#include <optional>

namespace Orrery::optimizer {

/// For each tensor of a layer the loop whose neighbours are neighbours in memory, or "none". Empty:
/// the first with more than one iteration of C G OX OY N for the input, of C FX FY K G for the
/// weights, of K G OX OY N for the output: channels are innermost.
struct DenseLoops {
    std::string input, weights, output;
};

/// Along the columns (OX, FX) and the rows (OY, FY).
struct PerAxis {
    int64_t x = 1, y = 1;
};

/// Shape of a layer, as the command line and the table of workloads give it. Channels are those of
/// the whole layer; `groups` divides both.
struct LayerShape {
    int64_t batch = 1, filters = 1, channels = 1;
    int64_t out_height = 1, out_width = 1, kernel_height = 1, kernel_width = 1;
    int64_t groups = 1;
    PerAxis stride = {};   ///< of the windows
    PerAxis dilation = {}; ///< of the kernel: from tap to tap
    DenseLoops dense = {};
};

/// A convolution: loops FX FY OX OY K C N, and G outside of them if there is more than one group. A
/// matrix product is one with a kernel and an image of 1 x 1.
Problem convolution(const std::string &name, const LayerShape &shape);

/// The layer that the problem is, if it is one: of `convolution`, with the same text_of.
std::optional<LayerShape> layer_of(const Problem &problem);

/// Those of the shape that are not the usual ones, as "input=OX" has them: tensor and loop. Where
/// windows slide, OX and OY stand for FX and FY, too.
std::vector<std::pair<std::string, std::string>> unusual_dense_loops(const LayerShape &shape);

/// "N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3 stride=1 groups=1"; what is left out is 1. `stride_x`,
/// `stride_y` in place of `stride` where they differ, `dilation` likewise. Dense loops as
/// "input=OX weights=FX output=OX". User error for anything else.
LayerShape parse_layer(const std::string &text);

/// What parse_layer reads.
std::string text_of(const LayerShape &shape);

} // namespace Orrery::optimizer
