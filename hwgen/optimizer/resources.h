#pragma once
#include "hwgen/optimizer/hardware.h"

namespace Orrery::optimizer {

/// Hardware among which a search chooses. They have the same levels by name, and energies with the
/// same digits, so that energies of one compare with those of another.
struct Resources {
    std::string name;
    std::vector<Hardware> hardware; ///< array slowest, then the levels from the first on
    std::optional<int64_t> most_area;
};

/// Reads the JSON text of a hardware in which `array.elements`, `array.shape`, and `bytes`,
/// energies and area of a level may be lists: every combination of them. The lists of one level go
/// together. Errors name `file` and the field.
Resources parse_resources(const std::string &file, const std::string &text);

Resources read_resources(const std::string &file);

/// Where one hardware is needed: user error for lists.
Hardware read_hardware(const std::string &file);

/// Removes what is larger than `most_area`, if there is one, and says how much that was. User error
/// where an area is unknown, and where nothing is left.
int64_t keep_within_area(Resources &resources);

/// "16 x 16, RF 512 B, SRAM 131072 B": what distinguishes one from the others.
std::string hardware_text(const Hardware &hardware);

} // namespace Orrery::optimizer
