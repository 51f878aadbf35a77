#pragma once
#include <Halide.h>

#include <map>
#include <string>

namespace Orrery::frontend {

/// Names of loops in messages and in the hardware IR: Func, stage and the name of the Var that the
/// user wrote. A Var without a name is called after its part in the schedule, not by Halide's
/// number.
///
///     acc$1.s1.r$1$z.rci  ->  acc.s1.rci
///     acc$1.s1.x.v17      ->  acc.s1.x.outer    after split(x, xo, xi, 4) with Var xo, xi
///     acc$1.s1.k.v12      ->  acc.s1.k.inner    of unroll(k, 4)
class LoopLabels {
public:
    /// Of the Funcs of a pipeline, by name.
    explicit LoopLabels(const std::map<std::string, Halide::Internal::Function> &environment);

    std::string of(const std::string &halide_loop) const;

private:
    /// Per loop of a Var without a name ("acc$1.s1.x.v17"): what it was made of, and its part in
    /// that
    /// ("acc$1.s1.x", "outer"). `second` is the inner loop of a fuse.
    struct Origin {
        std::string first, second, role;
    };
    std::map<std::string, Origin> origins;

    void add_stage(const std::string &prefix, const Halide::Internal::Definition &definition);
    std::string dimension(const std::string &loop) const;
};

} // namespace Orrery::frontend
