#pragma once
#include "apps/dataflows/dataflow.h"

namespace Orrery::test {

/// A small layer with random extents, and a random dataflow for it: loops on the array, tiles,
/// blocks, order, levels of memory and widths of their fills. The same seed gives the same one.
struct RandomDataflow {
    dataflows::Layer layer;
    dataflows::Dataflow dataflow;
    std::string text;
};
RandomDataflow random_dataflow(unsigned seed);

} // namespace Orrery::test
