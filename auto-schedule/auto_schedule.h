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
    std::vector<std::string> fixes;   ///< what is given of the mapping, as in --fix
    int threads = 0;                  ///< 0: as many as processors; the result is the same
    double seconds = 0;               ///< stop the search then; 0: never
};

/// A schedule that was given to a pipeline.
struct AutoSchedule {
    std::string mapping;  ///< mapping.json
    std::string schedule; ///< the calls of Halide and Orrery, as C++
};

/// Finds the mapping that costs least on the hardware and schedules the pipeline behind `output`
/// with it, directives included; then `compile` makes the design. `accelerate` is called for the
/// output if it was not. UserError if the pipeline has another form than one sum of products, has
/// a schedule already, or if no mapping follows the rules.
AutoSchedule auto_schedule(const Halide::Func &output, const AutoScheduleOptions &options);

/// Schedules the pipeline with the mapping of a file, as `orrery optimize` writes it, whose layer
/// must be that of the pipeline.
AutoSchedule schedule_mapping(const Halide::Func &output, const std::string &file);

/// The options as a generator gets them: autoscheduler.hardware, .objective, .fix (several, with
/// semicolons between), .threads, .seconds, without the part before the dot. UserError for an
/// unknown name or a value that is not possible.
AutoScheduleOptions auto_schedule_options(const std::map<std::string, std::string> &parameters);

} // namespace Orrery
