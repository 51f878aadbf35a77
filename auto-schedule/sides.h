#pragma once
#include "auto-schedule/product.h"

namespace Orrery::scheduling {

/// Finds what is read beside the operands, by the initial value of the sum and by the output (whose
/// reads are given), and what of it needs a copy.
void find_sides(Product &product, const Environment &environment,
                const std::vector<Access> &reads_of_output);

} // namespace Orrery::scheduling
