#include "hwgen/support/program.h"
#include "sim/model_command.h"
#include "sim/simulate_command.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

/// The command `orrery`: works on directories that a generator with the accelerator output wrote.
/// Exit status: 0 success, 1 the user's mistake or a check that failed, 70 ours.
namespace {

void add_simulate(CLI::App &app, Orrery::sim::SimulateCommand &command) {
    CLI::App *simulate = app.add_subcommand(
        "simulate", "Simulate a design cycle by cycle and compare it with its CPU reference");
    simulate->add_option("directory", command.directory, "Directory with design.json")
        ->required()
        ->type_name("DIR");
    simulate->add_option("--seed", command.seed, "Seed of random tensors, addresses and stalls")
        ->capture_default_str();
    simulate->add_option("--set", command.scalars, "Value of a scalar input (else its default)")
        ->type_name("NAME=VALUE");
    simulate
        ->add_option(
            "--invocations", command.invocations,
            "Run it so many times, each time with other random tensors and started while the one "
            "before is under way")
        ->capture_default_str()
        ->type_name("N");
    simulate->add_option("--input", command.inputs, "Array for an input tensor (else random)")
        ->type_name("NAME=FILE.npy");
    simulate
        ->add_option("--output", command.outputs,
                     "File for an output tensor of the design (of the first invocation)")
        ->type_name("NAME=FILE.npy");
    simulate->add_option("--json", command.json_file, "Write the report as JSON as well")
        ->type_name("FILE");
    simulate->add_option("--trace", command.trace_file, "Write a waveform")->type_name("FILE.fst");
    simulate
        ->add_option(
            "--memory", command.memory,
            "DRAM: latency in cycles (default 40), stall probability in percent of every "
            "channel (0), bursts accepted at a time (queue), and the bytes by which tensors "
            "miss a 4 KB boundary (misalign, a number or random)")
        ->type_name("latency=N,stall=P,queue=N,misalign=N");
    simulate->add_option("--max-cycles", command.max_cycles, "Stop after that many cycles")
        ->type_name("N");
    simulate->add_flag(
        "--quick", command.quick,
        "Build the simulation without optimisation: sooner there, but several times slower");
    simulate->add_option("--verilator", command.verilator, "Verilator program to use")
        ->type_name("PROGRAM");
}

void add_model(CLI::App &app, Orrery::sim::ModelCommand &command) {
    CLI::App *model = app.add_subcommand(
        "model", "Predict what a simulation measures, exactly, and compare it with the last one");
    model->add_option("directory", command.directory, "Directory with design.hwir.json")
        ->required()
        ->type_name("DIR");
    model->add_option("--set", command.scalars, "Value of a scalar input (else its default)")
        ->type_name("NAME=VALUE");
    model
        ->add_option("--memory", command.memory,
                     "DRAM, as of simulate but for random stalls (else as in the last simulation)")
        ->type_name("latency=N,queue=N,misalign=N");
    model
        ->add_option("--technology", command.technology,
                     "Energies and areas: interstellar-28nm, cacti-45nm or a file")
        ->type_name("NAME|FILE.json");
    model->add_option("--json", command.json_file, "Write the prediction as JSON as well")
        ->type_name("FILE");
}

/// Runs a program that lies beside this one in its place: orrery-optimize and orrery-fuzz link
/// Halide's compiler, orrery-explore MPI, which take longer to load than a small simulation takes.
[[noreturn]] void run_beside(const std::string &name, int argc, char **argv) {
    const std::string program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / ("orrery-" + name);
    std::vector<char *> arguments(argv + 1, argv + argc);
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    Orrery::user_error("{} cannot be run: {}", program, std::strerror(errno));
}

int run(int argc, char **argv) {
    for (const char *name : {"optimize", "fuzz", "explore"}) {
        if (argc > 1 && std::strcmp(argv[1], name) == 0) {
            run_beside(name, argc, argv);
        }
    }
    CLI::App app("Orrery: accelerators generated from Halide", "orrery");
    app.set_version_flag("--version", std::string("orrery ") + ORRERY_VERSION);
    app.require_subcommand(1);
    Orrery::sim::SimulateCommand simulate;
    add_simulate(app, simulate);
    Orrery::sim::ModelCommand model;
    add_model(app, model);
    app.add_subcommand("optimize",
                       "Find the mapping of a layer to hardware that is best, with a proof");
    app.add_subcommand("explore", "Find the best mapping at every point of a design space");
    app.add_subcommand("fuzz", "Compile random layers and schedules and compare them with Halide");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    if (app.got_subcommand("model")) {
        return Orrery::sim::predict(model);
    }
    return Orrery::sim::simulate(simulate);
}

} // namespace

int main(int argc, char **argv) {
    return Orrery::reported("orrery", [&] { return run(argc, argv); });
}
