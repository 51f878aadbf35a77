#pragma once
#include "auto-schedule/dataflow.h"
#include "convolution.h"

/// Dataflows (auto-schedule/dataflow.h) of the convolution.
namespace dataflows {

using Orrery::scheduling::Block;
using Orrery::scheduling::Copy;
using Orrery::scheduling::Dataflow;
using Orrery::scheduling::is_reduction;
using Orrery::scheduling::Level;
using Orrery::scheduling::Loop;
using Orrery::scheduling::name_of;

constexpr Loop all_loops[] = {Loop::FX, Loop::FY, Loop::X, Loop::Y, Loop::K, Loop::C, Loop::B};

int extent_of(const Layer &layer, Loop loop);

/// Sum, over all tiles and blocks, of the products of the extents divided upwards by what the array
/// unrolls: the least number of cycles in which the array can do it.
int64_t least_cycles(const Layer &layer, const Dataflow &dataflow);

} // namespace dataflows
