#include "fuzz/fuzz_command.h"

#include "fuzz/compile_case.h"
#include "fuzz/generator_source.h"
#include "fuzz/isolate.h"
#include "fuzz/random_case.h"
#include "fuzz/report.h"
#include "fuzz/shrink.h"
#include "fuzz/simulate_cases.h"
#include "hwgen/hwir/print.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace Orrery::fuzz {

namespace fs = std::filesystem;

namespace {

/// Cases that are drawn, run and forgotten together; those that are simulated share a build.
constexpr size_t chunk_size = 40 * schedules_per_layer;
constexpr size_t rtl_chunk_size = 8 * schedules_per_layer;
/// Failures of one kind that are shrunk; there is little to learn from more of them.
constexpr int shrunk_of_a_kind = 2;

void write_file(const fs::path &path, const std::string &text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
        user_error("{}: cannot be written", path.string());
    }
}

struct NamedCase {
    std::string name; ///< an identifier
    Case what;
};

class Run {
public:
    explicit Run(const FuzzCommand &command)
        : command_(command),
          report_(command.replay.empty() ? command.cases : command.replay.size()) {}

    int run() {
        if (command_.replay.empty()) {
            run_random();
        } else {
            std::vector<NamedCase> cases;
            for (const std::string &file : command_.replay) {
                cases.push_back({fs::path(file).stem().string(), parse_case(read_file(file))});
            }
            run_cases(cases);
        }
        report_.print(command_.verbose);
        return report_.failures() == 0 ? 0 : 1;
    }

private:
    void run_random() {
        const uint64_t end = command_.first + command_.cases;
        fmt::print("seed {}, cases {} to {}\n", command_.seed, command_.first, end - 1);
        const size_t size = command_.rtl ? rtl_chunk_size : chunk_size;
        for (uint64_t first = command_.first; first < end; first += size) {
            std::vector<NamedCase> cases;
            for (uint64_t i = first; i < std::min(end, first + size); i++) {
                cases.push_back({fmt::format("seed{}_case{}", command_.seed, i),
                                 random_case(command_.seed, i, command_.kind)});
            }
            run_cases(cases);
        }
    }

    void run_cases(const std::vector<NamedCase> &cases) {
        if (command_.write) {
            write_cases(cases);
            return;
        }
        std::vector<Case> plain;
        for (const NamedCase &c : cases) {
            plain.push_back(c.what);
        }
        const std::vector<Outcome> outcomes =
            evaluate(plain, command_.rtl, [&](auto, const Outcome &o) {
                report_.add(o);
                report_.show_progress();
            });
        for (size_t i = 0; i < cases.size(); i++) {
            if (outcomes[i].is_failure()) {
                report_.clear_progress();
                take_failure(cases[i], outcomes[i]);
            }
        }
    }

    /// Each case in a process of its own, where Halide has given no names yet.
    void write_cases(const std::vector<NamedCase> &cases) {
        fs::create_directories(command_.directory);
        const auto write = [&](size_t i) {
            return outcome_of([&] {
                const NamedCase &c = cases[i];
                const fs::path base = fs::path(command_.directory) / c.name;
                write_file(base.string() + ".hwir", hwir::print(compile_to_ir(c.what)));
                write_file(base.string() + ".case", print(c.what));
                write_file(base.string() + ".cpp",
                           generator_source(c.what, c.name, "Written by orrery fuzz\n"));
                return Outcome();
            });
        };
        IsolateOptions options;
        options.jobs = command_.jobs;
        options.batch = 1;
        options.done = [&](size_t i, const Outcome &outcome) {
            report_.add(outcome);
            if (outcome.is_failure()) {
                fmt::print("{}: {}\n", cases[i].name, outcome.message);
            }
        };
        run_isolated(cases.size(), write, options);
    }

    std::vector<Outcome> evaluate(const std::vector<Case> &cases, bool rtl,
                                  const std::function<void(size_t, const Outcome &)> &done) const {
        IsolateOptions options;
        options.jobs = command_.jobs;
        options.done = done;
        if (rtl) {
            return simulate_cases(cases, fs::path(command_.directory) / "designs", options);
        }
        return run_isolated(
            cases.size(), [&](size_t i) { return interpret(cases[i]); }, options);
    }

    void take_failure(const NamedCase &c, Outcome outcome) {
        fmt::print("{}: {}: {}\n", c.name, name_of(outcome.verdict), outcome.message);
        bool rtl = command_.rtl;
        if (rtl) {
            // What the interpreter finds as well is shrunk faster there.
            const Outcome interpreted = evaluate({c.what}, false, {}).front();
            fmt::print("  {} in the interpreter\n", name_of(interpreted.verdict));
            if (interpreted.is_failure()) {
                rtl = false;
                outcome = interpreted;
            }
        }
        const std::string kind = name_of(outcome.verdict) + kind_of_message(outcome);
        Shrunk shrunk{c.what, outcome, 0};
        if (command_.shrink && shrunk_[kind]++ < shrunk_of_a_kind) {
            shrunk = shrink(
                c.what, outcome,
                [&](const std::vector<Case> &cases) { return evaluate(cases, rtl, {}); },
                size_t(command_.jobs) * 8);
            fmt::print("  {} steps are left of {} ({} cases tried): {}\n",
                       shrunk.smallest.steps.size(), c.what.steps.size(), shrunk.tried,
                       shrunk.outcome.message);
        }
        write_failure(c, shrunk);
    }

    void write_failure(const NamedCase &c, const Shrunk &shrunk) const {
        const fs::path base = fs::path(command_.directory) / c.name;
        fs::create_directories(base.parent_path());
        const std::string what =
            fmt::format("Found by orrery fuzz: {}: {}\n", name_of(shrunk.outcome.verdict),
                        shrunk.outcome.message);
        write_file(base.string() + ".case", print(shrunk.smallest));
        write_file(base.string() + ".cpp", generator_source(shrunk.smallest, c.name, what));
        fmt::print("  {0}.cpp is its generator; orrery fuzz --replay {0}.case runs it again\n",
                   base.string());
        std::fflush(stdout);
    }

    const FuzzCommand &command_;
    Report report_;
    std::map<std::string, int> shrunk_; ///< failures by kind
};

} // namespace

int fuzz(const FuzzCommand &command) { return Run(command).run(); }

} // namespace Orrery::fuzz
