#pragma once
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

/// Running the Verilog tools in tests.
namespace Orrery::tests {

/// A new folder that is removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        char pattern[] = "/tmp/orrery_test_XXXXXX";
        REQUIRE(mkdtemp(pattern));
        path = pattern;
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

} // namespace Orrery::tests
