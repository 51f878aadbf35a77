#pragma once
#include "hwgen/support/error.h"

#include <Halide.h>

namespace Orrery {

/// What Halide throws in the work as errors of ours: a mistake of the user, or of Halide itself.
/// (Its exceptions are no std::exception.)
template <typename Work>
auto with_our_errors(const Work &work) {
    try {
        return work();
    } catch (const Halide::CompileError &error) {
        throw UserError(error.what());
    } catch (const Halide::Error &error) {
        throw InternalError(error.what());
    }
}

} // namespace Orrery
