#include "sim/optimize_command.h"

#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/mapping_json.h"
#include "hwgen/optimizer/search.h"
#include "hwgen/optimizer/workloads.h"
#include "hwgen/support/error.h"
#include "sim/report.h"
#include "sim/status_line.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace Orrery::sim {

using namespace optimizer;

namespace {

void check_command(const OptimizeCommand &command) {
    if (command.layer.empty() == command.workload.empty()) {
        user_error("orrery optimize: give the layer, either with --layer or with --workload");
    }
    if (command.cost_model == "orrery") {
        user_error("--cost-model orrery: does not exist yet; it needs the cycles and accesses of "
                   "the hardware IR "
                   "for a mapping that is not compiled. Use --cost-model interstellar");
    }
    if (command.cost_model != "interstellar") {
        user_error("--cost-model {}: expected interstellar or orrery", command.cost_model);
    }
    if (command.objective == "cycles" || command.objective == "edp" ||
        command.objective == "pareto") {
        user_error(
            "--objective {}: the cost model interstellar knows no time; use --objective energy",
            command.objective);
    }
    if (command.objective != "energy") {
        user_error("--objective {}: expected energy, cycles, edp or pareto", command.objective);
    }
    if (command.threads < 0 || command.threads > 1024) {
        user_error("--threads {}: expected a number from 1 to 1024", command.threads);
    }
    if (command.batch < 1 || command.batch > 1'000'000) {
        user_error("--batch {}: expected a number from 1 to 1,000,000", command.batch);
    }
    if (!command.layer.empty() && command.batch != 1) {
        user_error("--batch {}: belongs to --workload; in --layer, say N={}", command.batch,
                   command.batch);
    }
}

SearchOptions search_options(const OptimizeCommand &command, StatusLine &status,
                             const EnergyUnit &unit) {
    SearchOptions options;
    options.threads = command.threads > 0 ? command.threads
                                          : int(std::max(1u, std::thread::hardware_concurrency()));
    options.seconds = command.seconds;
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

std::string summary(const InterstellarModel &model, const SearchResult &result) {
    int64_t used = 1;
    for (int d = 0; d < int(model.problem().loops.size()); d++) {
        used *= result.mapping->spatial(d);
    }
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

} // namespace

int optimize(const OptimizeCommand &command) {
    check_command(command);
    LayerShape shape;
    std::string name = "layer";
    if (command.workload.empty()) {
        shape = parse_layer(command.layer);
    } else {
        const Workload &workload = find_workload(command.workload);
        shape = workload.shape;
        shape.batch *= command.batch;
        name = command.workload;
    }
    const InterstellarModel model(convolution(name, shape), read_hardware(command.hardware));
    Constraints constraints;
    for (const std::string &fix : command.fixes) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    StatusLine status;
    const auto begin = std::chrono::steady_clock::now();
    const SearchResult result =
        search(model, constraints, search_options(command, status, model.unit()));
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    status.clear();
    if (!result.mapping) {
        user_error("{} on {}: {}", name, model.hardware().name, result.why_none);
    }
    fmt::print("{} on {}, cost model interstellar\n\n", name, model.hardware().name);
    fmt::print("{}\n", loop_nest(model.problem(), model.hardware(), *result.mapping));
    fmt::print("{}\n", energy_table(model, *result.mapping));
    fmt::print("{}{:.3f} s\n", summary(model, result), seconds);
    write_atomically(command.json_file, mapping_json(model, shape, result));
    return 0;
}

} // namespace Orrery::sim
