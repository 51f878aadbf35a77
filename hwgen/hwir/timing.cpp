#include "hwgen/hwir/timing.h"

namespace Orrery::hwir {

int store_places(const ProcessTiming &timing) {
    constexpr int slack = 4; // a result enters, waits, leaves, and its place is given back
    int places = 1;
    while (places < timing.result + slack) {
        places *= 2;
    }
    return places;
}

bool ends_invocations(const Design &design, const Stream &stream) {
    return stream.load < 0 || design.tensors[stream.tensor].direction == Direction::Scratch;
}

} // namespace Orrery::hwir
