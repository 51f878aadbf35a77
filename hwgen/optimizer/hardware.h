#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace Orrery::optimizer {

/// A level of memory, as the cost models see it.
struct MemoryLevel {
    std::string name;
    /// Capacity, of each processing element up to the array's level; 0: unlimited.
    int64_t words = 0;
    double read_pj = 0, write_pj = 0; ///< of a word
    std::optional<int64_t> area;      ///< of one memory, in areas_per_mm2; missing: unknown

    MemoryLevel() = default;
    /// Reads and writes that cost the same.
    MemoryLevel(std::string level_name, int64_t capacity, double pj_per_access)
        : name(std::move(level_name)), words(capacity), read_pj(pj_per_access),
          write_pj(pj_per_access) {}
};

/// The processing elements. Each has its own memories of the levels up to `level`; those above are
/// shared by all.
struct Array {
    int64_t elements = 1;
    int axes = 2;
    int level = 0;
    /// One word to a neighbour. The cost model interstellar needs it; orrery has no hops.
    std::optional<double> pj_per_hop;
    std::vector<int64_t> shape{};  ///< elements along each axis, where they are given
    std::optional<int64_t> area{}; ///< of a processing element without its memories

    /// Elements along an axis: those of the shape; without one, floor(sqrt(elements)) of two axes,
    /// all of one.
    int64_t width(int axis) const;
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
    int energy_digits = 0; ///< of energies as integers, at least: the same of all that are compared

    int find_level(const std::string &level_name) const; ///< -1: there is none
    int last_level() const { return int(levels.size()) - 1; }
    /// Of the level, as many as its words need.
    int64_t bytes(int level) const;
};

/// Areas are integers, so that sums are exact: multiples of 10^-9 mm2 (1,000 nm2).
constexpr int64_t areas_per_mm2 = 1'000'000'000;

/// In mm2, all digits.
std::string area_text(int64_t area);

/// All processing elements with their memories, and the shared memories; the last level is another
/// chip. Nothing where a part is unknown; `unknown` then gets its name in the description.
std::optional<int64_t> hardware_area(const Hardware &hardware, std::string *unknown = nullptr);

/// "16 x 16", or the number of processing elements of an array without a shape.
std::string array_text(const Array &array);

/// A text that parse_hardware makes the same hardware of.
std::string hardware_json(const Hardware &hardware);

/// Reads the JSON text of one hardware, without lists; errors name `file` and the field.
/// docs/optimizer.md describes it. `most_area` gets the bound of the file, if it has one.
Hardware parse_hardware(const std::string &file, const std::string &text,
                        std::optional<int64_t> *most_area = nullptr);

} // namespace Orrery::optimizer
