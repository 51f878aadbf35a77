/// The program behind `orrery explore`. It is one of its own because it may link MPI, which takes
/// longer to load than a small simulation takes to run.
#include "explore/explore_command.h"
#include "hwgen/support/program.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace {

/// Whether mpirun or the like has started this process.
bool started_by_mpi() {
    for (const char *name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
        if (std::getenv(name) != nullptr) {
            return true;
        }
    }
    return false;
}

int run(int argc, char **argv) {
    CLI::App app("The best mapping at every point of a design space", "orrery explore");
    Orrery::explore::ExploreCommand command;
    app.add_option("sweep", command.sweep_file, "The design space")
        ->required()
        ->type_name("SWEEP.json");
    app.add_option("--directory", command.directory,
                   "Where the journal and results.csv are; an interrupted sweep goes on there")
        ->capture_default_str();
    app.add_option("--threads", command.threads,
                   "Threads (default: one per processor; under mpirun, each rank has one)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    if (!started_by_mpi()) {
        return Orrery::explore::explore(command, nullptr);
    }
    Orrery::explore::Ranks ranks(argc, argv);
    const int status =
        Orrery::reported("orrery", [&] { return Orrery::explore::explore(command, &ranks); });
    if (status != 0) {
        ranks.abort(status);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    return Orrery::reported("orrery", [&] { return run(argc, argv); });
}
