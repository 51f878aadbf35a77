#pragma once
#include "auto-schedule/product.h"

namespace Orrery::scheduling {

/// Decides which factor is the input and which loop of a layer each loop is. `operands` are the two
/// factors from left to right; the letters of `product.loops` are set, and its operands.
void name_loops(Product &product, std::vector<Operand> operands);

} // namespace Orrery::scheduling
