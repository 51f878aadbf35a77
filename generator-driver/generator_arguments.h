#pragma once
#include <map>
#include <string>
#include <vector>

namespace Orrery {

/// The command line of a generator executable, in the form of Halide's own.
struct GeneratorArguments {
    std::map<std::string, std::string> flags;  ///< "-g" -> value
    std::map<std::string, std::string> params; ///< name=value, `target` included
    /// The schedule that is asked for; not among params.
    std::string mapping;                                     ///< a file
    bool auto_schedule = false;                              ///< autoscheduler=orrery
    std::map<std::string, std::string> auto_schedule_params; ///< of autoscheduler.NAME=VALUE
    bool print_schedule = false;                             ///< asked for with one of the two
    std::vector<std::string> emit;                           ///< parts of -e without "accelerator"
    bool accelerator =
        false; ///< emit an accelerator: asked for by -e, or there is neither -e nor -r
    bool help = false;

    bool schedules() const { return auto_schedule || !mapping.empty(); }

    std::string flag(const std::string &name) const {
        const auto found = flags.find(name);
        return found == flags.end() ? "" : found->second;
    }
};

/// UserError for a flag without a value, a word that is neither a flag nor name=value, or
/// parameters of a schedule that do not go together.
GeneratorArguments parse_generator_arguments(int argc, char **argv);

/// The command line that gives Halide's own driver what is left: everything, but -e without
/// "accelerator", and without the accelerator's schedule.
std::vector<std::string> stock_command_line(const GeneratorArguments &arguments,
                                            const std::string &program);

std::string generator_usage();

} // namespace Orrery
