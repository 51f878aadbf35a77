#pragma once
#include "hwgen/optimizer/search.h"

#include "hwgen/support/error.h"

#include <string>

namespace Orrery::optimizer {

/// What is given of a mapping is too much for this problem or this hardware; for others it may be
/// possible.
class NotPossible : public UserError {
public:
    using UserError::UserError;
};

/// Adds what the text fixes of a mapping to the constraints:
/// * "spatial C=16 K=16": these loops with these factors in the array, and no others. Each word is
/// an
///   axis; "FY=3+K=4" puts two loops on one axis (replication), FY near and K far.
/// * "LEVEL FX=5 OX=1": iterations of these loops at the level of that name.
/// * "LEVEL keeps output": this tensor stays over the loops of the level that do not index it.
/// * "LEVEL bypasses weights", "LEVEL holds weights": the operand has no copy there, or has one.
void parse_fix(const std::string &text, const Problem &problem, const Hardware &hardware,
               Constraints &constraints);

/// Fails (NotPossible) if the loop has fewer iterations than the factor.
void check_factor(const std::string &where, const Loop &loop, int64_t factor);

} // namespace Orrery::optimizer
