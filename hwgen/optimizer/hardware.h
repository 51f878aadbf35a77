#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// A level of memory, as the cost model sees it.
struct MemoryLevel {
    std::string name;
    int64_t words =
        0; ///< capacity, of each processing element up to the array's level; 0: unlimited
    double pj_per_access = 0;
};

/// The processing elements. Each has its own memories of the levels up to `level`; those above are
/// shared by all.
struct Array {
    int64_t elements = 1;
    int axes = 2;
    int level = 0;
    double pj_per_hop = 0; ///< one word to a neighbour

    /// Elements along an axis: floor(sqrt(elements)) of two axes, all of one.
    int64_t width() const;
};

/// What a mapping is made for. Levels are listed from the processing element outwards; the last one
/// holds whole tensors.
struct Hardware {
    std::string name;
    int word_bits = 16;
    std::vector<MemoryLevel> levels;
    Array array;
    double utilisation = 0;   ///< of the array, at least
    bool replication = false; ///< two loops may share an axis
    double least_fill =
        0.5; ///< part of the capacity that a tile must have, on all levels but the last

    int find_level(const std::string &level_name) const; ///< -1: there is none
    int last_level() const { return int(levels.size()) - 1; }
};

/// Reads the JSON text; errors name `file` and the field. docs/optimizer.md describes it.
Hardware parse_hardware(const std::string &file, const std::string &text);

Hardware read_hardware(const std::string &file);

} // namespace Orrery::optimizer
