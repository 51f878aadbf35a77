#pragma once
#include "fuzz/case.h"
#include "fuzz/isolate.h"
#include "hwgen/hwir/design.h"

#include <filesystem>

namespace Orrery::fuzz {

/// Cases of which a process has more points are refused: models are built without optimisation,
/// and their simulation would take minutes.
constexpr int64_t most_simulated_points = 20'000;

/// So are those that need more cycles, by the model: sums in DRAM, say, one element a burst. A
/// design that has not ended by then is at fault.
constexpr uint64_t most_simulated_cycles = 400'000;

/// Compiles the cases to Verilog, builds one library with the models of all of them, and simulates
/// each: with a quick memory, with one that stalls at random, and three and two invocations that
/// overlap, with stalls and without; all outputs are compared with Halide's. Files are kept in
/// `directory`, whose old contents are removed. Outcomes are as those of `interpret`.
std::vector<Outcome> simulate_cases(const std::vector<Case> &cases,
                                    const std::filesystem::path &directory,
                                    const IsolateOptions &options);

/// A case whose hardware IR is changed before it becomes Verilog.
struct Mutant {
    Case original;
    std::function<void(hwir::Design &)> change; ///< none: the case as it is
};

/// The same of mutants. A mutant that cannot be lowered ends in an internal error; one that works
/// without an end, in a rule that is broken.
std::vector<Outcome> simulate_mutants(const std::vector<Mutant> &mutants,
                                      const std::filesystem::path &directory,
                                      const IsolateOptions &options);

} // namespace Orrery::fuzz
