#pragma once
#include "auto-schedule/product.h"

namespace Orrery::scheduling {

/// Decides which operand is the input and which loop of a layer each loop is. `operands` are those
/// of the product from left to right; the letters of `product.loops` are set, and its operands.
void name_loops(Product &product, std::vector<Operand> operands);

} // namespace Orrery::scheduling
