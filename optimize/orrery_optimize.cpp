/// The program behind `orrery optimize`.
#include "auto-schedule/auto_schedule.h"
#include "halide-fork/halide_errors.h"
#include "hwgen/support/program.h"
#include "optimize/optimize_command.h"

#include <CLI/CLI.hpp>

namespace {

void add_problem(CLI::App &app, Orrery::optimize::OptimizeCommand &command) {
    app.add_option("--layer", command.layer, "The layer; what is left out is 1")
        ->type_name("\"N=16 K=384 C=256 OY=13 OX=13 FY=3 FX=3 stride=1 groups=1\"");
    app.add_option("--workload", command.workload, "A row of the table of workloads, instead")
        ->type_name("NETWORK/LAYER");
    app.add_option("--problem", command.problem_file,
                   "That of a generator, from the mapping.json beside its design, instead")
        ->type_name("FILE.json");
    app.add_option("--batch", command.batch, "Multiplies N of the workload")
        ->capture_default_str()
        ->type_name("N");
    app.add_option("--hardware", command.hardware, "Memories, array and their energies")
        ->required()
        ->type_name("FILE.json");
    app.add_option("--fix", command.fixes,
                   "What is given: loops in the array (and no others), or factors at a level; "
                   "can be repeated")
        ->type_name("\"spatial C=16 K=16\"|\"LEVEL FX=5\"");
    app.add_option("--area", command.area_mm2, "The hardware takes at most this area")
        ->type_name("MM2");
}

/// CLI::PositiveNumber says which numbers these are with hundreds of digits.
std::string positive(const std::string &text) {
    return CLI::PositiveNumber(text).empty() ? "" : text + ": expected a number greater than 0";
}

void add_search(CLI::App &app, Orrery::optimize::OptimizeCommand &command) {
    app.add_option("--objective", command.objective,
                   "energy, cycles, edp (their product), or pareto (all trade-offs)")
        ->capture_default_str();
    app.add_option("--factors", command.factors,
                   "Tiles that divide, those of a factor that does not, or all (default: ceil)")
        ->type_name("divide|ceil|all");
    app.add_option("--cost-model", command.cost_model, "orrery or interstellar")
        ->capture_default_str();
    app.add_option("--candidates", command.candidates,
                   "So many of the best mappings are made into hardware, whose exact cycles decide "
                   "between them; 0: none")
        ->default_str(std::to_string(Orrery::AutoScheduleOptions().candidates))
        ->type_name("N");
    app.add_option("--json", command.json_file, "Where the mapping is written")
        ->capture_default_str()
        ->type_name("FILE");
    app.add_option("--directory", command.directory,
                   "Where the points of --objective pareto are written")
        ->capture_default_str()
        ->type_name("DIR");
    app.add_option("--threads", command.threads, "Threads (default: one per processor)")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
    app.add_option("--seconds", command.seconds, "Stop then, and say how far off the result may be")
        ->check(positive)
        ->type_name("S");
}

int run(int argc, char **argv) {
    CLI::App app("Find the mapping of a layer to hardware that is best, with a proof",
                 "orrery optimize");
    Orrery::optimize::OptimizeCommand command;
    add_problem(app, command);
    add_search(app, command);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    return Orrery::optimize::optimize(command);
}

} // namespace

int main(int argc, char **argv) {
    return Orrery::reported(
        "orrery", [&] { return Orrery::with_our_errors([&] { return run(argc, argv); }); });
}
