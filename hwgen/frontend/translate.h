#pragma once
#include "hwgen/frontend/network.h"
#include "hwgen/hwir/expr.h"

#include <map>
#include <string>

namespace Orrery::frontend {

/// The hardware IR's type of a Halide type. `where` names Func and stage in the errors on floating
/// point, vectors and handles.
hwir::Type translate_type(Halide::Type type, const std::string &where);

/// What stands for the scalar inputs in a pool, by the names of their parameters.
using ScalarLeaves = std::map<std::string, hwir::ExprId>;

/// Translates expressions of one stage: counters to the loop numbers given by `loops`, load
/// variables to loads, scalar inputs to what `scalars` says.
class Translator {
public:
    Translator(hwir::ExprPool &to_pool, std::map<LevelId, int> loop_numbers, std::string label,
               ScalarLeaves scalar_leaves = {})
        : pool(to_pool), loops(std::move(loop_numbers)), where(std::move(label)),
          scalars(std::move(scalar_leaves)) {}

    /// Throws UserError for what has no integer hardware form (floating point, calls of functions,
    /// ...).
    hwir::ExprId translate(const Expr &e) const;

private:
    hwir::ExprPool &pool;
    std::map<LevelId, int> loops;
    std::string where;
    ScalarLeaves scalars;
};

} // namespace Orrery::frontend
