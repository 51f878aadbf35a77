#pragma once
#include "auto-schedule/product.h"

namespace Orrery::scheduling {

/// Schedules the product in this dataflow, directives included; `accelerate` is called for the
/// output if it was not. Returns the text of what it called: C++ that does the same in a generator
/// whose Funcs and Vars have the names that Halide knows.
std::string schedule(const Product &product, const Dataflow &dataflow);

} // namespace Orrery::scheduling
