#include "explore/explore_command.h"

#include "explore/journal.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/interstellar.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "sim/status_line.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace Orrery::explore {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double seconds_between_results = 10;

/// Mistakes in what is fixed are found before the work begins.
void check_fixes(const Sweep &sweep) {
    for (const SweepLayer &layer : sweep.layers) {
        for (const auto &fixes : sweep.fixes) {
            optimizer::Constraints constraints;
            for (const std::string &fix : fixes) {
                optimizer::parse_fix(fix, optimizer::convolution(layer.name, layer.shape),
                                     sweep.hardware[0], constraints);
            }
        }
    }
}

/// Writes down what is found, and says how far the work is.
class Recorder {
public:
    explicit Recorder(Journal &journal, size_t points)
        : journal_(journal), points_(points), before_(journal.known()) {}

    void operator()(const Row &row) {
        journal_.add(row);
        const double seconds = since(begin_);
        const double each = seconds / double(journal_.known() - before_);
        const double left = each * double(points_ - journal_.known());
        status_.show(fmt::format("{} of {} points, {:.1f} a second, about {:.0f} s left",
                                 journal_.known(), points_, 1 / std::max(1e-9, each), left));
        if (since(written_) > seconds_between_results) {
            written_ = Clock::now();
            journal_.write_results();
        }
    }

private:
    Journal &journal_;
    size_t points_, before_;
    sim::StatusLine status_;
    Clock::time_point begin_ = Clock::now(), written_ = begin_;

    static double since(Clock::time_point time) {
        return std::chrono::duration<double>(Clock::now() - time).count();
    }
};

} // namespace

int explore(const ExploreCommand &command, Ranks *ranks) {
    if (command.threads < 0 || command.threads > 1024) {
        user_error("--threads {}: expected a number from 1 to 1024", command.threads);
    }
    const Sweep sweep = read_sweep(command.sweep_file);
    check_fixes(sweep);
    if (ranks && ranks->rank() > 0) {
        ranks->follow(sweep);
        return 0;
    }
    Journal journal(sweep, command.directory);
    const std::vector<size_t> points = journal.missing();
    fmt::print("{} points, {} of them known already\n", sweep.points(), journal.known());
    std::fflush(stdout);
    std::vector<int> silent;
    {
        Recorder recorder(journal, sweep.points());
        const Found found = [&recorder](const Row &row) { recorder(row); };
        if (ranks) {
            silent = ranks->lead(sweep, points, found);
        } else {
            const int threads = command.threads > 0
                                    ? command.threads
                                    : int(std::max(1u, std::thread::hardware_concurrency()));
            search_in_threads(sweep, points, threads, found);
        }
    }
    journal.write_results();
    fmt::print("{}/results.csv\n", command.directory);
    if (!silent.empty()) {
        fmt::print(stderr, "orrery: rank {} did not answer; its point was searched by another\n",
                   fmt::join(silent, ", "));
        ranks->abort(0); // the end of an MPI job waits for all ranks
    }
    return 0;
}

} // namespace Orrery::explore
