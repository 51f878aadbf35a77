#pragma once
#include "fuzz/case.h"

#include <string>

namespace Orrery::fuzz {

/// C++ text of a generator with the algorithm and the schedule of a case: a file to be compiled
/// with add_halide_generator and Orrery::Generator. `comment` is put in front, a line each; the
/// case as text comes behind it.
std::string generator_source(const Case &c, const std::string &name, const std::string &comment);

} // namespace Orrery::fuzz
