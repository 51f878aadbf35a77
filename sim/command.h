#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace Orrery::sim {

/// A program to run, without a shell.
struct Command {
    std::vector<std::string> words;       ///< program (looked up in PATH) and arguments
    std::filesystem::path directory;      ///< to run it in; empty: the current one
    std::vector<std::string> environment; ///< "NAME=value" added to ours
};

struct CommandResult {
    int status = 0;     ///< exit status; 128 + signal when killed
    std::string output; ///< standard output and standard error
};

/// Runs the program to its end. A program that cannot be started has status 127.
CommandResult run_command(const Command &command);

/// Runs the commands, at most `jobs` at a time; results are in the order of the commands.
std::vector<CommandResult> run_commands(const std::vector<Command> &commands, int jobs);

/// The file that PATH gives for a program; empty when there is none.
std::filesystem::path find_program(const std::string &name);

} // namespace Orrery::sim
