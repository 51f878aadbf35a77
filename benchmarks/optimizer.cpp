/// The speed of the optimizer: mappings evaluated per second and core, and the time of whole
/// searches. Exit status 1 if a target of docs/optimizer.md is missed. Seconds are those of the
/// processor, which do not depend on what else runs on the machine; --wall measures those of the
/// clock instead.
#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/front_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/problem_json.h"
#include "hwgen/optimizer/resource_search.h"
#include "hwgen/optimizer/search.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <ctime>

using namespace Orrery::optimizer;

namespace {

bool wall_clock = false;

double seconds_now() {
    if (wall_clock) {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
    return double(std::clock()) / CLOCKS_PER_SEC;
}

Hardware hardware_of(double rf, double sram, int64_t rf_bytes) {
    Hardware hardware;
    hardware.name = fmt::format("{} B", rf_bytes);
    hardware.levels = {{"RF", rf_bytes / 2, rf}, {"SRAM", 65536, sram}, {"DRAM", 0, 200}};
    hardware.array = {256, 2, 0, 0.035};
    hardware.utilisation = 0.75;
    hardware.replication = true;
    return hardware;
}

const char *const conv2 = "N=16 K=256 C=48 OY=28 OX=28 FY=5 FX=5";
const char *const conv3 = "N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3";

struct Run {
    SearchResult result;
    double seconds;
};

Run timed(const InterstellarModel &model, const char *fix, const SearchOptions &options) {
    Constraints constraints;
    if (*fix) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    const double begin = seconds_now();
    SearchResult result = search(model, constraints, options);
    return {std::move(result), seconds_now() - begin};
}

/// One search to the end, on one thread.
bool whole_search(const char *name, const char *layer, const Hardware &hardware, const char *fix,
                  double most) {
    const InterstellarModel model(convolution(name, parse_layer(layer)), hardware);
    const Run run = timed(model, fix, {});
    const bool fast = run.result.optimal && run.seconds <= most;
    fmt::print("{:<8}{:<7}{:<20}{:>9.3f} s (at most {:>2} s) {:>16} pJ{}\n", name, hardware.name,
               *fix ? fix : "free dataflow", run.seconds, most,
               model.unit().text(run.result.energy), fast ? "" : "  TOO SLOW");
    return fast;
}

/// One search in the cost model orrery to the end, among all tiles that it tries, on one thread.
bool whole_hardware_search(const Problem &problem, const char *fix, double most) {
    const InterstellarModel model(problem, hardware_of(0.96, 20, 512));
    Constraints constraints;
    if (*fix) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    const double begin = seconds_now();
    const HardwareSearchResult result = search_hardware(model, constraints, Objective::Energy, {});
    const double seconds = seconds_now() - begin;
    const bool fast = result.optimal && seconds <= most;
    fmt::print("{:<17}{:<7}{:<20}{:>9.3f} s (at most {:>2} s) {:>16} pJ, cost model orrery{}\n",
               problem.name, model.hardware().name, *fix ? fix : "free dataflow", seconds, most,
               level_energy_unit(model.hardware()).text(int64_t(result.value.first)),
               fast ? "" : "  TOO SLOW");
    return fast;
}

/// 60 combinations of arrays and memories in 45 nm, as data/hardware/search-45nm.json.
const char *const resources_45nm = R"({"name": "60 hardware", "technology": "cacti-45nm",
    "levels": [{"name": "RF", "bytes": [64, 128, 256, 512], "memory": "sram"},
               {"name": "SRAM", "bytes": [16384, 32768, 65536, 131072, 262144]},
               {"name": "DRAM", "pj_per_access": 200}],
    "array": {"shape": [[8, 8], [8, 16], [16, 16]], "pj_per_hop": 0.035, "area_mm2": 0.0015},
    "utilisation": 0.75, "replication": true})";

/// The best hardware, and, with tiles that divide, the front of energy, cycles and area, on one
/// thread.
bool hardware_searches(double most_best, double most_front) {
    const Resources resources = parse_resources("60 hardware", resources_45nm);
    const LayerShape shape = parse_layer("K=384 C=256 OY=13 OX=13 FY=3 FX=3");
    const Problem problem = convolution("conv3", shape);
    double begin = seconds_now();
    const ResourceSearchResult best =
        search_resources(problem, resources, {}, Objective::Energy, {});
    const double best_seconds = seconds_now() - begin;
    fmt::print("\nconv3, best of {} hardware: {:.3f} s (at most {}), {} searched, {} excluded by "
               "their bounds, {} mappings evaluated{}\n",
               resources.hardware.size(), best_seconds, most_best, best.searched, best.excluded,
               best.evaluated, best_seconds <= most_best ? "" : "  TOO SLOW");
    begin = seconds_now();
    Constraints dividing;
    dividing.factors = Factors::Divide;
    const FrontResult front = search_front(problem, resources, dividing, {});
    const double front_seconds = seconds_now() - begin;
    fmt::print("their front of energy, cycles and area, --factors divide: {:.3f} s (at most {}), "
               "{} points, {} "
               "searches, {} mappings evaluated{}\n",
               front_seconds, most_front, front.points.size(), front.searches, front.evaluated,
               front_seconds <= most_front ? "" : "  TOO SLOW");
    return best.optimal && front.complete && best_seconds <= most_best &&
           front_seconds <= most_front;
}

/// Every mapping of the free dataflow, evaluated one by one without bounds.
bool evaluations(double least) {
    const InterstellarModel model(convolution("conv2", parse_layer(conv2)),
                                  hardware_of(0.96, 20, 512));
    SearchOptions options;
    options.prune = false;
    const Run run = timed(model, "", options);
    const double rate = double(run.result.evaluated) / run.seconds / 1e6;
    fmt::print(
        "\nall {} mappings of conv2, each with its best orders: {:.3f} s, {:.1f} million per "
        "second (at least {}){}\n",
        run.result.evaluated, run.seconds, rate, least, rate >= least ? "" : "  TOO SLOW");
    const int64_t repetitions = 1'000'000;
    const double begin = seconds_now();
    int64_t sum = 0;
    for (int64_t i = 0; i < repetitions; i++) {
        sum ^= model.energy(*run.result.mapping);
    }
    const double seconds = seconds_now() - begin;
    fmt::print("single mappings through InterstellarModel::energy: {:.1f} million per second{}\n",
               double(repetitions) / seconds / 1e6, sum == 1 ? " " : "");
    return rate >= least;
}

/// The same work on several threads, in seconds of the clock.
void scaling() {
    const InterstellarModel model(convolution("conv2", parse_layer(conv2)),
                                  hardware_of(0.96, 20, 512));
    SearchOptions options;
    options.prune = false;
    wall_clock = true;
    for (const int threads : {1, 2, 4}) {
        options.threads = threads;
        fmt::print("{} threads: {:.3f} s of the clock\n", threads,
                   timed(model, "", options).seconds);
    }
}

} // namespace

int main(int argc, char **argv) {
    wall_clock = argc > 1 && std::strcmp(argv[1], "--wall") == 0;
    const Hardware large = hardware_of(0.96, 20, 512), small = hardware_of(0.12, 20.25, 64);
    bool fast = whole_search("conv2", conv2, large, "spatial C=16 K=16", 1);
    fast &= whole_search("conv3", conv3, large, "spatial C=16 K=16", 1);
    for (const Hardware &hardware : {large, small}) {
        fast &= whole_search("conv2", conv2, hardware, "", 10);
        fast &= whole_search("conv3", conv3, hardware, "", 10);
    }
    for (const char *fix : {"spatial C=16 K=16", ""}) {
        for (const auto &[name, layer] : {std::pair("conv2", conv2), std::pair("conv3", conv3)}) {
            fast &=
                whole_hardware_search(convolution(name, parse_layer(layer)), fix, *fix ? 1 : 10);
        }
    }
    for (const char *file : {"c3d-conv2a", "attention-scores", "mttkrp"}) { // no layers
        fast &= whole_hardware_search(
            read_problem(fmt::format(ORRERY_SOURCE_DIR "/data/problems/{}.json", file)), "", 10);
    }
    fast &= hardware_searches(5, 2);
    fast &= evaluations(5);
    fmt::print("\n");
    scaling();
    return fast ? 0 : 1;
}
