#include "sim/check.h"
#include "tests/unit/sim_fixture.h"

#include "hwgen/support/error.h"

#include <catch2/catch.hpp>

#include <map>

using namespace Orrery::sim;
using namespace Orrery::test;
namespace fs = std::filesystem;

namespace {

/// All variants of the fixture that the tests use, built as one library.
class Variants {
public:
    Variants() : directory_(fresh_directory("simulator")) {
        std::vector<const DesignDescription *> pointers;
        std::map<std::string, FixtureOptions> wanted;
        for (int bug = NoBug; bug <= FinishesInReset; bug++) {
            FixtureOptions options;
            options.bug = bug;
            if (bug == CrossesPage) {
                options.width = 1000;
            }
            wanted[fmt::format("bug{}", bug)] = options;
        }
        for (int bus_bits : {32, 64, 512}) {
            FixtureOptions options;
            options.bus_bits = bus_bits;
            options.width = 1500;
            wanted[fmt::format("bus{}", bus_bits)] = options;
        }
        wanted["gaps"].row_stride = 40;
        for (const auto &[name, options] : wanted) {
            write_fixture(directory_ / name, options);
            designs_[name] = read_design(directory_ / name);
        }
        for (const auto &[name, design] : designs_) {
            pointers.push_back(&design);
        }
        std::vector<Model> models = build_models(pointers, directory_ / "models");
        auto model = models.begin();
        for (const auto &[name, design] : designs_) {
            models_[name] = *model++;
        }
    }
    ~Variants() { fs::remove_all(directory_); }

    Outcome run(const std::string &name, const RunOptions &options = {}) {
        const DesignDescription &design = designs_.at(name);
        Simulator simulator(design, models_.at(name));
        return check(simulator, Reference(design), random_tensors(design, options.seed), options);
    }
    const DesignDescription &design(const std::string &name) { return designs_.at(name); }
    const Model &model(const std::string &name) { return models_.at(name); }

private:
    fs::path directory_;
    std::map<std::string, DesignDescription> designs_;
    std::map<std::string, Model> models_;
};

Variants &variants() {
    static Variants all;
    return all;
}

std::string bug(int number) { return fmt::format("bug{}", number); }

/// Runs a variant and returns the text about its failure.
std::string failure_of(const std::string &name, const RunOptions &options = {}) {
    Outcome outcome = variants().run(name, options);
    CHECK_FALSE(outcome.passed());
    return describe_failure(outcome);
}

} // namespace

TEST_CASE("a right design passes at every bus width, alignment and stall rate", "[sim]") {
    for (const char *name : {"bug0", "bus32", "bus64", "bus512"}) {
        for (int stall : {0, 40}) {
            for (int64_t misalignment : {int64_t(0), int64_t(4095), int64_t(-1)}) {
                RunOptions options;
                options.memory = {stall == 0 ? 1 : 23, stall, 0};
                options.misalignment = misalignment;
                options.seed = stall + 7;
                Outcome outcome = variants().run(name, options);
                INFO(name << " stall " << stall << " misalignment " << misalignment << "\n"
                          << describe_failure(outcome));
                CHECK(outcome.passed());
            }
        }
    }
}

TEST_CASE("counters, traffic and cycles are those of the run", "[sim]") {
    Outcome outcome = variants().run("bug0");
    const Result &result = outcome.result;
    CHECK(outcome.elements == 185);
    CHECK(result.ports[0].beats == 12); // 185 bytes in words of 16
    CHECK(result.ports[1].beats == 12);
    CHECK(result.ports[1].bytes == 185);
    CHECK(result.processes[0].busy == 24);
    CHECK(result.processes[0].stalls[0] > 38); // the latency is 40
    CHECK(result.cycles > 2 * 40 + 24);
    CHECK(result.cycles < 2 * 40 + 24 + 20);
    CHECK(variants().run("bug0").result.cycles == result.cycles);
}

TEST_CASE("a design runs again without a reset, and again after a failure", "[sim]") {
    const DesignDescription &design = variants().design("bug0");
    Simulator simulator(design, variants().model("bug0"));
    Reference reference(design);
    for (uint64_t seed = 1; seed < 4; seed++) {
        RunOptions options;
        options.seed = seed;
        CHECK(check(simulator, reference, random_tensors(design, seed), options).passed());
    }
    RunOptions options;
    options.max_cycles = 10;
    Outcome stopped = check(simulator, reference, random_tensors(design, 1), options);
    CHECK(stopped.result.failure == "the design is not done after 10 cycles");
    CHECK(check(simulator, reference, random_tensors(design, 1)).passed());
}

TEST_CASE("a design that takes one start at a time does not pass with two invocations", "[sim]") {
    const DesignDescription &design = variants().design("bug0");
    Simulator simulator(design, variants().model("bug0"));
    std::vector<std::vector<Buffer>> two{random_tensors(design, 1), random_tensors(design, 2)};
    RunOptions options;
    options.watchdog_cycles = 2000;
    Outcome outcome = check(simulator, Reference(design), two, options);
    CHECK_FALSE(outcome.passed());
    CHECK(outcome.elements == 2 * 185);
    CHECK_THAT(describe_failure(outcome), Catch::Contains("invocation"));
}

TEST_CASE("wrong values are reported with their coordinates", "[sim]") {
    Outcome outcome = variants().run(bug(WrongElement));
    REQUIRE(outcome.differing == 1);
    CHECK(outcome.result.clean());
    CHECK(outcome.differences[0].tensor == "output");
    CHECK(outcome.differences[0].coordinates == std::vector<int>{2, 2});
}

TEST_CASE("broken rules fail the run", "[sim]") {
    RunOptions stalls;
    stalls.memory.stall_percent = 90;
    RunOptions off;
    off.misalignment = 3;
    RunOptions page;
    page.misalignment = 4000;
    CHECK_THAT(failure_of(bug(NoLast)), Catch::Contains("WLAST is low at the last beat"));
    CHECK_THAT(failure_of(bug(ValidFalls), stalls), Catch::Contains("ARVALID fell"));
    CHECK_THAT(failure_of(bug(DoneTooEarly)), Catch::Contains("before the responses of 1 write"));
    CHECK_THAT(failure_of(bug(CrossesPage), page), Catch::Contains("cross a 4 KB boundary"));
    CHECK_THAT(failure_of(bug(ForgetsLast)), Catch::Contains("1 of 185 output elements were not"));
    CHECK_THAT(failure_of(bug(WritesOutside), off), Catch::Contains("is outside the tensor"));
    CHECK_THAT(failure_of(bug(ReadsOutside)), Catch::Contains("reach outside the tensor"));
    CHECK_THAT(failure_of(bug(WrongCycles)), Catch::Contains("the cycle counter says"));
    CHECK_THAT(failure_of("gaps"), Catch::Contains("bytes between the elements"));
}

TEST_CASE("a design that hangs is stopped and the waiting process named", "[sim]") {
    std::string text = failure_of(bug(NoReadReady));
    CHECK_THAT(text, Catch::Contains("no progress since cycle"));
    CHECK_THAT(text, Catch::Contains("process copy waits for read data"));
}

TEST_CASE("a design that stops itself fails with its message", "[sim]") {
    CHECK_THAT(failure_of(bug(StopsItself)), Catch::Contains("rtl/negate.v"));
    std::string text = failure_of(bug(FinishesInReset));
    CHECK_THAT(text, Catch::Contains("first cycle of module"));
    CHECK_THAT(text, Catch::Contains("Assertion failed"));
}

TEST_CASE("a model is built once", "[sim]") {
    fs::path directory = fresh_directory("build_once");
    write_fixture(directory);
    CHECK(build_model(read_design(directory)).built);
    CHECK_FALSE(build_model(read_design(directory)).built);
    fs::last_write_time(directory / "rtl" / "negate.v", fs::file_time_type::clock::now());
    CHECK_FALSE(build_model(read_design(directory)).built);
    FixtureOptions other;
    other.bug = WrongElement;
    write_fixture(directory, other);
    CHECK(build_model(read_design(directory)).built);
    fs::remove_all(directory);
}

TEST_CASE("a waveform is written by a model built for it", "[sim]") {
    fs::path directory = fresh_directory("waveform");
    write_fixture(directory);
    RunOptions options;
    options.trace_file = (directory / "wave.fst").string();
    Simulator plain(variants().design("bug0"), variants().model("bug0"));
    std::vector<Buffer> tensors = random_tensors(plain.design(), 1);
    CHECK_THROWS_AS(plain.run(tensors, options), Orrery::UserError);

    BuildOptions build;
    build.trace = true;
    Simulator simulator(directory, build);
    const DesignDescription &design = simulator.design();
    CHECK(check(simulator, Reference(design), random_tensors(design, 1), options).passed());
    CHECK(fs::file_size(directory / "wave.fst") > 500);
    options.trace_file = (directory / "missing" / "wave.fst").string();
    std::vector<Buffer> others = random_tensors(design, 1);
    CHECK_THROWS_WITH(simulator.run(others, options),
                      Catch::Contains("the waveform cannot be written there"));
    fs::remove_all(directory);
}

TEST_CASE("buffers and references that do not fit are user errors", "[sim]") {
    const DesignDescription &design = variants().design("bug0");
    Simulator simulator(design, variants().model("bug0"));
    std::vector<Buffer> tensors = random_tensors(design, 1);
    tensors[0] = Buffer(halide_type_t(halide_type_int, 8), 37, 5);
    CHECK_THROWS_WITH(simulator.run(tensors),
                      Catch::Contains("dimension 0 of the data is [0, 37)"));
    CHECK_THROWS_WITH(Reference(design).run(tensors), Catch::Contains("bounds of in__put"));
    std::vector<std::vector<Buffer>> none;
    CHECK_THROWS_WITH(simulator.run(none), Catch::Contains("no invocation is given"));
    CHECK(design.tensors[0].dimensions.size() ==
          2); // both buffers of a failed call are still there
    CHECK(tensors.size() == 2);
    DesignDescription renamed = design;
    renamed.tensors[0].name = "other";
    CHECK_THROWS_WITH(Reference(renamed),
                      Catch::Contains("\"in__put\" is neither a tensor nor a scalar"));
}
