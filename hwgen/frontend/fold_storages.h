#pragma once
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Elements that one buffer may hold per slot.
inline constexpr int64_t max_buffer_elements = int64_t(1) << 24;

/// Lays sliding storages out in circles: along each dimension that moves, the smallest modulus is
/// taken that keeps apart all elements that are needed at the same time. With two slots that are
/// also those which the writer adds while the readers are one generation behind, and those of the
/// next Realize.
///
///     for y / produce in rows y-1 .. y+1, one slot    ->  rows modulo 3
///     the same, two slots                             ->  rows modulo 4
///     for ko / realize in / for y in 15 .., two slots ->  (rows + 3*ko) modulo 4
///
/// Throws UserError for windows that Halide does not slide, for what `fold_storage` asks for but
/// does not suffice, and for buffers beyond the limit.
void fold_storages(Network &network, const HardwareSchedule &schedule,
                   const std::map<std::string, Halide::Internal::Function> &environment);

} // namespace Orrery::frontend
