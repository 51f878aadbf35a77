#pragma once
#include "hwgen/hwir/expr.h"

namespace Orrery::model {

/// An expression of counters, compiled for being evaluated at many points. Independent of the pool
/// once it is built.
class Program {
public:
    Program() = default;
    /// A default ExprId gives the constant 0.
    Program(const hwir::ExprPool &pool, hwir::ExprId id);

    /// Value for counters indexed by loop.
    int64_t operator()(const int64_t *counters) const;

    bool depends_on(int loop) const { return loop < 64 && (loops >> loop & 1); }
    /// Bit i: the value depends on loop i.
    uint64_t loops_used() const { return loops; }
    bool is_constant() const { return loops == 0; }

private:
    struct Step {
        hwir::Op op;
        hwir::Type type;
        bool narrow = false; ///< no number of more than 32 bits: plain arithmetic does
        int64_t value = 0;
        int args[3] = {0, 0, 0};
        hwir::Type arg_types[3];
        int arg_count = 0;
    };
    static int64_t narrow(const Step &step, int64_t a, int64_t b, int64_t c);
    static int64_t any(const Step &step, const int64_t *values);
    std::vector<Step> steps; ///< operands first; empty: `constant`
    int64_t constant = 0;
    uint64_t loops = 0;
};

} // namespace Orrery::model
