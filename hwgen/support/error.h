#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace Orrery {

/// A mistake in what the user wrote or asked for. Programs print the message and exit with status 1.
/// The message names the Func, stage and loop (or file and field) concerned and what to do about it.
class UserError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A mistake of ours. Programs print the message and exit with status 70.
class InternalError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

template <typename... Args>
[[noreturn]] void user_error(fmt::format_string<Args...> format, Args &&...args) {
    throw UserError(fmt::format(format, std::forward<Args>(args)...));
}

} // namespace Orrery

/// Checks an invariant of the program itself.
#define ORRERY_CHECK(condition, ...)                                                               \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            throw ::Orrery::InternalError(fmt::format("{}:{}: {}: {}", __func__, __LINE__,    \
                                                      #condition, fmt::format(__VA_ARGS__)));      \
        }                                                                                          \
    } while (false)
