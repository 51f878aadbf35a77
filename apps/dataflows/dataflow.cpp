#include "dataflow.h"

#include <algorithm>

namespace dataflows {

int extent_of(const Layer &layer, Loop loop) {
    switch (loop.letter) {
    case Loop::FX:
        return layer.kernel_width;
    case Loop::FY:
        return layer.kernel_height;
    case Loop::X:
        return layer.width;
    case Loop::Y:
        return layer.height;
    case Loop::K:
        return layer.filters;
    case Loop::C:
        return layer.channels;
    case Loop::B:
        return layer.batch;
    default:
        break;
    }
    return 1;
}

namespace {

/// Iterations left of one loop when its parts of `sizes` iterations (outermost first) are walked
/// one after the other and the last size is unrolled.
int64_t iterations(int64_t extent, const std::vector<int> &sizes, size_t position = 0) {
    if (position + 1 == sizes.size()) {
        return (extent + sizes[position] - 1) / sizes[position];
    }
    const int64_t part = sizes[position], rest = extent % part;
    int64_t points = extent / part * iterations(part, sizes, position + 1);
    return rest == 0 ? points : points + iterations(rest, sizes, position + 1);
}

} // namespace

int64_t least_cycles(const Layer &layer, const Dataflow &dataflow) {
    int64_t cycles = 1;
    for (Loop loop : all_loops) {
        std::vector<int> sizes;
        int lanes = 1;
        for (const auto *list : {&dataflow.tiles, &dataflow.nest}) {
            for (const Block &b : *list) {
                if (b.loop == loop && b.size > 0) {
                    sizes.push_back(b.size);
                }
            }
        }
        for (const auto *axis : {&dataflow.rows, &dataflow.columns}) {
            for (const Block &b : *axis) {
                lanes *= b.loop == loop ? b.size : 1;
            }
        }
        sizes.push_back(lanes);
        cycles *= iterations(extent_of(layer, loop), sizes);
    }
    return cycles;
}

} // namespace dataflows
