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
    /// inputs and sets the outputs. An error of the pipeline (a buffer of wrong bounds) is a user
    /// error with Halide's message.
    void run(std::vector<Buffer> &tensors) const;

private:
    int (*pipeline_)(void **arguments) = nullptr;
    std::shared_ptr<void> library_;
    std::string name_;
    std::vector<int> arguments_; ///< tensor of each argument; -1: the user context
};

} // namespace Orrery::sim
