#include "auto-schedule/auto_schedule.h"

#include "auto-schedule/layer.h"
#include "auto-schedule/mapping.h"
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
    objective_of(options.objective);
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
    return search;
}

} // namespace

AutoSchedule auto_schedule(const Halide::Func &output, const AutoScheduleOptions &options) {
    check(options);
    scheduling::check_unscheduled(output);
    const LayerShape shape = scheduling::layer_of(scheduling::find_product(output));
    const InterstellarModel model(scheduling::problem_of(output), read_hardware(options.hardware));
    Constraints constraints;
    for (const std::string &fix : options.fixes) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    const HardwareSearchResult result = search_hardware(
        model, shape, constraints, objective_of(options.objective), search_options(options));
    if (!result.mapped) {
        user_error("{} on {}: {}", model.problem().name, model.hardware().name, result.why_none);
    }
    const HardwareCost cost = hardware_cost(*result.mapped, model.hardware());
    return {hardware_mapping_json(*result.mapped, model.hardware(), cost, result.optimal),
            apply_mapping(output, *result.mapped)};
}

AutoSchedule schedule_mapping(const Halide::Func &output, const std::string &file) {
    return {"", apply_mapping(output, read_mapping(file))};
}

AutoScheduleOptions auto_schedule_options(const std::map<std::string, std::string> &parameters) {
    AutoScheduleOptions options;
    for (const auto &[name, value] : parameters) {
        if (name == "hardware") {
            options.hardware = value;
        } else if (name == "objective") {
            options.objective = value;
        } else if (name == "threads") {
            options.threads = number_of<int>(name, value);
        } else if (name == "seconds") {
            options.seconds = number_of<double>(name, value);
        } else if (name == "fix") {
            std::istringstream stream(value);
            for (std::string fix; std::getline(stream, fix, ';');) {
                options.fixes.push_back(fix);
            }
        } else {
            user_error("autoscheduler.{}: there is no such parameter; known are hardware, "
                       "objective, fix, threads and seconds",
                       name);
        }
    }
    return options;
}

} // namespace Orrery
