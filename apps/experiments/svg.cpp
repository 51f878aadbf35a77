#include "svg.h"

#include <fmt/format.h>

#include <cmath>

namespace experiments::svg {

std::string escaped(const std::string &text) {
    std::string result;
    for (const char c : text) {
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    }
    return result;
}

std::string begin(double width, double height, double left, const std::string &title) {
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0f}\" height=\"{:.0f}\" "
               "font-family=\"sans-serif\" font-size=\"11\">\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
               width, height) +
           text_at(left, 20, "font-size=\"14\"", title);
}

std::string text_at(double x, double y, const std::string &attributes, const std::string &text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                       escaped(text));
}

double step_of(double most) {
    const double power = std::pow(10.0, std::floor(std::log10(most / 4)));
    for (const double factor : {5.0, 2.0}) {
        if (power * factor * 4 <= most) {
            return power * factor;
        }
    }
    return power;
}

} // namespace experiments::svg
