#pragma once
#include "fuzz/dice.h"
#include "hwgen/hwir/design.h"

#include <string>
#include <vector>

namespace Orrery::fuzz {

/// A mistake that a pass could make, made in a finished design.
struct Mutation {
    const char *name;
    /// Changes one place of the design, chosen at random; false if it has no such place.
    bool (*apply)(hwir::Design &design, Dice &dice);
};

const std::vector<Mutation> &mutations();

} // namespace Orrery::fuzz
