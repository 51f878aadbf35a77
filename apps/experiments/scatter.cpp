#include "scatter.h"

#include "hwgen/support/error.h"
#include "svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace experiments {

namespace {

constexpr double left = 90, top = 50, width = 560, height = 360, bottom = 60;

/// Numbers along an axis that begins at 0.
class Axis {
public:
    Axis(double most, double from, double to)
        : step_(svg::step_of(most)), most_(std::ceil(most / step_) * step_), from_(from), to_(to) {}

    double at(double value) const { return from_ + (to_ - from_) * value / most_; }
    std::vector<double> marks() const {
        std::vector<double> all;
        for (int i = 0; step_ * i <= most_ * 1.0001; i++) {
            all.push_back(step_ * i);
        }
        return all;
    }

private:
    double step_, most_, from_, to_;
};

/// From blue over green to orange, in equal steps: numbers that lie close together differ, too.
std::map<double, std::string> colours_of(const std::vector<ScatterChart::Point> &points) {
    constexpr int scale[3][3] = {{0x2c, 0x4f, 0x8f}, {0x6a, 0xb0, 0x58}, {0xe4, 0x84, 0x34}};
    std::set<double> numbers;
    for (const ScatterChart::Point &point : points) {
        numbers.insert(point.colour);
    }
    std::map<double, std::string> colours;
    for (const double number : numbers) {
        const double place =
            2.0 * double(colours.size()) / double(std::max<size_t>(1, numbers.size() - 1));
        const int part = std::min(1, int(place));
        std::string colour = "#";
        for (int c = 0; c < 3; c++) {
            colour += fmt::format(
                "{:02x}", int(std::lround(scale[part][c] +
                                          (place - part) * (scale[part + 1][c] - scale[part][c]))));
        }
        colours[number] = colour;
    }
    return colours;
}

std::string line(double x1, double y1, double x2, double y2, const std::string &stroke) {
    return fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" "
                       "stroke=\"{}\"/>\n",
                       x1, x2, y1, y2, stroke);
}

std::string axes(const Axis &x, const Axis &y) {
    std::string text;
    for (const double mark : x.marks()) {
        text += line(x.at(mark), top, x.at(mark), top + height, "#ddd");
        text += svg::text_at(x.at(mark), top + height + 16, "text-anchor=\"middle\"",
                             fmt::format("{:.6g}", mark));
    }
    for (const double mark : y.marks()) {
        text += line(left, y.at(mark), left + width, y.at(mark), "#ddd");
        text += svg::text_at(left - 6, y.at(mark) + 4, "text-anchor=\"end\"",
                             fmt::format("{:.6g}", mark));
    }
    return text;
}

} // namespace

std::string ScatterChart::svg() const {
    double most_x = 0, most_y = 0;
    for (const Point &point : points) {
        most_x = std::max(most_x, point.x);
        most_y = std::max(most_y, point.y);
    }
    ORRERY_CHECK(most_x > 0 && most_y > 0, "{}: nothing to show", title);
    const Axis x(most_x, left, left + width), y(most_y, top + height, top);
    const std::map<double, std::string> colours = colours_of(points);
    const double key = left + width + 20;
    std::string text = svg::begin(
        key + 130, std::max(top + height + bottom, top + 16.0 * double(colours.size()) + 20), left,
        title);
    text += axes(x, y);
    text += svg::text_at(left + width / 2, top + height + 40, "text-anchor=\"middle\"", x_unit);
    text += svg::text_at(8, top - 10, "", y_unit);
    text += svg::text_at(key, top - 10, "", colour_unit);
    double row = top;
    for (const auto &[number, colour] : colours) {
        std::string joined;
        for (const Point &point : points) {
            if (point.colour == number) {
                joined += fmt::format("{:.1f},{:.1f} ", x.at(point.x), y.at(point.y));
            }
        }
        text +=
            fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" opacity=\"0.4\"/>\n",
                        joined, colour);
        text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", key + 5,
                            row + 8, colour);
        text += svg::text_at(key + 16, row + 12, "", fmt::format("{:.6g}", number));
        row += 16;
    }
    for (const Point &point : points) {
        text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"><title>{}"
                            "</title></circle>\n",
                            x.at(point.x), y.at(point.y), colours.at(point.colour),
                            svg::escaped(point.label));
    }
    return text + "</svg>\n";
}

} // namespace experiments
