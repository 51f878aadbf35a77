#pragma once
#include <string>
#include <vector>

namespace experiments {

/// Bars that are stacks of parts, as an SVG.
struct BarChart {
    struct Bar {
        std::string label;
        std::vector<double> parts; ///< from the bottom up
    };
    std::string title, unit;
    std::vector<std::string> parts; ///< names of the parts
    std::vector<Bar> bars;

    std::string svg() const;
};

/// Writes a file; user error if that is not possible.
void write_file(const std::string &file, const std::string &text);

} // namespace experiments
