#pragma once
#include "hwgen/lower/control.h"

namespace Orrery::lower {

/// Of the sequencer of the serial loops of a nest; without any, it has one loop of one iteration.
struct SequencerSize {
    int loops = 1;
    int index_width = 1; ///< bits of a counter and of an extent
};
SequencerSize sequencer_size(const std::vector<hwir::Loop> &nest);

/// The extents of its loops, side by side.
netlist::Value sequencer_extents(Build &build, Control &control,
                                 const std::vector<hwir::Loop> &nest);

/// Its inputs, and those of its outputs that are wanted (the others are null).
struct SequencerNets {
    netlist::Value clk, rst, request, stall, extents;
    netlist::Value index;
    netlist::Value first;                 ///< bit per loop: the index is 0
    netlist::Value first_from, last_from; ///< bit i: the body of the first i loops is entered, left
    netlist::Value increment, valid, in_range, fire, done, start;
};
void instantiate_sequencer(netlist::Scope scope, SequencerSize size, const SequencerNets &nets);

} // namespace Orrery::lower
