#include "hwgen/verilog/text_writer.h"

#include <algorithm>

namespace Orrery::verilog {

namespace {
constexpr size_t columns = 100;
}

void TextWriter::wrapped(const std::string &first, const std::string &next,
                         const std::string &text) {
    std::string rest = text, start = first;
    while (start.size() + rest.size() > columns) {
        size_t space = rest.rfind(' ', columns - start.size());
        if (space == std::string::npos || space == 0) {
            space = rest.find(' ', 1);
        }
        if (space == std::string::npos) {
            break;
        }
        out += start + rest.substr(0, space) + "\n";
        rest = rest.substr(space + 1);
        start = next;
    }
    out += start + rest + "\n";
}

void TextWriter::line(const std::string &text) {
    open_gap();
    std::string start(4 * level, ' ');
    wrapped(start, start + "    ", text);
    bool opens = text.find("begin :") != std::string::npos;
    for (const char *end : {"(", "begin"}) {
        size_t length = std::string(end).size();
        opens |= text.size() >= length && text.compare(text.size() - length, length, end) == 0;
    }
    block_starts = opens;
}

void TextWriter::line(const std::string &text, const std::string &comment_text) {
    bool fits = 4 * level + text.size() + 4 + comment_text.size() <= columns;
    if (comment_text.empty() || fits) {
        line(comment_text.empty() ? text : text + " // " + comment_text);
        return;
    }
    comment(comment_text);
    line(text);
}

void TextWriter::comment(const std::string &text) {
    open_gap();
    std::string start = std::string(4 * level, ' ') + "// ";
    size_t begin = 0;
    while (begin <= text.size()) {
        size_t end = std::min(text.find('\n', begin), text.size());
        wrapped(start, start, text.substr(begin, end - begin));
        begin = end + 1;
    }
    block_starts = true; // what follows belongs to the comment
}

void TextWriter::open_gap() {
    if (gap_wanted && !block_starts) {
        out += "\n";
    }
    gap_wanted = false;
}

} // namespace Orrery::verilog
