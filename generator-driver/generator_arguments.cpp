#include "generator-driver/generator_arguments.h"

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

/// Takes a parameter out of a map; empty if it is not there.
std::string take(std::map<std::string, std::string> &parameters, const std::string &name) {
    const auto found = parameters.find(name);
    if (found == parameters.end()) {
        return "";
    }
    const std::string value = found->second;
    parameters.erase(found);
    return value;
}

bool is_true(const std::string &name, const std::string &value) {
    if (value != "true" && value != "false" && !value.empty()) {
        user_error("{}={}: expected true or false", name, value);
    }
    return value == "true";
}

/// Moves what concerns the accelerator's schedule out of the parameters. Other auto-schedulers are
/// Halide's.
void take_schedule(GeneratorArguments &arguments) {
    arguments.mapping = take(arguments.params, "mapping");
    const auto name = arguments.params.find("autoscheduler");
    const bool given = name != arguments.params.end();
    if (given && name->second != "orrery" && arguments.accelerator) {
        user_error("autoscheduler={}: it schedules for the CPU. Accelerators have "
                   "autoscheduler=orrery; leave \"accelerator\" out of -e for others.",
                   name->second);
    }
    if (given && name->second == "orrery") {
        arguments.auto_schedule = true;
        arguments.params.erase(name);
        const std::string prefix = "autoscheduler.";
        for (auto at = arguments.params.begin(); at != arguments.params.end();) {
            if (at->first.compare(0, prefix.size(), prefix) == 0) {
                arguments.auto_schedule_params[at->first.substr(prefix.size())] = at->second;
                at = arguments.params.erase(at);
            } else {
                ++at;
            }
        }
    }
    if (!arguments.schedules()) {
        return;
    }
    arguments.print_schedule = is_true("print_schedule", take(arguments.params, "print_schedule"));
    if (arguments.auto_schedule && !arguments.mapping.empty()) {
        user_error("mapping={}: it is a schedule, and autoscheduler=orrery finds another. Give one "
                   "of the two.",
                   arguments.mapping);
    }
    if (!arguments.accelerator) {
        user_error("mapping and autoscheduler=orrery are schedules of accelerators. Ask for one "
                   "with -e accelerator.");
    }
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

The schedule of an accelerator whose generator gives none (docs/optimizer.md):

  mapping=FILE              of `orrery optimize`
  autoscheduler=orrery      the one that costs least; writes mapping.json beside the design
  autoscheduler.hardware=FILE  autoscheduler.objective=energy|cycles|edp  autoscheduler.fix="A;B"
  autoscheduler.threads=N   autoscheduler.seconds=S
  autoscheduler.candidates=N  compiles so many of the best mappings (1) and takes the one whose design is best
  print_schedule=true       prints the calls of Halide and Orrery that it consists of

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
    take_schedule(arguments);
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
