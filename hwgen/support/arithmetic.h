#pragma once
#include <cstdint>

namespace Orrery {

/// The quotient of positive numbers, rounded up.
constexpr int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace Orrery
