#pragma once
#include "hwgen/hwir/timing.h"

#include <string>

/// The hardware IR as JSON, for programs (the file design.hwir.json). The fields have the names
/// that they have in design.h and timing.h. An expression is a number: its place in `expressions`,
/// a list of
///
///     [operation, bits, is_signed, value, operands...]      (operands first; value: of leaves,
///     else 0)
///
/// and -1 where there is none.
namespace Orrery::hwir {

std::string to_json(const Design &design, const Timing &timing);

/// The same design again, but for the numbers of its expressions. Throws UserError, which names
/// `file`, for any other text.
void from_json(const std::string &text, const std::string &file, Design &design, Timing &timing);

} // namespace Orrery::hwir
