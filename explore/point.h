#pragma once
#include "explore/sweep.h"

#include <optional>
#include <string>

namespace Orrery::explore {

/// What is known of a point when it has been searched.
struct Row {
    size_t point = 0;
    std::string energy_pj;         ///< empty: no mapping follows the rules
    std::optional<int64_t> cycles; ///< of the cost model orrery
    std::string spatial;           ///< "C 16 | FY 3, K 4": loops of each axis
    std::string why_none;
};

/// Searches the best mapping of a point, to its end. The result depends on the point alone.
Row search_point(const Sweep &sweep, size_t point);

/// A line of the journal, and back.
std::string row_text(const Row &row);
Row parse_row(const std::string &text);

/// All rows as CSV, in the order of the points, with a line of titles.
std::string results_csv(const Sweep &sweep, const std::vector<std::optional<Row>> &rows);

} // namespace Orrery::explore
