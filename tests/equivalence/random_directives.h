#pragma once
#include "tests/equivalence/random_layer.h"

namespace Orrery::test {

/// Gives what a layer's schedule says as directives, for Orrery::compile.
void give_directives(const RandomLayer &layer);

} // namespace Orrery::test
