#pragma once
#include <string>
#include <vector>

/// A dataflow as data: how the loops around a multiply-accumulate are spread over an array of
/// processing elements, blocked and ordered, and which levels of memory hold its operands.
/// schedule.h turns it into a Halide schedule with Orrery's directives.
namespace Orrery::scheduling {

/// A loop by the letters of the field: FX FY FZ of the kernel, X Y Z of the output, K output
/// channels, C input channels, B batch, G groups. A layer has one of each; where a product has
/// more, they have numbers from 2 on.
struct Loop {
    enum Letter { FX, FY, FZ, X, Y, Z, K, C, B, G };
    Letter letter;
    int number = 1;

    constexpr Loop(Letter l, int n = 1) : letter(l), number(n) {}
};

constexpr bool operator==(const Loop &a, const Loop &b) {
    return a.letter == b.letter && a.number == b.number;
}
constexpr bool operator!=(const Loop &a, const Loop &b) { return !(a == b); }
constexpr bool operator<(const Loop &a, const Loop &b) {
    return a.number != b.number ? a.number < b.number : a.letter < b.letter;
}

std::string name_of(const Loop &loop); ///< "FX", "K2"
bool is_reduction(const Loop &loop);   ///< FX, FY, FZ, C

/// A loop, or a part of it: `size` iterations of it. In a list of blocks, 0 is all that is left.
struct Block {
    Loop loop;
    int size;
};

/// A loop at which an operand is copied: one of the tiles (outside of the sum) or of the nest.
struct Level {
    enum Where { Root, Tile, Nest } where = Root;
    Loop loop = Loop::B; ///< of the loops of that name there
    int part = 0; ///< this one, from the outermost on: a loop of the nest may have several blocks
};

/// A level of memory for one operand, filled once per iteration of `level`.
struct Copy {
    enum { Input, Weights }; ///< operands of a layer
    int operand;             ///< of the product
    Level level;
    /// The fill moves that many neighbours along each of these loops in a cycle.
    std::vector<Block> wide;
    bool registers = false; ///< a register file inside the processing elements
    int slots = 2;
};

struct Dataflow {
    std::string name;
    /// Loops on the two axes of the array; those behind the first one of an axis are replicated.
    std::vector<Block> rows, columns;
    /// Tiles of the output (K X Y B G), outermost first. The sums of a tile have a buffer.
    std::vector<Block> tiles;
    /// Loops inside a tile, outermost first. A loop with a size is blocked: its blocks are counted
    /// here, what is left of it further in. Loops that are missing are added innermost.
    std::vector<Block> nest;
    /// Levels of memory; for each operand from DRAM inwards.
    std::vector<Copy> copies;
    bool sum_registers = false; ///< the sums of a tile lie in registers, not in SRAM
    Loop drain_loop = Loop::K;  ///< neighbours along it
    int drain_width = 1;        ///< leave the array in each cycle
    bool systolic = false;      ///< links between neighbours instead of broadcast and tree
    int bus_bits = 0;           ///< of every port; 0: as they are
    int outstanding_bursts = 0; ///< of every port; 0: as they are

    int processing_elements() const;
};

} // namespace Orrery::scheduling
