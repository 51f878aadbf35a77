#pragma once
#include "sim/tensors.h"

#include <memory>
#include <string>
#include <vector>

namespace Orrery::sim {

/// The CPU reference of a design: a pipeline that Halide compiled ahead of time, in a shared
/// object. Where a Func is fed back, it is an input of the pipeline, and a function of its own
/// computes the Func for one step: that is called for one step after the other first.
class Reference {
public:
    /// Loads the library and checks its metadata against the design: names, directions, types and
    /// numbers of dimensions of the tensors. A mismatch is a user error: the files do not belong
    /// together.
    explicit Reference(const DesignDescription &design);

    /// Runs the pipeline on the buffers of the tensors, in the order of the design: reads the
    /// inputs and sets the outputs. `scalars` has a value for each scalar of the design. An error
    /// of the pipeline (a buffer of wrong bounds) is a user error with Halide's message.
    void run(std::vector<Buffer> &tensors, const std::vector<int64_t> &scalars = {}) const;

private:
    struct Argument {
        enum { UserContext, Tensor, Scalar, Previous, State } kind = UserContext;
        int index = -1; ///< of the tensor, scalar or recurrence
        bool is_input = false;
    };
    struct Function {
        std::string name;
        int (*pipeline)(void **arguments) = nullptr;
        std::vector<Argument> arguments;
    };
    /// What a function is called with.
    struct Values {
        std::vector<Buffer> tensors;  ///< as of the design
        std::vector<Buffer> previous; ///< per recurrence: the input, of all steps
        Buffer state;                 ///< a Func that is fed back, of one step
        std::vector<int64_t> scalars;
    };

    Function load(const std::string &name, const DesignDescription &design) const;
    Argument argument_of(const halide_filter_argument_t &argument,
                         const DesignDescription &design) const;
    void call(const Function &function, Values &values) const;
    /// Inputs without memory: sets their regions to those that the function wants.
    Values regions(const Function &function, const Values &values) const;
    void run_function(const Function &function, const Values &values) const;
    void run_steps(Values &values) const;

    std::shared_ptr<void> library_;
    std::string file_;
    Function pipeline_;
    std::vector<Function> steps_;  ///< per recurrence
    std::vector<Buffer> previous_; ///< per recurrence: its input, without a region and memory
    size_t scalar_count_ = 0;
};

} // namespace Orrery::sim
