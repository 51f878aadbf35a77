#include "sim/toolchain.h"

#include "hwgen/support/error.h"
#include "sim/command.h"

#include <cstdlib>

namespace Orrery::sim {

namespace fs = std::filesystem;

namespace {

/// Libraries that Verilator's FST writer needs; user error when their headers are not installed.
std::vector<const char *> trace_libraries(const Verilator &verilator, const std::string &compiler) {
    std::vector<const char *> libraries{"z"};
    std::vector<const char *> headers{"zlib.h"};
    std::string packages = "zlib1g-dev";
    if (fs::exists(verilator.root / "include" /
                   "fstcpp")) { // newer ones do not bring their own lz4
        libraries.push_back("lz4");
        headers.push_back("lz4.h");
        packages += " liblz4-dev";
    }
    for (const char *header : headers) {
        CommandResult result = run_command(
            {{compiler, "-fsyntax-only", "-include", header, "-x", "c++", "/dev/null"}, {}, {}});
        if (result.status != 0) {
            user_error(
                "waveforms of {} need {}: install it (Debian: apt install {}) or use another "
                "Verilator",
                verilator.version, header, packages);
        }
    }
    return libraries;
}

} // namespace

Toolchain find_toolchain(const std::string &verilator, bool trace) {
    Toolchain tools;
    tools.verilator = find_verilator(verilator);
    const char *variable = std::getenv("CXX");
    std::string compiler = variable && *variable ? variable : "g++";
    CommandResult version = run_command({{compiler, "--version"}, {}, {}});
    if (version.status != 0) {
        user_error("the C++ compiler {} does not run: install g++ or set CXX", compiler);
    }
    tools.compiler_version = version.output.substr(0, version.output.find('\n'));
    if (!find_program("ccache").empty()) {
        tools.compiler.push_back("ccache");
    }
    tools.compiler.push_back(compiler);
    tools.verilator_flags = {"--cc",        "-O3",    "--x-assign", "unique",
                             "--x-initial", "unique", "--assert", "+define+ORRERY_CHECKS"};
    tools.compiler_flags = {"-std=gnu++17",
                            "-fPIC",
                            "-fvisibility=hidden",
                            "-faligned-new",
                            "-w",
                            "-DVM_COVERAGE=0",
                            "-DVM_SC=0",
                            "-DVM_TRACE_VCD=0",
                            "-DVM_TRACE_SAIF=0",
                            "-DVL_PRINTF=orrery_model_print",
                            "-DVL_USER_FINISH",
                            "-DVL_USER_FATAL"};
    if (tools.compiler_version.find("clang") == std::string::npos) {
        // Symbols marked unique would be shared between libraries of different Verilators.
        tools.compiler_flags.push_back("-fno-gnu-unique");
    }
    tools.compiler_flags.push_back(trace ? "-DVM_TRACE=1" : "-DVM_TRACE=0");
    tools.compiler_flags.push_back(trace ? "-DVM_TRACE_FST=1" : "-DVM_TRACE_FST=0");
    tools.link_flags = {"-shared", "-Wl,-Bsymbolic", "-pthread"};
    if (trace) {
        tools.verilator_flags.push_back("--trace-fst");
        for (const char *library : trace_libraries(tools.verilator, compiler)) {
            tools.link_flags.push_back(fmt::format("-l{}", library));
        }
    }
    return tools;
}

} // namespace Orrery::sim
