#include "hwgen/passes/choose_memories.h"

namespace Orrery::passes {
using namespace hwir;

namespace {

/// Bits of one bank of one slot.
int64_t bank_bits(const Buffer &buffer) {
    int64_t bits = buffer.depth() * buffer.type.bits;
    for (size_t d = 0; d < buffer.banks.size(); d++) {
        bits *= buffer.packed[d] ? buffer.banks[d] : 1;
    }
    return bits;
}

} // namespace

void choose_memories(Design &design) {
    for (Buffer &buffer : design.buffers) {
        if (buffer.technology == MemoryTechnology::Auto) {
            buffer.technology = bank_bits(buffer) <= register_file_bits
                                    ? MemoryTechnology::RegisterFile
                                    : MemoryTechnology::Sram;
        }
    }
}

} // namespace Orrery::passes
