#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Quotients and remainders whose lanes stay between two multiples become ones of serial loops
/// alone: with 5 lanes, (5*i + lane)/10 is i/2, and (5*i + lane)%10 is (i%2)*5 + lane. For what is
/// divided, g is the greatest common divisor of the divisor and of the coefficients of the serial
/// terms; the lanes' part of the sum must lie in [q*g, q*g + g) for one q.
Expr split_lane_quotients(const Expr &e, const std::vector<Level> &levels);

} // namespace Orrery::frontend
