#pragma once
#include "fuzz/run_case.h"

#include <chrono>
#include <map>

namespace Orrery::fuzz {

/// Counts outcomes and shows them.
class Report {
public:
    explicit Report(uint64_t cases) : cases_(cases), start_(std::chrono::steady_clock::now()) {}

    void add(const Outcome &outcome);
    /// One line that is overwritten by the next one, if the output is a terminal.
    void show_progress() const;
    /// Ends the line of progress.
    void clear_progress() const;
    /// `with_refusals`: why cases were refused, the most frequent reasons first.
    void print(bool with_refusals) const;

    uint64_t failures() const { return failures_; }
    uint64_t agreeing() const { return count(Verdict::Agrees); }

private:
    double seconds() const;
    uint64_t count(Verdict verdict) const;

    uint64_t cases_, finished_ = 0, failures_ = 0;
    std::chrono::steady_clock::time_point start_;
    std::map<Verdict, uint64_t> verdicts_;
    std::map<std::string, uint64_t> refusals_; ///< by kind of message
};

} // namespace Orrery::fuzz
