#include "sim/command.h"
#include "sim/npy.h"
#include "tests/unit/sim_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace Orrery::sim;
using namespace Orrery::test;
namespace fs = std::filesystem;

namespace {

CommandResult orrery(std::vector<std::string> words) {
    words.insert(words.begin(), ORRERY_BINARY_DIR "/bin/orrery");
    return run_command({words, {}, {}});
}

} // namespace

TEST_CASE("orrery simulate prints, writes its files and exits with 0", "[sim]") {
    fs::path directory = fresh_directory("command_line");
    write_fixture(directory);
    DesignDescription design = read_design(directory);
    Buffer in = allocate_tensor(design.tensors[0]);
    fill_random(design.tensors[0], in, 99);
    save_npy(directory / "in.npy", design.tensors[0], in);
    CommandResult result = orrery(
        {"simulate", directory.string(), "--input", "in__put=" + (directory / "in.npy").string(),
         "--output", "output=" + (directory / "out.npy").string(), "--json",
         (directory / "r.json").string(), "--memory", "latency=9,stall=20,misalign=random"});
    INFO(result.output);
    REQUIRE(result.status == 0);
    CHECK_THAT(result.output, Catch::Contains("all 185 output elements agree"));
    Buffer out = load_npy(directory / "out.npy", design.tensors[1]);
    int first[] = {-3, 2};
    CHECK(*out.raw_buffer()->address_of(first) ==
          static_cast<uint8_t>(~*in.raw_buffer()->address_of(first)));
    auto report = nlohmann::json::parse(std::ifstream(directory / "r.json"));
    CHECK(report["check"]["passed"] == true);

    FixtureOptions wrong;
    wrong.bug = WrongElement;
    write_fixture(directory, wrong);
    result = orrery({"simulate", directory.string()});
    CHECK(result.status == 1);
    CHECK_THAT(result.output, Catch::Contains("output(2, 2): "));
    fs::remove_all(directory);
}

TEST_CASE("mistakes on the command line exit with 1 and say what is wrong", "[sim]") {
    fs::path directory = fresh_directory("command_errors");
    write_fixture(directory);
    auto check_error = [&](std::vector<std::string> words, const char *text) {
        words.insert(words.begin(), {"simulate", directory.string()});
        CommandResult result = orrery(words);
        CHECK(result.status == 1);
        CHECK_THAT(result.output, Catch::Contains(text));
    };
    check_error({"--memory", "latency=-1"}, "expected a number from 0");
    check_error({"--memory", "speed=3"}, "expected latency, stall, queue or misalign");
    check_error({"--input", "output=a.npy"}, "its inputs are: in__put");
    check_error({"--input", "in__put"}, "expected name=value");
    check_error({"--output", "x=a.npy"}, "its outputs are: output");
    check_error({"--verilator", "no-such-verilator"}, "is not a program that can be run");
    check_error({"--wrong"}, "--wrong");
    CHECK(orrery({"simulate", "/no/such/directory"}).status == 1);
    CHECK(orrery({}).status == 1);
    CHECK(orrery({"--version"}).status == 0);
    CHECK(orrery({"--help"}).status == 0);
    fs::remove_all(directory);
}
