#pragma once
#include "fuzz/case.h"

namespace Orrery::fuzz {

/// The layer of a number, of any kind, or of kinds whose name contains `kind`; small, and the same
/// for the same arguments everywhere.
Layer random_layer(uint64_t seed, const std::string &kind = "");

/// A random schedule of the layer. Halide accepts each of its steps by itself; whether the whole is
/// legal, the compiler has to find out.
Case random_schedule(const Layer &layer, uint64_t seed);

/// Case number `index` of a run with this seed. Neighbours share a layer, so that its reference is
/// computed once.
Case random_case(uint64_t seed, uint64_t index, const std::string &kind = "");

constexpr uint64_t schedules_per_layer = 12;

} // namespace Orrery::fuzz
