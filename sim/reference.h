#pragma once
#include "sim/tensors.h"

#include <memory>
#include <string>
#include <vector>

namespace Orrery::sim {

/// The CPU reference of a design: a pipeline that Halide compiled ahead of time, in a shared
/// object.
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
    int (*pipeline_)(void **arguments) = nullptr;
    std::shared_ptr<void> library_;
    std::string name_;
    struct Argument {
        enum { UserContext, Tensor, Scalar } kind = UserContext;
        int index = -1; ///< of the tensor or scalar
        bool is_input = false;
    };
    /// Runs the pipeline once; with buffers that have no memory, it sets their regions instead.
    void call(std::vector<Buffer> &tensors, const std::vector<int64_t> &scalars) const;
    Argument argument_of(const halide_filter_argument_t &argument,
                         const DesignDescription &design) const;
    std::vector<Argument> arguments_;
    size_t scalar_count_ = 0;
};

} // namespace Orrery::sim
