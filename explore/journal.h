#pragma once
#include "explore/point.h"

#include <filesystem>
#include <functional>

namespace Orrery::explore {

/// What a sweep has found so far, in its directory: `journal.jsonl` gets a line for each point as
/// soon as it is known, `results.csv` is written whole now and then and at the end. One process
/// writes.
class Journal {
public:
    /// Takes up the journal of the directory, or begins one. User error if it is of another sweep,
    /// or another process works on it. A last line that was not written to its end is dropped.
    Journal(const Sweep &sweep, const std::filesystem::path &directory);
    ~Journal();
    Journal(const Journal &) = delete;
    Journal &operator=(const Journal &) = delete;

    /// Points that are not known yet, in order.
    std::vector<size_t> missing() const;
    size_t known() const { return known_; }
    /// A point that is known already is ignored.
    void add(const Row &row);
    void write_results() const;

private:
    const Sweep &sweep_;
    std::filesystem::path directory_;
    int file_ = -1;
    std::vector<std::optional<Row>> rows_;
    size_t known_ = 0;

    void take_up(const std::string &text, const std::filesystem::path &file);
    void write(const std::string &line);
};

} // namespace Orrery::explore
