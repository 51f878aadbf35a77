#pragma once
#include "hwgen/hwir/expr.h"

namespace Orrery::hwir {

/// An expression prepared for being evaluated many times. Independent of the pool once it is built.
class Evaluator {
public:
    Evaluator(const ExprPool &pool, ExprId id);
    /// Value for the given counters and loads (indexed by loop and load number).
    int64_t operator()(const std::vector<int64_t> &counters,
                       const std::vector<int64_t> &loads = {}) const;

private:
    struct Step {
        Op op;
        Type type;
        int64_t value;
        std::vector<int> args; ///< earlier steps
        std::vector<Type> arg_types;
    };
    std::vector<Step> steps; ///< operands first
};

} // namespace Orrery::hwir
