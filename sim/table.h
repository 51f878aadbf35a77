#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

/// What is printed for people.
namespace Orrery::sim {

/// 1234567 as "1,234,567".
inline std::string grouped(uint64_t value) {
    std::string digits = std::to_string(value);
    for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(at, ",");
    }
    return digits;
}

/// Rows of cells; the first column is set to the left, the others to the right but for those of
/// `left`.
class Table {
public:
    explicit Table(std::vector<size_t> left = {}) : left_(std::move(left)) {}
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string text() const {
        std::vector<size_t> widths;
        for (const auto &cells : rows_) {
            widths.resize(std::max(widths.size(), cells.size()));
            for (size_t c = 0; c < cells.size(); c++) {
                widths[c] = std::max(widths[c], cells[c].size());
            }
        }
        std::string text;
        for (const auto &cells : rows_) {
            std::string line;
            for (size_t c = 0; c < cells.size(); c++) {
                bool left = c == 0 || std::count(left_.begin(), left_.end(), c) != 0;
                line += left ? fmt::format("  {:<{}}", cells[c], widths[c])
                             : fmt::format("  {:>{}}", cells[c], widths[c]);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + "\n";
        }
        return text;
    }

private:
    std::vector<size_t> left_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace Orrery::sim
