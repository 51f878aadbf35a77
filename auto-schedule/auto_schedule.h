#pragma once
#include <Halide.h>

#include <map>
#include <string>
#include <vector>

/// Schedules that the optimizer finds, for any pipeline with one sum of products. docs/optimizer.md
/// says which pipelines these are.
namespace Orrery {

/// What the auto-scheduler is asked for.
struct AutoScheduleOptions {
    std::string hardware;             ///< JSON file: memories and array (docs/optimizer.md)
    std::string objective = "energy"; ///< energy, cycles, or edp (energy times cycles)
    std::string factors = "ceil";     ///< of tiles: divide, ceil or all, as --factors
    std::vector<std::string> fixes;   ///< what is given of the mapping, as in --fix
    int threads = 0;                  ///< 0: as many as processors; the result is the same
    double seconds = 0;               ///< stop the search then; 0: never
    /// So many of the best mappings are compiled, and that one is taken whose design is best with
    /// the cycles that `orrery model` gives; 0: the best one of the search.
    int candidates = 1;
};

/// A mapping that was compiled to be rated.
struct AutoScheduleCandidate {
    double energy_pj = 0;     ///< in the cost model of the optimizer
    int64_t least_cycles = 0; ///< of the part that works longest, as the optimizer counts
    int64_t cycles = 0;       ///< exact
    std::string refused;      ///< why there is no design; empty: there is one
};

/// A schedule that was given to a pipeline.
struct AutoSchedule {
    std::string mapping;  ///< mapping.json
    std::string schedule; ///< the calls of Halide and Orrery, as C++
    /// Those that were compiled, in the order of the search; what follows cannot be better.
    std::vector<AutoScheduleCandidate> candidates;
    size_t taken = 0;  ///< one of the candidates
    std::string proof; ///< how far it is proved that none is better
};

/// Finds the mapping that costs least on the hardware and schedules the pipeline behind `output`
/// with it, directives included; then `compile` makes the design. `accelerate` is called for the
/// output if it was not. UserError if the pipeline has another form than one sum of products, has
/// a schedule already, if no mapping follows the rules, or if no candidate can be compiled.
AutoSchedule auto_schedule(const Halide::Func &output, const AutoScheduleOptions &options);

/// Schedules the pipeline with the mapping of a file, as `orrery optimize` writes it, whose layer
/// must be that of the pipeline.
AutoSchedule schedule_mapping(const Halide::Func &output, const std::string &file);

/// The options as a generator gets them: autoscheduler.hardware, .objective, .factors, .fix
/// (several, with semicolons between), .threads, .seconds, .candidates, without the part before the
/// dot. UserError for an unknown name or a value that is not possible.
AutoScheduleOptions auto_schedule_options(const std::map<std::string, std::string> &parameters);

} // namespace Orrery
