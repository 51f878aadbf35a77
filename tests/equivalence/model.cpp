// The model against the Verilog of all designs that other tests have left, in their Verilator
// builds: behind memories of random latencies and queues, at random addresses, as one invocation or
// as two that overlap. No number may differ.
//
// ORRERY_SEED=n starts at another seed, ORRERY_RUNS=n sets the runs of each design,
// ORRERY_DESIGNS=directory takes other designs: all folders below it with a folder `models`.
#include "sim/check.h"
#include "sim/prediction.h"
#include "tests/equivalence/random_layer.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace fs = std::filesystem;
using namespace Orrery;

namespace {

int number_from_environment(const char *name, int otherwise) {
    const char *text = std::getenv(name);
    return text && *text ? std::atoi(text) : otherwise;
}

/// Folders of designs that share a build, in order.
std::vector<fs::path> folders(const fs::path &directory) {
    std::vector<fs::path> found;
    for (const fs::directory_entry &entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_directory() && entry.path().filename() == "models") {
            found.push_back(entry.path().parent_path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<sim::DesignDescription> designs_in(const fs::path &folder) {
    std::vector<fs::path> directories;
    for (const fs::directory_entry &entry : fs::directory_iterator(folder)) {
        if (fs::exists(entry.path() / "design.hwir.json")) {
            directories.push_back(entry.path());
        }
    }
    std::sort(directories.begin(), directories.end());
    std::vector<sim::DesignDescription> designs;
    for (const fs::path &directory : directories) {
        designs.push_back(sim::read_design(directory));
    }
    return designs;
}

/// Which numbers of a random run are predicted otherwise, or why it failed.
std::string check_run(const sim::DesignDescription &design, sim::Simulator &simulator,
                      unsigned seed) {
    test::Dice dice(seed);
    sim::RunOptions options;
    options.seed = seed;
    options.reset = true;
    options.memory = {dice.between(0, 90), 0, dice.once_in(3) ? dice.between(1, 4) : 0};
    options.misalignment = -1;
    std::vector<std::vector<sim::Buffer>> invocations;
    for (int n = dice.between(1, 2); n > 0; n--) {
        invocations.push_back(sim::random_tensors(design, seed + unsigned(n)));
    }
    const sim::Result result = simulator.run(invocations, options);
    if (!result.clean()) {
        sim::Outcome outcome;
        outcome.result = result;
        return sim::describe_failure(outcome);
    }
    const std::string wrong = sim::wrong_predictions(design.directory, options, result);
    return wrong.empty()
               ? ""
               : fmt::format("latency {}, queue {}, {} invocations\n{}", options.memory.latency,
                             options.memory.queue_bursts, invocations.size(), wrong);
}

} // namespace

TEST_CASE("the model predicts every number of every design") {
    const unsigned seed = unsigned(number_from_environment("ORRERY_SEED", 1));
    const int runs = number_from_environment("ORRERY_RUNS", 2);
    const char *given = std::getenv("ORRERY_DESIGNS");
    const fs::path directory = given ? fs::path(given) : fs::path(ORRERY_BINARY_DIR) / "designs";
    int count = 0, with_scalars = 0;
    for (const fs::path &folder : folders(directory)) {
        const std::vector<sim::DesignDescription> designs = designs_in(folder);
        std::vector<const sim::DesignDescription *> pointers;
        for (const sim::DesignDescription &d : designs) {
            pointers.push_back(&d);
        }
        if (designs.empty()) {
            continue;
        }
        sim::BuildOptions build;
        build.quick = true;
        const std::vector<sim::Model> models =
            sim::build_models(pointers, folder / "models", build);
        std::cout << folder.string() << ": " << designs.size() << " designs"
                  << (models[0].built ? ", built" : "") << std::endl;
        for (size_t i = 0; i < designs.size(); i++) {
            if (!designs[i].scalars.empty()) { // equivalence_scalars predicts them at many values
                with_scalars++;
                continue;
            }
            sim::Simulator simulator(designs[i], models[i]);
            for (int run = 0; run < runs; run++) {
                INFO(designs[i].directory.string());
                const std::string wrong =
                    check_run(designs[i], simulator, seed * 1000 + unsigned(run));
                CHECK(wrong == "");
            }
            count++;
        }
    }
    std::cout << count << " designs, " << runs << " runs each; " << with_scalars
              << " with scalars left out\n";
    CHECK(count > 0);
}
