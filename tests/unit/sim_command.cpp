#include "sim/command.h"
#include "tests/unit/sim_fixture.h"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace Orrery::sim;

TEST_CASE("a command gives its output and its exit status", "[sim]") {
    CommandResult result = run_command({{"sh", "-c", "echo out; echo err >&2; exit 3"}, {}, {}});
    CHECK(result.status == 3);
    CHECK(result.output == "out\nerr\n");
    CHECK(run_command({{"sh", "-c", "kill -9 $$"}, {}, {}}).status == 128 + 9);
    CHECK(run_command({{"orrery-no-such-program"}, {}, {}}).status == 127);
}

TEST_CASE("a command runs in its directory with its environment", "[sim]") {
    auto directory = std::filesystem::canonical(Orrery::test::fresh_directory("command"));
    CommandResult result =
        run_command({{"sh", "-c", "pwd; echo $HOME"}, directory, {"HOME=elsewhere"}});
    CHECK(result.output == directory.string() + "\nelsewhere\n");
    std::filesystem::remove_all(directory);
}

TEST_CASE("results of parallel commands are in their order", "[sim]") {
    std::vector<Command> commands;
    for (int i = 0; i < 9; i++) {
        commands.push_back({{"sh", "-c", "echo " + std::to_string(i)}, {}, {}});
    }
    std::vector<CommandResult> results = run_commands(commands, 2);
    REQUIRE(results.size() == 9);
    for (int i = 0; i < 9; i++) {
        CHECK(results[i].output == std::to_string(i) + "\n");
    }
}

TEST_CASE("programs are found in PATH", "[sim]") {
    CHECK_FALSE(find_program("sh").empty());
    CHECK(find_program("orrery-no-such-program").empty());
    CHECK(find_program("/bin/sh") == "/bin/sh");
}
