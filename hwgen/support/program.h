#pragma once
#include "hwgen/support/error.h"

#include <cstdio>

namespace Orrery {

constexpr int internal_error_status = 70; ///< EX_SOFTWARE of sysexits.h

/// Runs a program's work and gives its exit status; of what is thrown, says on standard error what
/// went wrong: 1 for a UserError, 70 for anything else.
template <typename Work>
int reported(const char *program, const Work &work) {
    try {
        return work();
    } catch (const UserError &error) {
        fmt::print(stderr, "{}: error: {}\n", program, error.what());
        return 1;
    } catch (const std::exception &error) {
        fmt::print(stderr, "{}: internal error: {}\n", program, error.what());
        return internal_error_status;
    }
}

} // namespace Orrery
