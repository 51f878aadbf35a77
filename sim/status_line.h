#pragma once
#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <string>

namespace Orrery::sim {

/// One line on the terminal that is written over; nothing when standard error is not a terminal.
class StatusLine {
public:
    ~StatusLine() { clear(); }
    void show(const std::string &text) {
        if (terminal_) {
            fmt::print(stderr, "\r\033[K{}", text);
            std::fflush(stderr);
            shown_ = true;
        }
    }
    void clear() {
        if (shown_) {
            fmt::print(stderr, "\r\033[K");
            std::fflush(stderr);
            shown_ = false;
        }
    }

private:
    bool terminal_ = isatty(STDERR_FILENO) != 0;
    bool shown_ = false;
};

} // namespace Orrery::sim
