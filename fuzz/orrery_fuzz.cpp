/// The program behind `orrery fuzz`. It is one of its own because it holds Halide's compiler, which
/// takes longer to load than a small simulation takes to run.
#include "fuzz/fuzz_command.h"
#include "halide-fork/halide_errors.h"
#include "hwgen/support/program.h"

#include <CLI/CLI.hpp>

namespace {

int run(int argc, char **argv) {
    CLI::App app("Random layers and schedules, compiled and compared with Halide", "orrery fuzz");
    Orrery::fuzz::FuzzCommand command;
    app.add_option("--cases", command.cases, "Number of cases")->capture_default_str();
    app.add_option("--seed", command.seed, "Of all random choices")->capture_default_str();
    app.add_option("--first", command.first, "Number of the first case")->capture_default_str();
    app.add_option("--jobs", command.jobs, "Processes at a time")->capture_default_str();
    app.add_flag("--rtl", command.rtl, "Simulate the Verilog, with memories that stall at random");
    app.add_option("--kind", command.kind, "Only kinds of layers whose name contains this text");
    app.add_option("--directory", command.directory, "Where failures are written")
        ->capture_default_str();
    app.add_option("--replay", command.replay, "Run these cases instead of random ones")
        ->type_name("FILE.case ...");
    app.add_flag("--write", command.write,
                 "Write all cases as generators, with their hardware IR, instead of running them");
    app.add_flag("!--no-shrink", command.shrink, "Write failures down as they are");
    app.add_flag("--verbose", command.verbose, "Say why cases are refused");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    return Orrery::fuzz::fuzz(command);
}

} // namespace

int main(int argc, char **argv) {
    return Orrery::reported(
        "orrery", [&] { return Orrery::with_our_errors([&] { return run(argc, argv); }); });
}
