#include "fuzz/random_case.h"

#include "fuzz/dice.h"
#include "fuzz/layers.h"
#include "fuzz/random_schedule.h"
#include "hwgen/support/error.h"

namespace Orrery::fuzz {

namespace {

/// Numbers that differ a little become seeds that have nothing to do with each other.
uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t x = a * 0x9e3779b97f4a7c15u + b;
    for (int i = 0; i < 2; i++) {
        x ^= x >> 30;
        x *= 0xbf58476d1ce4e5b9u;
        x ^= x >> 27;
        x *= 0x94d049bb133111ebu;
    }
    return x ^ (x >> 31);
}

} // namespace

Layer random_layer(uint64_t seed, const std::string &wanted) {
    Dice dice(seed);
    std::vector<const LayerKind *> kinds;
    for (const LayerKind &kind : layer_kinds()) {
        if (std::string(kind.name).find(wanted) != std::string::npos) {
            kinds.push_back(&kind);
        }
    }
    if (kinds.empty()) {
        user_error("no kind of layer has a name that contains {}", wanted);
    }
    // Convolutions have the most ways to be scheduled: every third layer is one.
    const LayerKind &kind = dice.once_in(3) ? *kinds.front() : *dice.one_of(kinds);
    Layer layer{kind.name, {}};
    for (const LayerParameter &p : kind.parameters) {
        layer.parameters[p.name] = dice.between(p.least, p.most);
    }
    // What is rare in use stays rare here.
    for (const char *rare : {"order", "gaps", "long", "symbolic", "scalar"}) {
        const auto found = layer.parameters.find(rare);
        if (found != layer.parameters.end() && !dice.once_in(4)) {
            found->second = 0;
        }
    }
    return layer;
}

Case random_schedule(const Layer &layer, uint64_t seed) {
    return {layer, RandomSchedule(layer, seed).steps()};
}

Case random_case(uint64_t seed, uint64_t index, const std::string &kind) {
    const uint64_t group = index / schedules_per_layer;
    return random_schedule(random_layer(mixed(seed, 2 * group), kind),
                           mixed(mixed(seed, 2 * group + 1), index));
}

} // namespace Orrery::fuzz
