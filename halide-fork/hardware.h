#pragma once
#include "halide-fork/directives.h"
#include "hwgen/hwir/design.h"

#include <map>
#include <string>
#include <vector>

namespace Orrery {

/// The hardware half of `compile`.
struct Hardware {
    hwir::Design design;                      ///< after all passes
    std::map<std::string, std::string> files; ///< as Design::files
};

/// From the directives of a pipeline to the texts of its design. `inputs` are its tensors in the
/// order of the manifest.
Hardware build_hardware(const Halide::Func &output, const Directives::Scope &scope,
                        const Directives::Environment &environment,
                        const std::vector<Halide::Parameter> &inputs, const std::string &name);

} // namespace Orrery
