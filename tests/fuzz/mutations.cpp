// Mistakes of passes, made on purpose in the hardware IR of random designs, must be found: by
// hwir::verify, by a rule of the interpreter, or by the comparison with Halide.
//
// ORRERY_CASES=n sets the number of designs, ORRERY_SEED=n which ones.
#include "fuzz/mutations.h"
#include "fuzz/compile_case.h"
#include "fuzz/isolate.h"
#include "fuzz/random_case.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

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

} // namespace

TEST_CASE("mutants of the hardware IR are found") {
    const int cases = number_from_environment("ORRERY_CASES", 60);
    const uint64_t seed = uint64_t(number_from_environment("ORRERY_SEED", 1));
    const size_t kinds = mutations().size();
    std::vector<Case> drawn;
    for (int i = 0; i < cases; i++) {
        // One schedule of each of many layers.
        drawn.push_back(random_case(seed, uint64_t(i) * schedules_per_layer));
    }
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
