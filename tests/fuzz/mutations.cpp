// Mistakes of passes, made on purpose in the hardware IR of random designs, must be found: by
// hwir::verify, by a rule of the interpreter, or by the comparison with Halide; and those that can
// be lowered, in their Verilog: by an assertion, by the watchdog, or by the comparison.
//
// ORRERY_CASES=n sets the number of designs, ORRERY_SEED=n which ones, ORRERY_MUTANTS=n how many
// mutants of each kind become Verilog.
#include "fuzz/mutations.h"
#include "fuzz/compile_case.h"
#include "fuzz/isolate.h"
#include "fuzz/random_case.h"
#include "fuzz/simulate_cases.h"
#include "halide-fork/hardware.h"
#include "hwgen/hwir/verify.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

using namespace Orrery;
using namespace Orrery::fuzz;

namespace {

int number_from_environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text && *text ? std::atoi(text) : otherwise;
}

struct Count {
    int applied = 0, caught = 0;
    std::vector<std::string> survivors;
};

/// Refused: the case is no legal design, or has no place for the mutation. Agrees: it survives.
Outcome run_mutant(const Case &c, uint64_t seed, const Mutation &mutation) {
    return outcome_of([&]() -> Outcome {
        hwir::Design design = compile_to_ir(c);
        Dice dice(seed);
        if (!mutation.apply(design, dice)) {
            return {Verdict::Refused, "no place for the mutation"};
        }
        return compare_with_halide(design, reference_of(c.layer));
    });
}

/// At least so many of a hundred mutants must be found. The rest change nothing that can be seen:
/// the guard that is dropped was implied by another one, the sum that becomes a maximum is one of a
/// single element, the two writers of a phase write different elements, the value that is read
/// beside is not used (docs/fuzzing.md).
constexpr int least_percent = 60;
/// The interpreter takes offence at an address out of range, which in Verilog may be that of a
/// value that is not used.
constexpr int least_percent_in_verilog = 80;

std::vector<Case> drawn_cases(int cases, uint64_t seed) {
    std::vector<Case> drawn;
    for (int i = 0; i < cases; i++) {
        // One schedule of each of many layers.
        drawn.push_back(random_case(seed, uint64_t(i) * schedules_per_layer));
    }
    return drawn;
}

using Files = std::map<std::string, std::string>;

Files verilog_of(const hwir::Design &design) {
    Files files = hardware_files(design, "layer");
    for (auto file = files.begin(); file != files.end();) {
        const bool verilog = file->first.find(".v") == file->first.size() - 2;
        file = verilog ? std::next(file) : files.erase(file);
    }
    return files;
}

const std::string same_verilog = "the Verilog does not change";

/// Agrees: a mutant that the interpreter finds, and that becomes Verilog other than that of the
/// design. Refused: there is no such mutant. Otherwise a check has found it.
Outcome lower_mutant(const Case &c, uint64_t seed, const Mutation &mutation) {
    return outcome_of([&]() -> Outcome {
        hwir::Design design = compile_to_ir(c);
        check_length(design, most_simulated_points);
        const Files original = verilog_of(design);
        Dice dice(seed);
        if (!mutation.apply(design, dice)) {
            return {Verdict::Refused, "no place for the mutation"};
        }
        hwir::verify(design);
        if (verilog_of(design) == original) {
            return {Verdict::Refused, same_verilog};
        }
        const Outcome interpreted =
            outcome_of([&] { return compare_with_halide(design, reference_of(c.layer)); });
        return interpreted.is_failure() ? Outcome() : Outcome{Verdict::Refused, "no mistake"};
    });
}

/// How mutants of one kind were found, of those that were made.
struct Found {
    int not_lowered = 0; ///< by hwir::verify or a check of the lowering
    int unchanged = 0;   ///< the same Verilog, of those that were looked at
    int simulated = 0;
    int by_assertion = 0, by_port = 0, by_watchdog = 0, by_comparison = 0;
    int with_noise = 0; ///< of those found by comparison: the report names memories that gave noise

    int in_simulation() const { return by_assertion + by_port + by_watchdog + by_comparison; }
    void count(const Outcome &outcome) {
        const auto says = [&](const char *text) {
            return outcome.message.find(text) != std::string::npos;
        };
        simulated++;
        if (!outcome.is_failure() || outcome.verdict == Verdict::Mispredicted) {
            return; // the model knows of the mistake
        }
        (says("the design stopped")                              ? by_assertion
         : says("made no progress") || says("is not done after") ? by_watchdog
         : says("rule violations on the ports")                  ? by_port
                                                                 : by_comparison)++;
        with_noise += says("Noise was read");
    }
};

} // namespace

TEST_CASE("mutants of the hardware IR are found") {
    const int cases = number_from_environment("ORRERY_CASES", 60);
    const uint64_t seed = uint64_t(number_from_environment("ORRERY_SEED", 1));
    const size_t kinds = mutations().size();
    const std::vector<Case> drawn = drawn_cases(cases, seed);
    IsolateOptions options;
    options.jobs = 2;
    const std::vector<Outcome> outcomes = run_isolated(
        drawn.size() * kinds,
        [&](size_t i) { return run_mutant(drawn[i / kinds], seed + i, mutations()[i % kinds]); },
        options);
    std::vector<Count> counts(kinds);
    for (size_t i = 0; i < outcomes.size(); i++) {
        Count &count = counts[i % kinds];
        if (outcomes[i].verdict != Verdict::Refused) {
            count.applied++;
            count.caught += outcomes[i].is_failure();
            if (!outcomes[i].is_failure()) {
                count.survivors.push_back(std::to_string(i / kinds));
            }
        }
    }
    for (size_t k = 0; k < kinds; k++) {
        std::cout << fmt::format("{:36} {:3} mutants, {:3} found; not in designs {}\n",
                                 mutations()[k].name, counts[k].applied, counts[k].caught,
                                 fmt::join(counts[k].survivors, " "));
        INFO(mutations()[k].name);
        CHECK(counts[k].applied > 0);
        CHECK(100 * counts[k].caught >= least_percent * counts[k].applied);
    }
}

TEST_CASE("mutants that the interpreter finds are found in Verilog") {
    const int cases = number_from_environment("ORRERY_CASES", 100);
    const int most = number_from_environment("ORRERY_MUTANTS", 4);
    const uint64_t seed = uint64_t(number_from_environment("ORRERY_SEED", 1));
    const size_t kinds = mutations().size();
    const std::vector<Case> drawn = drawn_cases(cases, seed);
    IsolateOptions options;
    options.jobs = 2;
    const std::vector<Outcome> lowered = run_isolated(
        drawn.size() * kinds,
        [&](size_t i) { return lower_mutant(drawn[i / kinds], seed + i, mutations()[i % kinds]); },
        options);
    std::vector<Found> found(kinds);
    std::vector<Mutant> mutants;
    std::vector<size_t> kind_of;
    for (size_t i = 0; i < lowered.size(); i++) {
        const size_t kind = i % kinds;
        found[kind].not_lowered += lowered[i].is_failure();
        found[kind].unchanged += lowered[i].message == same_verilog;
        if (lowered[i].verdict == Verdict::Agrees &&
            std::count(kind_of.begin(), kind_of.end(), kind) < most) {
            kind_of.push_back(kind);
            mutants.push_back({drawn[i / kinds], [=](hwir::Design &design) {
                                   Dice dice(seed + i);
                                   mutations()[kind].apply(design, dice);
                               }});
        }
    }
    const std::vector<Outcome> outcomes = simulate_mutants(mutants, "mutants_in_verilog", options);
    for (size_t i = 0; i < outcomes.size(); i++) {
        REQUIRE(outcomes[i].verdict != Verdict::InternalError); // they did lower
        found[kind_of[i]].count(outcomes[i]);
    }
    int simulated = 0, in_simulation = 0;
    for (size_t k = 0; k < kinds; k++) {
        const Found &f = found[k];
        std::cout << fmt::format(
            "{:32} {:3} not lowered, {:2} the same Verilog; {:2} of {:2} found in simulation: {} "
            "assertion, {} port, {} watchdog, {} comparison ({} with noise)\n",
            mutations()[k].name, f.not_lowered, f.unchanged, f.in_simulation(), f.simulated,
            f.by_assertion, f.by_port, f.by_watchdog, f.by_comparison, f.with_noise);
        INFO(mutations()[k].name);
        CHECK(f.not_lowered + f.simulated > 0);
        CHECK(2 * f.in_simulation() >= f.simulated);
        simulated += f.simulated;
        in_simulation += f.in_simulation();
    }
    CHECK(100 * in_simulation >= least_percent_in_verilog * simulated);
}
