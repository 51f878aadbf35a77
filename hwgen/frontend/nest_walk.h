#pragma once
#include "hwgen/frontend/loop_labels.h"
#include "hwgen/frontend/network.h"

#include <string>

namespace Orrery::frontend {

/// Collects the levels, the Realizes and the stages of a statement whose lets are inlined and whose
/// loops are tight. Loop variables are replaced by min + counter, loads by load variables; a guard
/// becomes one level per conjunct. Throws UserError for loops without a constant bound and
/// statements that have no hardware form.
Network walk_nest(const Stmt &s, const std::string &output, const LoopLabels &labels);

} // namespace Orrery::frontend
