#include "auto-schedule/auto_schedule.h"

#include "auto-schedule/exact_search.h"
#include "auto-schedule/mapping.h"
#include "auto-schedule/problem.h"
#include "hwgen/optimizer/fix.h"
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
    if (options.candidates < 0 || options.candidates > scheduling::most_candidates) {
        user_error("autoscheduler.candidates={}: expected a number from 0 to {}",
                   options.candidates, scheduling::most_candidates);
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

scheduling::ExactSearchOptions search_options(const AutoScheduleOptions &options) {
    scheduling::ExactSearchOptions search;
    search.search.threads = options.threads > 0
                                ? options.threads
                                : int(std::max(1u, std::thread::hardware_concurrency()));
    search.search.seconds = options.seconds;
    search.candidates = options.candidates;
    return search;
}

std::vector<AutoScheduleCandidate> candidates_of(const scheduling::ExactSearchResult &result,
                                                 const EnergyUnit &unit) {
    std::vector<AutoScheduleCandidate> candidates;
    for (size_t i = 0; i < result.choice.rated.size(); i++) {
        const RatedCandidate &rated = result.choice.rated[i];
        candidates.push_back({unit.picojoules(result.costs[i].energy), result.costs[i].least_cycles,
                              rated.cycles, rated.refused});
    }
    return candidates;
}

} // namespace

AutoSchedule auto_schedule(const Halide::Func &output, const AutoScheduleOptions &options) {
    check(options);
    scheduling::check_unscheduled(output);
    const Problem problem = scheduling::problem_of(scheduling::find_product(output));
    const Hardware hardware = read_hardware(options.hardware);
    Constraints constraints;
    constraints.factors = factors_named("autoscheduler.factors", options.factors);
    for (const std::string &fix : options.fixes) {
        parse_fix(fix, problem, hardware, constraints);
    }
    const scheduling::ExactSearchResult result = scheduling::search_exact(
        problem, {hardware.name, {hardware}, {}}, constraints, objective_of(options.objective),
        [&] { return output; }, search_options(options));
    const MappedLayer &taken = result.mapping().mapped;
    AutoSchedule found;
    found.candidates = candidates_of(result, level_energy_unit(hardware));
    found.taken = result.taken();
    found.proof = result.proof_text();
    found.mapping =
        hardware_mapping_json(taken, hardware, hardware_cost(taken, hardware), result.proof());
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
