#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::passes {

/// A bank of up to this many bits per slot is made of flip-flops unless the user asks for an SRAM:
/// no memory macro is that small.
inline constexpr int64_t register_file_bits = 256;

/// Replaces MemoryTechnology::Auto by what the banks' size says. Needs the banks.
///
///     buffer rows int8[8, 4]   banks 8, 1: 4 words of 8 bits    ->  RegisterFile
///     buffer tile int8[8, 100] banks 8, 1: 100 words of 8 bits  ->  Sram
void choose_memories(hwir::Design &design);

} // namespace Orrery::passes
