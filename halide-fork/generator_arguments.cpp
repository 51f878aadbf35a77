#include "halide-fork/generator_arguments.h"

#include "hwgen/support/error.h"

#include <sstream>

namespace Orrery {
namespace {

std::vector<std::string> split_at_commas(const std::string &text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        if (!part.empty()) {
            parts.push_back(part);
        }
    }
    return parts;
}

} // namespace

std::string generator_usage() {
    return R"(Usage: GENERATOR_EXECUTABLE -o DIRECTORY [-g GENERATOR] [-f NAME] [-e KINDS] [PARAMETER=VALUE ...]

  -o DIRECTORY  where to write; made if need be
  -g GENERATOR  registered name of the generator; may be left out if there is only one
  -f NAME       name of the design, its top module and the function of its reference (-n is taken if -f is not
                given; default: the generator's name)
  -e KINDS      what to write, separated by commas. "accelerator" (the default): rtl/*.v, design.json, design.hwir,
                schedule.txt and the CPU reference reference.so. The kinds of Halide's own generators (static_library,
                c_header or h, object, stmt, ...) give what Halide gives.
  target=T      Halide target of the CPU code; for the reference this machine's plain instruction set is the default

All other flags (-d, -p, -r, -t, -v) are Halide's and do not concern accelerators.
)";
}

GeneratorArguments parse_generator_arguments(int argc, char **argv) {
    GeneratorArguments arguments;
    for (int i = 1; i < argc; i++) {
        const std::string word = argv[i];
        const size_t equals = word.find('=');
        if (word == "-h" || word == "--help") {
            arguments.help = true;
        } else if (word[0] == '-') {
            if (i + 1 == argc) {
                user_error("{} needs a value.\n\n{}", word, generator_usage());
            }
            arguments.flags[word] = argv[++i];
        } else if (equals != std::string::npos && equals > 0) {
            arguments.params[word.substr(0, equals)] = word.substr(equals + 1);
        } else {
            user_error("{} is neither a flag nor a parameter of the form name=value.\n\n{}", word,
                       generator_usage());
        }
    }
    arguments.accelerator = !arguments.flags.count("-e") && !arguments.flags.count("-r");
    for (const std::string &kind : split_at_commas(arguments.flag("-e"))) {
        if (kind == "accelerator") {
            arguments.accelerator = true;
        } else {
            arguments.emit.push_back(kind);
        }
    }
    return arguments;
}

std::vector<std::string> stock_command_line(const GeneratorArguments &arguments,
                                            const std::string &program) {
    std::vector<std::string> words = {program};
    for (const auto &[flag, value] : arguments.flags) {
        words.push_back(flag);
        words.push_back(flag == "-e" ? fmt::format("{}", fmt::join(arguments.emit, ",")) : value);
    }
    for (const auto &[name, value] : arguments.params) {
        words.push_back(name + "=" + value);
    }
    return words;
}

} // namespace Orrery
