#pragma once
#include <string>

namespace Orrery::verilog {

/// Lines of at most 100 columns at an indentation.
class TextWriter {
public:
    /// Adds a line; one that is too long continues, further indented, at a space.
    void line(const std::string &text);
    /// Adds a line with a comment behind it, or before it where both do not fit.
    void line(const std::string &text, const std::string &comment);
    /// Adds a comment of any length.
    void comment(const std::string &text);
    /// Puts an empty line before the next line, unless a block begins or ends there.
    void gap() { gap_wanted = true; }
    void indent() { level++; }
    void outdent() {
        level--;
        gap_wanted = false;
    }
    const std::string &str() const { return out; }

private:
    void wrapped(const std::string &first, const std::string &next, const std::string &text);
    void open_gap();
    std::string out;
    int level = 0;
    bool block_starts = true, gap_wanted = false;
};

} // namespace Orrery::verilog
