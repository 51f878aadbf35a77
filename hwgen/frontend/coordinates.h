#pragma once
#include "hwgen/frontend/network.h"

namespace Orrery::frontend {

/// Dimension d of an access of the stage, counted from `origin`, without the minima, maxima and
/// selects that the conditions under which the access happens decide.
Expr reduced_coordinate(const Network &network, const Stage &stage, const StageAccess &access,
                        size_t d, const Expr &origin);

} // namespace Orrery::frontend
