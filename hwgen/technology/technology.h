#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace Orrery::technology {

/// A memory macro with one port.
struct Macro {
    int64_t bytes = 0;
    int word_bits = 0;
    double read_pj = 0, write_pj = 0; ///< of a word
    std::optional<double> area_mm2;
};

/// Energies and areas, from a JSON file (docs/model.md). What a technology does not know is not
/// counted, and is said to be unknown.
struct Technology {
    std::string name, source;
    std::vector<Macro> register_files, srams;
    std::optional<double> dram_pj_per_bit, hop_pj_per_bit, mac_pj;
    std::optional<double> mac_area_mm2; ///< of a processing element, without its memories

    /// The macro that a bank of so many bytes is made of, accessed `word_bits` at a time: the
    /// smallest one that holds it, else the largest, of the widest words that are not wider, else
    /// the narrowest. Null: none is known.
    const Macro *macro(bool register_file, int64_t bytes, int64_t word_bits) const;
};

/// Throws UserError, which names `file`, for a text that is no technology.
Technology parse_technology(const std::string &text, const std::string &file);

/// One of those that come with Orrery, or that of a file.
Technology find_technology(const std::string &name_or_file);

/// Names and texts of those that come with Orrery.
struct TechnologyText {
    const char *name, *text;
};
const std::vector<TechnologyText> &known_technologies();

} // namespace Orrery::technology
