/// The command `experiments`: the experiments of the Interstellar paper.
#include "experiments.h"

#include "hwgen/support/program.h"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace {

struct Experiment {
    const char *name, *about;
    void (*run)(const std::string &directory);
};

constexpr Experiment all[] = {
    {"dataflows", "Energy of every dataflow of two layers", experiments::dataflow_energies},
    {"memories", "Energy over sizes of register files and SRAM", experiments::memory_hierarchies},
    {"networks", "Whole networks on three machines", experiments::networks},
    {"cliff", "Energy over all blockings of a layer", experiments::blocking_cliff},
    {"front", "Pareto front of a layer over 60 hardware, in the cost model orrery",
     experiments::front}};

int run(int argc, char **argv) {
    CLI::App app("The experiments of the Interstellar paper, in its cost model", "experiments");
    std::string directory = "experiments";
    app.add_option("--output", directory, "Directory for CSV and SVG")->capture_default_str();
    app.require_subcommand(0, 1);
    app.fallthrough(); // --output may follow the experiment
    for (const Experiment &experiment : all) {
        app.add_subcommand(experiment.name, experiment.about);
    }
    std::string front_file;
    CLI::App *plot =
        app.add_subcommand("plot", "Draw a front that orrery optimize --objective pareto found");
    plot->add_option("front", front_file, "front.json")->required()->type_name("FILE");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        Orrery::user_error("--output {}: {}", directory, error.message());
    }
    if (app.got_subcommand(plot)) {
        experiments::plot_front(front_file, directory);
        return 0;
    }
    for (const Experiment &experiment : all) {
        if (app.get_subcommands().empty() || app.got_subcommand(experiment.name)) {
            experiment.run(directory);
        }
    }
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    return Orrery::reported("experiments", [&] { return run(argc, argv); });
}
