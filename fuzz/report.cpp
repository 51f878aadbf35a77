#include "fuzz/report.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace Orrery::fuzz {

void Report::add(const Outcome &outcome) {
    finished_++;
    verdicts_[outcome.verdict]++;
    failures_ += outcome.is_failure();
    if (outcome.verdict == Verdict::Refused) {
        refusals_[kind_of_message(outcome)]++;
    }
}

double Report::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

uint64_t Report::count(Verdict verdict) const {
    const auto found = verdicts_.find(verdict);
    return found == verdicts_.end() ? 0 : found->second;
}

void Report::show_progress() const {
    if (isatty(STDOUT_FILENO) && finished_ % 20 == 0) {
        fmt::print("\r{} of {} cases, {} refused, {} failed, {:.0f} a minute ", finished_, cases_,
                   count(Verdict::Refused), failures_, 60 * double(finished_) / seconds());
        std::fflush(stdout);
    }
}

void Report::clear_progress() const {
    if (isatty(STDOUT_FILENO)) {
        fmt::print("\r{:79}\r", "");
    }
}

void Report::print(bool with_refusals) const {
    clear_progress();
    fmt::print("{} cases in {:.1f} s: {} agree with Halide, {} refused, {} failed\n", finished_,
               seconds(), agreeing(), count(Verdict::Refused), failures_);
    if (!with_refusals) {
        return;
    }
    std::vector<std::pair<uint64_t, std::string>> sorted;
    for (const auto &[text, times] : refusals_) {
        sorted.emplace_back(times, text);
    }
    std::sort(sorted.rbegin(), sorted.rend());
    for (const auto &[times, text] : sorted) {
        fmt::print("{:6} {}\n", times, text);
    }
}

} // namespace Orrery::fuzz
