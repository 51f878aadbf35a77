#include "optimize/optimize_command.h"

#include "auto-schedule/auto_schedule.h"
#include "auto-schedule/exact_search.h"
#include "auto-schedule/problem_pipeline.h"
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/mapping_json.h"
#include "hwgen/optimizer/problem_json.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/optimizer/workloads.h"
#include "hwgen/support/error.h"
#include "optimize/front_command.h"
#include "sim/report.h"
#include "sim/status_line.h"
#include "sim/table.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace Orrery::optimize {

using namespace optimizer;
using scheduling::ExactSearchResult;
using sim::grouped;
using sim::StatusLine;

namespace {

const char *const pareto = "pareto"; ///< an objective that is not one number

void check_candidates(const OptimizeCommand &command) {
    if (!command.candidates) {
        return;
    }
    if (*command.candidates < 0 || *command.candidates > scheduling::most_candidates) {
        user_error("--candidates {}: expected a number from 0 to {}", *command.candidates,
                   scheduling::most_candidates);
    }
    if (command.cost_model == "interstellar") {
        user_error("--candidates {}: belongs to the cost model orrery; the other one knows no time",
                   *command.candidates);
    }
    if (command.objective == pareto && *command.candidates > 0) {
        user_error("--candidates {}: hardware is made of every point of a front; leave this out, "
                   "or say 0 for none",
                   *command.candidates);
    }
}

void check_command(const OptimizeCommand &command) {
    if (int(command.layer.empty()) + int(command.workload.empty()) +
            int(command.problem_file.empty()) !=
        2) {
        user_error("orrery optimize: say what is to be mapped with one of --layer, --workload and "
                   "--problem");
    }
    if (command.cost_model != "interstellar" && command.cost_model != "orrery") {
        user_error("--cost-model {}: expected interstellar or orrery", command.cost_model);
    }
    if (command.objective != pareto && objectives().count(command.objective) == 0) {
        std::vector<std::string> names{pareto};
        for (const auto &[name, objective] : objectives()) {
            names.push_back(name);
        }
        user_error("--objective {}: expected one of {}", command.objective, fmt::join(names, ", "));
    }
    if (command.objective != "energy" && command.cost_model == "interstellar") {
        user_error("--objective {}: the cost model interstellar knows no time; use --objective "
                   "energy, or --cost-model orrery",
                   command.objective);
    }
    if (!command.factors.empty()) {
        factors_named("--factors", command.factors);
        if (command.cost_model == "interstellar" && command.factors != "divide") {
            user_error("--factors {}: in the cost model interstellar, factors divide; use "
                       "--cost-model orrery",
                       command.factors);
        }
    }
    if (command.area_mm2 && (*command.area_mm2 <= 0 || *command.area_mm2 > 1e9)) {
        user_error("--area {}: expected an area in mm2, up to 10^9", *command.area_mm2);
    }
    const OptimizeCommand defaults;
    if (command.objective == pareto && command.json_file != defaults.json_file) {
        user_error("--json {}: the mappings of a front are files of a directory; use --directory",
                   command.json_file);
    }
    if (command.objective != pareto && command.directory != defaults.directory) {
        user_error("--directory {}: belongs to --objective pareto; use --json", command.directory);
    }
    check_candidates(command);
    if (command.threads < 0 || command.threads > 1024) {
        user_error("--threads {}: expected a number from 1 to 1024", command.threads);
    }
    if (command.batch < 1 || command.batch > 1'000'000) {
        user_error("--batch {}: expected a number from 1 to 1,000,000", command.batch);
    }
    if (command.workload.empty() && command.batch != 1) {
        user_error("--batch {}: belongs to --workload; in --layer, say N={}", command.batch,
                   command.batch);
    }
}

SearchOptions search_options(const OptimizeCommand &command) {
    SearchOptions options;
    options.threads = command.threads > 0 ? command.threads
                                          : int(std::max(1u, std::thread::hardware_concurrency()));
    options.seconds = command.seconds;
    return options;
}

SearchOptions with_progress(SearchOptions options, StatusLine &status, const EnergyUnit &unit) {
    options.progress = [&status, &unit](const SearchProgress &progress) {
        status.show(fmt::format("{} of at most {} candidates, best {:.6g} pJ, bound {:.6g} pJ",
                                progress.done, progress.candidates, unit.picojoules(progress.best),
                                unit.picojoules(progress.bound)));
    };
    return options;
}

/// Energies in uJ and the share of each level.
std::string energy_table(const InterstellarModel &model, const Mapping &mapping) {
    const InterstellarModel::Evaluation evaluation = model.evaluate(mapping);
    const auto energy = [&](int64_t units) {
        return fmt::format("{:>12.3f}", model.unit().picojoules(units) / 1e6);
    };
    std::string text = fmt::format("{:<20}", "energy in uJ");
    for (const Tensor &tensor : model.problem().tensors) {
        text += fmt::format("{:>12}", tensor.name);
    }
    text += fmt::format("{:>12}{:>10}\n", "all", "share");
    const auto row = [&](const std::string &name, const std::vector<int64_t> &tensors) {
        int64_t sum = 0;
        text += fmt::format("{:<20}", name);
        for (const int64_t units : tensors) {
            text += energy(units);
            sum += units;
        }
        text += energy(sum) +
                fmt::format("{:>8.2f} %\n", 100.0 * double(sum) / double(evaluation.total));
    };
    for (int level = 0; level <= model.hardware().last_level(); level++) {
        row(model.hardware().levels[level].name, evaluation.energy[level]);
        if (level == model.hardware().array.level) {
            row("hops in the array", evaluation.hops);
        }
    }
    return text;
}

/// Reads, writes and energies of each level and tensor.
std::string access_table(const MappedLayer &mapped, const Hardware &hardware,
                         const HardwareCost &cost) {
    const EnergyUnit unit = level_energy_unit(hardware);
    std::string text = fmt::format("{:<20}{:>12}{:>16}{:>16}{:>14}{:>10}\n", "", "tensor", "reads",
                                   "writes", "energy in uJ", "share");
    for (size_t level = 0; level < hardware.levels.size(); level++) {
        for (size_t x = 0; x < mapped.problem.tensors.size(); x++) {
            if (cost.reads[level][x] + cost.writes[level][x] > 0) {
                text += fmt::format("{:<20}{:>12}{:>16}{:>16}{:>14.3f}{:>8.2f} %\n",
                                    hardware.levels[level].name, mapped.problem.tensors[x].name,
                                    grouped(uint64_t(cost.reads[level][x])),
                                    grouped(uint64_t(cost.writes[level][x])),
                                    unit.picojoules(cost.energy[level][x]) / 1e6,
                                    100.0 * double(cost.energy[level][x]) /
                                        double(std::max<int64_t>(1, cost.total_energy)));
            }
        }
    }
    return text;
}

int64_t lanes_used(const Problem &problem, const Mapping &mapping) {
    int64_t used = 1;
    for (int d = 0; d < int(problem.loops.size()); d++) {
        used *= mapping.spatial(d);
    }
    return used;
}

/// Which hardware was chosen of how many, and why not the others.
std::string choice_summary(const Resources &resources, const ExactSearchResult &exact,
                           int64_t too_large) {
    const ResourceSearchResult &result = exact.searched;
    const Hardware &hardware = resources.hardware[exact.mapping().hardware];
    std::string text = "hardware: " + hardware_text(hardware);
    if (const std::optional<int64_t> area = hardware_area(hardware)) {
        text += fmt::format(", {} mm2", area_text(*area));
    }
    text += fmt::format("\n{} hardware: {} searched, {} excluded by their bounds, {} without a "
                        "mapping",
                        int64_t(resources.hardware.size()) + too_large, result.searched,
                        result.excluded, result.unmappable);
    const int64_t left =
        int64_t(resources.hardware.size()) - result.searched - result.excluded - result.unmappable;
    text += left > 0 ? fmt::format(", {} not begun", left) : "";
    text += too_large > 0
                ? fmt::format(", {} larger than {} mm2", too_large, area_text(*resources.most_area))
                : "";
    return text + "\n";
}

/// "592610 cycles, 584064 of the part that works longest"
std::string cycles_text(const ExactSearchResult &result) {
    const std::string longest = fmt::format("{}{} of the part that works longest",
                                            result.costs[result.taken()].least_cycles,
                                            result.exact_cycles() ? "" : " cycles");
    return result.exact_cycles() ? fmt::format("{} cycles, {}", *result.exact_cycles(), longest)
                                 : longest;
}

std::string hardware_summary(const Hardware &hardware, const ExactSearchResult &result) {
    const MappedLayer &mapped = result.mapping().mapped;
    std::string text = fmt::format(
        "energy {} pJ, {}, {} of {} processing elements\n",
        level_energy_unit(hardware).text(result.costs[result.taken()].energy), cycles_text(result),
        lanes_used(mapped.problem, mapped.mapping), hardware.array.elements);
    text += result.refused_text();
    if (result.choice.taken) {
        text += fmt::format("taken: candidate {} of {}\n", result.taken() + 1,
                            result.choice.rated.size());
    }
    return text + fmt::format("{}; {} choices of spatial loops, {} mappings evaluated\n",
                              result.proof_text(), result.searched.best.spatial_choices,
                              result.searched.evaluated);
}

std::string summary(const InterstellarModel &model, const SearchResult &result) {
    const int64_t used = lanes_used(model.problem(), *result.mapping);
    const Hardware &hardware = model.hardware();
    std::string text = fmt::format("energy {} pJ, {} of {} processing elements ({:.1f} %)\n",
                                   model.unit().text(result.energy), used, hardware.array.elements,
                                   100.0 * double(used) / double(hardware.array.elements));
    const std::string searched =
        fmt::format("{} candidates (tiles of the array with {} choices of spatial loops), {} "
                    "mappings evaluated",
                    result.candidates, result.spatial_choices, result.evaluated);
    if (result.optimal) {
        return text + "optimal: the search was exhausted; " + searched + "\n";
    }
    return text + fmt::format("not proved: the optimum is at least {} pJ, at most {:.2f} % less; "
                              "time was over after {}\n",
                              model.unit().text(result.bound),
                              100.0 * double(result.energy - result.bound) / double(result.energy),
                              searched);
}

/// Runs a search; its result and the seconds that it took.
template <typename Search>
auto timed(const Search &search) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = search();
    return std::make_pair(
        std::move(result),
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

/// Prints the result; gives the text of the file.
std::string optimize_interstellar(const OptimizeCommand &command, const InterstellarModel &model,
                                  const Constraints &constraints) {
    StatusLine status;
    const auto [result, seconds] = timed([&] {
        return search(model, constraints,
                      with_progress(search_options(command), status, model.unit()));
    });
    status.clear();
    const std::string &name = model.problem().name, &hardware = model.hardware().name;
    if (!result.mapping) {
        user_error("{} on {}: {}", name, hardware, result.why_none);
    }
    fmt::print("{} on {}, cost model interstellar\n\n", name, hardware);
    fmt::print("{}\n", loop_nest(model.problem(), model.hardware(), *result.mapping));
    fmt::print("{}\n", energy_table(model, *result.mapping));
    fmt::print("{}{:.3f} s\n", summary(model, result), seconds);
    return mapping_json(model, result);
}

/// The search and the candidates, with progress on a terminal.
ExactSearchResult search_shown(const OptimizeCommand &command, const Problem &problem,
                               const Resources &resources, const Constraints &constraints) {
    StatusLine status;
    scheduling::ExactSearchOptions options;
    options.search = search_options(command);
    options.candidates = command.candidates.value_or(AutoScheduleOptions().candidates);
    options.search.progress = [&status](const SearchProgress &progress) {
        status.show(
            fmt::format("{} of {} choices of spatial loops", progress.done, progress.candidates));
    };
    options.begins = [&](size_t candidate) {
        status.show(fmt::format("hardware of candidate {}", candidate + 1));
    };
    ExactSearchResult result = scheduling::search_exact(
        problem, resources, constraints, objectives().at(command.objective),
        [&] { return scheduling::problem_pipeline(problem); }, options);
    status.clear();
    return result;
}

std::string optimize_hardware(const OptimizeCommand &command, const Problem &problem,
                              const Resources &resources, const Constraints &constraints,
                              int64_t too_large) {
    const auto [result, seconds] =
        timed([&] { return search_shown(command, problem, resources, constraints); });
    const Hardware &hardware = resources.hardware[result.mapping().hardware];
    const MappedLayer &mapped = result.mapping().mapped;
    const HardwareCost cost = hardware_cost(mapped, hardware);
    fmt::print("{} on {}, cost model orrery, least {}\n\n", problem.name, hardware.name,
               command.objective);
    fmt::print("{}\n", loop_nest(problem, hardware, mapped.mapping));
    fmt::print("{}\n", access_table(mapped, hardware, cost));
    if (resources.hardware.size() > 1 || too_large > 0) {
        fmt::print("{}", choice_summary(resources, result, too_large));
    }
    fmt::print("{}{:.3f} s\n", hardware_summary(hardware, result), seconds);
    return hardware_mapping_json(mapped, hardware, cost, result.proof());
}

Resources resources_of(const OptimizeCommand &command, int64_t *too_large) {
    Resources resources = read_resources(command.hardware);
    if (command.area_mm2) {
        resources.most_area = std::llround(*command.area_mm2 * double(areas_per_mm2));
    }
    *too_large = keep_within_area(resources);
    if (command.cost_model == "interstellar" && resources.hardware.size() > 1) {
        user_error("{}: lists describe {} hardware; the cost model interstellar takes one: use the "
                   "cost model orrery, or orrery explore, which finds the best mapping of each",
                   command.hardware, resources.hardware.size());
    }
    return resources;
}

Problem problem_of(const OptimizeCommand &command) {
    if (!command.layer.empty()) {
        return convolution("layer", parse_layer(command.layer));
    }
    if (!command.workload.empty()) {
        LayerShape shape = find_workload(command.workload).shape;
        shape.batch *= command.batch;
        return convolution(command.workload, shape);
    }
    const Problem problem = read_problem(command.problem_file);
    if (command.cost_model == "interstellar" && !layer_of(problem)) {
        user_error("{}: the cost model interstellar is one of layers, and this is {}",
                   command.problem_file, text_of(problem));
    }
    return problem;
}

} // namespace

int optimize(const OptimizeCommand &command) {
    check_command(command);
    int64_t too_large = 0;
    const Problem problem = problem_of(command);
    const Resources resources = resources_of(command, &too_large);
    Constraints constraints;
    if (!command.factors.empty()) {
        constraints.factors = factors_named("--factors", command.factors);
    }
    for (const std::string &fix : command.fixes) {
        parse_fix(fix, problem, resources.hardware[0], constraints);
    }
    if (command.objective == pareto) {
        optimize_front(command, problem, resources, constraints, search_options(command));
        return 0;
    }
    sim::write_atomically(
        command.json_file,
        command.cost_model == "orrery"
            ? optimize_hardware(command, problem, resources, constraints, too_large)
            : optimize_interstellar(command, InterstellarModel(problem, resources.hardware[0]),
                                    constraints));
    return 0;
}

} // namespace Orrery::optimize
