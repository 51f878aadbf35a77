#include "auto-schedule/auto_schedule.h"

#include "auto-schedule/layer.h"
#include "auto-schedule/mapping.h"
#include "auto-schedule/rating.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/resources.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <sstream>
#include <thread>

namespace Orrery {

using namespace optimizer;
using scheduling::apply_mapping;

namespace {

Objective objective_of(const std::string &name) {
    const auto found = objectives().find(name);
    if (found == objectives().end()) {
        user_error("autoscheduler.objective={}: expected energy, cycles or edp", name);
    }
    return found->second;
}

void check(const AutoScheduleOptions &options) {
    if (options.hardware.empty()) {
        user_error("autoscheduler.hardware: name the file that describes memories and array, as "
                   "data/hardware/tiny-4x4.json does");
    }
    if (options.threads < 0 || options.threads > 1024) {
        user_error("autoscheduler.threads={}: expected a number from 1 to 1024", options.threads);
    }
    if (options.seconds < 0) {
        user_error("autoscheduler.seconds={}: expected a number of at least 0", options.seconds);
    }
    if (options.candidates < 1 || options.candidates > 1000) {
        user_error("autoscheduler.candidates={}: expected a number from 1 to 1000",
                   options.candidates);
    }
    objective_of(options.objective);
    factors_named("autoscheduler.factors", options.factors);
}

template <typename Number>
Number number_of(const std::string &name, const std::string &text) {
    std::istringstream stream(text);
    Number number = 0;
    if (!(stream >> number) || !stream.eof()) {
        user_error("autoscheduler.{}={}: expected a number", name, text);
    }
    return number;
}

SearchOptions search_options(const AutoScheduleOptions &options) {
    SearchOptions search;
    search.threads = options.threads > 0 ? options.threads
                                         : int(std::max(1u, std::thread::hardware_concurrency()));
    search.seconds = options.seconds;
    search.keep = options.candidates;
    return search;
}

/// Compiles the candidates, if there are several, and decides for one of them.
void rate(const Halide::Func &output, const HardwareSearchResult &result, const Hardware &hardware,
          Objective objective, AutoSchedule &found) {
    if (result.best.size() < 2) {
        return;
    }
    std::optional<ObjectiveValue> best;
    for (size_t i = 0; i < result.best.size(); i++) {
        const HardwareCost cost = hardware_cost(result.best[i], hardware);
        const int64_t cycles = scheduling::exact_cycles(output, result.best[i]);
        found.candidates.push_back(
            {level_energy_unit(hardware).picojoules(cost.total_energy), cost.cycles, cycles});
        const ObjectiveValue value = value_of(objective, cost.total_energy, cycles);
        if (!best || value < *best) {
            best = value;
            found.taken = i;
        }
    }
}

} // namespace

AutoSchedule auto_schedule(const Halide::Func &output, const AutoScheduleOptions &options) {
    check(options);
    scheduling::check_unscheduled(output);
    const LayerShape shape = scheduling::layer_of(scheduling::find_product(output));
    const InterstellarModel model(scheduling::problem_of(output), read_hardware(options.hardware));
    Constraints constraints;
    constraints.factors = factors_named("autoscheduler.factors", options.factors);
    for (const std::string &fix : options.fixes) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    const Objective objective = objective_of(options.objective);
    const HardwareSearchResult result =
        search_hardware(model, shape, constraints, objective, search_options(options));
    if (!result.mapped) {
        user_error("{} on {}: {}", model.problem().name, model.hardware().name, result.why_none);
    }
    AutoSchedule found;
    rate(output, result, model.hardware(), objective, found);
    const MappedLayer &taken = result.best[found.taken];
    found.mapping =
        hardware_mapping_json(taken, model.hardware(), hardware_cost(taken, model.hardware()),
                              result.optimal && found.taken == 0);
    found.schedule = apply_mapping(output, taken);
    return found;
}

AutoSchedule schedule_mapping(const Halide::Func &output, const std::string &file) {
    AutoSchedule found;
    found.schedule = apply_mapping(output, read_mapping(file));
    return found;
}

AutoScheduleOptions auto_schedule_options(const std::map<std::string, std::string> &parameters) {
    AutoScheduleOptions options;
    for (const auto &[name, value] : parameters) {
        if (name == "hardware") {
            options.hardware = value;
        } else if (name == "objective") {
            options.objective = value;
        } else if (name == "factors") {
            options.factors = value;
        } else if (name == "threads") {
            options.threads = number_of<int>(name, value);
        } else if (name == "candidates") {
            options.candidates = number_of<int>(name, value);
        } else if (name == "seconds") {
            options.seconds = number_of<double>(name, value);
        } else if (name == "fix") {
            std::istringstream stream(value);
            for (std::string fix; std::getline(stream, fix, ';');) {
                options.fixes.push_back(fix);
            }
        } else {
            user_error("autoscheduler.{}: there is no such parameter; known are hardware, "
                       "objective, factors, fix, candidates, threads and seconds",
                       name);
        }
    }
    return options;
}

} // namespace Orrery
