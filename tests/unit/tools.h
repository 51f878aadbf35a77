#pragma once
#include "sim/verilator.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// Running the Verilog tools in tests.
namespace Orrery::tests {

/// A new folder that is removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        path = (std::filesystem::temp_directory_path() / "orrery_test_XXXXXX").string();
        REQUIRE(mkdtemp(path.data()));
    }
    ~TemporaryFolder() {
        int status = std::system(("rm -r " + path).c_str());
        (void)status; // a folder left behind is no failure
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;

    void write(const std::string &file, const std::string &text) const {
        std::ofstream(path + "/" + file) << text;
    }

    std::string path;
};

struct ToolResult {
    int status = 0;
    std::string output; ///< of both streams
};

inline ToolResult run_tool(const std::string &command) {
    ToolResult result;
    FILE *pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe);
    char buffer[4096];
    while (size_t n = fread(buffer, 1, sizeof(buffer), pipe)) {
        result.output.append(buffer, n);
    }
    result.status = pclose(pipe);
    return result;
}

/// `verilator --lint-only -Wall` on the Verilator that `orrery simulate` would take; the output holds its warnings.
inline ToolResult run_verilator_lint(const std::string &arguments) {
    const sim::Verilator verilator = sim::find_verilator();
    std::string command = verilator.program.string() + " --lint-only -Wall " + arguments;
    if (verilator.set_root) {
        command = "VERILATOR_ROOT=" + verilator.root.string() + " " + command;
    }
    const ToolResult raw = run_tool(command);
    ToolResult result{raw.status, ""};
    std::istringstream lines(raw.output);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("- ", 0) != 0) { // newer versions report their run time
            result.output += line + "\n";
        }
    }
    return result;
}

} // namespace Orrery::tests
