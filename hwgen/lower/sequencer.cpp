#include "hwgen/lower/sequencer.h"

#include "hwgen/templates/templates.h"

#include <algorithm>

namespace Orrery::lower {

using namespace netlist;

namespace {

int serial_count(const std::vector<hwir::Loop> &nest) {
    return static_cast<int>(std::count_if(nest.begin(), nest.end(), [](const hwir::Loop &l) {
        return l.kind == hwir::LoopKind::Serial;
    }));
}

} // namespace

SequencerSize sequencer_size(const std::vector<hwir::Loop> &nest) {
    int64_t largest = 1;
    for (const hwir::Loop &l : nest) {
        largest = l.kind == hwir::LoopKind::Serial ? std::max(largest, l.max_extent) : largest;
    }
    return {std::max(1, serial_count(nest)), bits_for(largest)};
}

Value sequencer_extents(Build &build, Control &control, const std::vector<hwir::Loop> &nest) {
    const SequencerSize size = sequencer_size(nest);
    std::vector<Value> extents; // most significant first
    for (int i = size.loops; i-- > 0;) {
        Value extent = constant(size.index_width, 1);
        if (i < serial_count(nest)) {
            extent = control.shared(build.iterations(nest, i), hwir::Type{size.index_width, false},
                                    "extent" + std::to_string(i));
        }
        extents.push_back(extent);
    }
    return concat(extents);
}

void instantiate_sequencer(Scope scope, SequencerSize size, const SequencerNets &nets) {
    scope.instance("u_sequencer", templates::sequencer(size.loops, size.index_width),
                   {{"clk_i", nets.clk},
                    {"rst_i", nets.rst},
                    {"start_i", nets.request},
                    {"stall_i", nets.stall},
                    {"extent_i", nets.extents},
                    {"index_o", nets.index},
                    {"first_o", nets.first},
                    {"first_from_o", nets.first_from},
                    {"last_from_o", nets.last_from},
                    {"increment_o", nets.increment},
                    {"valid_o", nets.valid},
                    {"enable_o", nets.in_range},
                    {"fire_o", nets.fire},
                    {"done_o", nets.done},
                    {"start_o", nets.start}});
}

} // namespace Orrery::lower
