#pragma once
#include "fuzz/case.h"
#include "fuzz/layers.h"
#include "halide-fork/orrery.h"

#include <map>
#include <memory>
#include <set>

namespace Orrery::fuzz {

/// A layer to which the steps of a schedule are applied, one by one.
class ScheduledLayer {
public:
    explicit ScheduledLayer(const Layer &layer);

    /// Throws UserError or Halide::CompileError if the step is not possible; what it had changed by
    /// then stays.
    void apply(const Step &step);
    /// Calls `accelerate` if no directive has done it, so that the layer can be compiled.
    void finish();

    const Pipeline &pipeline() const { return pipeline_; }
    /// A Func of the layer or one that a step made, or an input as a Func. UserError if there is
    /// none.
    Halide::Func func(const std::string &name) const;
    Halide::Stage stage(const std::string &func, int stage) const;
    bool is_input(const std::string &name) const;

    /// The loops of a stage as they are now, innermost first.
    struct Loop {
        std::string name;
        bool is_rvar;
    };
    std::vector<Loop> loops(const std::string &func, int stage) const;

private:
    void apply_to_stage(const Step &step);
    void apply_to_func(const Step &step);
    void give_directive(const Step &step);
    Halide::VarOrRVar loop(const Step &step, const std::string &name) const;
    std::vector<Halide::VarOrRVar> loops_between(const Step &step, size_t first, size_t last) const;
    Accelerator &accelerator();

    Pipeline pipeline_;
    std::map<std::string, Halide::Func> made_; ///< by steps
    std::unique_ptr<Accelerator> accelerator_;
};

/// The strategies by name; UserError for one that is not used here.
Halide::TailStrategy tail_strategy(const std::string &name);

} // namespace Orrery::fuzz
