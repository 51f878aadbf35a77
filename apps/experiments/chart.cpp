#include "chart.h"

#include "hwgen/support/error.h"
#include "svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>

namespace experiments {

namespace {

constexpr int left = 70, top = 50, height = 260, bottom = 150;
const char *const colours[] = {"#4878a8", "#e49444", "#6a9f58", "#d1615d", "#85b6b2", "#967662"};

} // namespace

std::string BarChart::svg() const {
    double most = 0;
    for (const Bar &bar : bars) {
        most = std::max(most, std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0));
    }
    ORRERY_CHECK(most > 0, "{}: nothing to show", title);
    const double width = std::max(8.0, std::min(34.0, 900.0 / double(bars.size())));
    const double right = left + width * double(bars.size());
    std::string text = svg::begin(std::max(right + 20, 620.0), top + height + bottom, left, title);
    for (size_t i = 0; i < parts.size(); i++) {
        const double x = left + 130.0 * double(i);
        text +=
            fmt::format("<rect x=\"{:.1f}\" y=\"30\" width=\"10\" height=\"10\" fill=\"{}\"/>\n", x,
                        colours[i % 6]);
        text += svg::text_at(x + 14, 39, "", parts[i]);
    }
    const double step = svg::step_of(most);
    for (double value = 0; value <= most * 1.0001; value += step) {
        const double y = top + height * (1 - value / most);
        text += fmt::format(
            "<line x1=\"{}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>\n", left,
            right, y, y);
        text += svg::text_at(left - 6, y + 4, "text-anchor=\"end\"", fmt::format("{:.6g}", value));
    }
    text += svg::text_at(8, top - 6, "", unit);
    for (size_t b = 0; b < bars.size(); b++) {
        const double x = left + width * double(b);
        double y = top + height;
        for (size_t i = 0; i < bars[b].parts.size(); i++) {
            const double h = height * bars[b].parts[i] / most;
            y -= h;
            text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.2f}\" width=\"{:.1f}\" "
                                "height=\"{:.2f}\" fill=\"{}\"/>\n",
                                x + width * 0.1, y, width * 0.8, h, colours[i % 6]);
        }
        const double middle = x + width / 2 + 4, below = top + height + 8;
        text +=
            svg::text_at(middle, below,
                         fmt::format("text-anchor=\"end\" transform=\"rotate(-60 {:.1f} {:.1f})\"",
                                     middle, below),
                         bars[b].label);
    }
    return text + "</svg>\n";
}

void write_file(const std::string &file, const std::string &text) {
    std::ofstream stream(file);
    stream << text;
    stream.close();
    if (!stream) {
        Orrery::user_error("{}: cannot be written", file);
    }
}

} // namespace experiments
