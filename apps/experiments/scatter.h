#pragma once
#include <string>
#include <vector>

namespace experiments {

/// Points in a plane with a colour each, as an SVG; points of one colour are joined in their order.
struct ScatterChart {
    struct Point {
        double x, y;
        double colour; ///< a number of which the chart has a scale
        std::string label;
    };
    std::string title, x_unit, y_unit, colour_unit;
    std::vector<Point> points;

    std::string svg() const;
};

} // namespace experiments
