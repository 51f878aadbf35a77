#pragma once
#include <string>

namespace Orrery {

/// Object file of Halide's run-time library for the plain target of the machine that Orrery was
/// built on. It is made once, when Orrery is built: to compile it anew takes longer than all the
/// rest of a reference.
const std::string &reference_runtime();

} // namespace Orrery
