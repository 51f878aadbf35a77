#include "hwgen/passes/choose_memories.h"

#include <catch2/catch.hpp>

using namespace Orrery;
using namespace Orrery::hwir;

namespace {

MemoryTechnology chosen(std::vector<int64_t> extents, std::vector<int64_t> banks,
                        std::vector<bool> packed,
                        MemoryTechnology wanted = MemoryTechnology::Auto) {
    Design design;
    Buffer buffer;
    buffer.type = {16, true};
    buffer.extents = std::move(extents);
    buffer.banks = std::move(banks);
    buffer.packed = std::move(packed);
    buffer.technology = wanted;
    buffer.slots = 2;
    design.buffers = {buffer};
    passes::choose_memories(design);
    return design.buffers[0].technology;
}

} // namespace

TEST_CASE("banks of few bits become register files") {
    CHECK(chosen({16}, {1}, {false}) == MemoryTechnology::RegisterFile); // 256 bits
    CHECK(chosen({17}, {1}, {false}) == MemoryTechnology::Sram);
    CHECK(chosen({64}, {4}, {false}) == MemoryTechnology::RegisterFile); // four banks of 16 words
    CHECK(chosen({64}, {4}, {true}) == MemoryTechnology::Sram); // one bank of 16 wide words
}

TEST_CASE("what the user says stays") {
    CHECK(chosen({1}, {1}, {false}, MemoryTechnology::Sram) == MemoryTechnology::Sram);
    CHECK(chosen({1000}, {1}, {false}, MemoryTechnology::RegisterFile) ==
          MemoryTechnology::RegisterFile);
}
