#pragma once
#include "halide-fork/orrery.h"

#include <Halide.h>

#include <string>
#include <vector>

/// Calls of Halide and Orrery that are written down as they are made, so that a schedule and its
/// text cannot differ.
namespace Orrery::scheduling {

/// A loop, Func or stage and what it is called in the text.
struct NamedLoop {
    Halide::VarOrRVar loop;
    std::string text;
};
struct NamedFunc {
    Halide::Func func;
    std::string text;
};
struct NamedStage {
    Halide::Stage stage;
    std::string text;
};

class Script {
public:
    /// Declares a Var, or a part of a reduction's loop.
    NamedLoop loop(const std::string &name, bool reduction);
    /// func.in(user), or in() for all users.
    NamedFunc copy(const std::string &name, const NamedFunc &func, const NamedFunc &user);
    NamedStage update(const NamedFunc &func);
    NamedStage pure(const NamedFunc &func);

    void split(NamedStage &stage, const NamedLoop &old, const NamedLoop &outer,
               const NamedLoop &inner, int factor);
    void reorder(NamedStage &stage, const std::vector<NamedLoop> &innermost_first);
    void vectorize(NamedStage &stage, const NamedLoop &loop);
    /// Vectorizes (the first dimension) or unrolls `width` neighbours along a dimension of a copy.
    void widen(NamedFunc &func, int dimension, int width, bool first);
    /// Makes the loop over a dimension of a copy the innermost one.
    void innermost(NamedFunc &func, int dimension);
    void compute_root(NamedFunc &func);
    void compute_at(NamedFunc &func, const NamedFunc &user, const NamedLoop &loop);

    void accelerate(const NamedFunc &output);
    void pe_array(const NamedStage &stage, const std::vector<NamedLoop> &rows,
                  const std::vector<NamedLoop> &columns);
    void systolic(const NamedStage &stage);
    void buffer(const NamedFunc &func, bool registers, int slots);
    void port(const NamedFunc &tensor, int bus_bits, int outstanding_bursts);

    std::string text() const;

private:
    std::vector<std::string> vars_, rvars_, statements_;
    std::vector<Orrery::Accelerator> hardware_; ///< one, once accelerate was called
};

} // namespace Orrery::scheduling
