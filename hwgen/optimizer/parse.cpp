#include "hwgen/optimizer/parse.h"

#include "hwgen/support/error.h"

#include <charconv>
#include <sstream>

namespace Orrery::optimizer {

int64_t parse_count(const std::string &what, const std::string &text) {
    int64_t value = 0;
    const char *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < 1 || value > INT32_MAX) {
        user_error("{}: \"{}\" is no positive integer", what, text);
    }
    return value;
}

std::vector<std::pair<std::string, int64_t>> parse_assignments(const std::string &what,
                                                               const std::string &text) {
    std::vector<std::pair<std::string, int64_t>> assignments;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            user_error("{}: \"{}\": expected NAME=NUMBER", what, word);
        }
        assignments.emplace_back(
            word.substr(0, equals),
            parse_count(what + " " + word.substr(0, equals), word.substr(equals + 1)));
    }
    return assignments;
}

} // namespace Orrery::optimizer
