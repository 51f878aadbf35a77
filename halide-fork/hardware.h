#pragma once
#include "hwgen/hwir/design.h"

#include <Halide.h>

#include <map>
#include <string>
#include <vector>

namespace Orrery {

/// The hardware half of `compile`.
struct Hardware {
    hwir::Design design;                      ///< after all passes
    std::map<std::string, std::string> files; ///< as Design::files
};

/// The hardware IR, after all passes, of the pipeline whose output is `output`, for which
/// `accelerate` was called. `arguments` gives the order of tensors and scalars.
hwir::Design hardware_ir(const Halide::Func &output, const std::string &name,
                         const std::vector<Halide::Argument> &arguments);

/// A Func that is fed back, for the CPU reference: an input, and the function that computes what it
/// is in the next step.
struct Recurrence {
    std::string input, function;
    Halide::Internal::Function func;
};
std::vector<Recurrence> recurrences(const Halide::Func &output, const std::string &name);

/// The texts of a design that has gone through all passes: path in the directory of the design ->
/// text.
std::map<std::string, std::string> hardware_files(const hwir::Design &design,
                                                  const std::string &name,
                                                  const std::vector<Recurrence> &recurrences = {});

/// From a pipeline to the texts of its design.
Hardware build_hardware(const Halide::Func &output, const std::string &name,
                        const std::vector<Halide::Argument> &arguments);

} // namespace Orrery
