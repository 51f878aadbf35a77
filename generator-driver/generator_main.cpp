/// The generator driver. Halide's `main` for generators (Halide::GenGen, which its CMake function
/// add_halide_generator links as a whole) does nothing but call
/// Halide::Internal::generate_filter_main(argc, argv). This file defines that function, so that an
/// executable which links Orrery::Generator, even one made by add_halide_generator, gets `-e
/// accelerator` beside all that Halide's driver does; for that it calls Halide's overload with
/// three arguments.

#include "auto-schedule/auto_schedule.h"
#include "generator-driver/generator_arguments.h"
#include "halide-fork/compile.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <algorithm>
#include <iostream>

namespace Orrery {
namespace {

namespace HI = Halide::Internal;

std::string list_of(const std::vector<std::string> &names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

/// The generator asked for; without -g the only one, or the one named like the design.
std::string generator_name(const GeneratorArguments &arguments, const std::string &design_name) {
    const std::vector<std::string> names = HI::get_registered_generators().enumerate();
    const std::string wanted = arguments.flag("-g").empty() ? design_name : arguments.flag("-g");
    if (std::find(names.begin(), names.end(), wanted) != names.end()) {
        return wanted;
    }
    if (arguments.flag("-g").empty() && names.size() == 1) {
        return names[0];
    }
    if (wanted.empty()) {
        user_error("Name the generator with -g: one of {}.", list_of(names));
    }
    user_error("There is no generator {}. Name one of {} with -g.", wanted, list_of(names));
}

Halide::Target target_of(const GeneratorArguments &arguments) {
    const auto found = arguments.params.find("target");
    return found == arguments.params.end() ? CompileOptions::plain_host_target()
                                           : Halide::Target(found->second);
}

std::vector<Halide::Argument> arguments_of(HI::AbstractGenerator &generator) {
    std::vector<Halide::Argument> arguments;
    for (const auto &info : generator.arginfos()) {
        if (info.dir != HI::ArgInfoDirection::Input) {
            continue;
        }
        for (const Halide::Parameter &parameter : generator.input_parameter(info.name)) {
            arguments.emplace_back(parameter.name(),
                                   parameter.is_buffer() ? Halide::Argument::InputBuffer
                                                         : Halide::Argument::InputScalar,
                                   parameter.type(), parameter.dimensions(),
                                   parameter.get_argument_estimates());
        }
    }
    return arguments;
}

/// The generator learns from its context that it is not to schedule: using_autoscheduler().
Halide::GeneratorContext context_of(const GeneratorArguments &arguments,
                                    const Halide::Target &target) {
    return arguments.schedules()
               ? Halide::GeneratorContext(
                     target, Halide::AutoschedulerParams("orrery", arguments.auto_schedule_params))
               : Halide::GeneratorContext(target);
}

/// What was found, each line behind `start`.
void print_choice(const AutoSchedule &found, const char *start) {
    for (size_t i = 0; i < found.candidates.size(); i++) {
        const AutoScheduleCandidate &c = found.candidates[i];
        if (!c.refused.empty()) {
            std::cout << fmt::format("{}candidate {} became no hardware: {}\n", start, i + 1,
                                     c.refused);
        } else if (i == found.taken) {
            std::cout << fmt::format("{}candidate {} of {}: {:.6g} pJ, {} cycles, at least {}\n",
                                     start, i + 1, found.candidates.size(), c.energy_pj, c.cycles,
                                     c.least_cycles);
        }
    }
    std::cout << start << found.proof << "\n";
}

/// Gives the pipeline the schedule that is asked for.
void schedule(const GeneratorArguments &arguments, const Halide::Func &output,
              CompileOptions &options) {
    if (!arguments.schedules()) {
        return;
    }
    const AutoSchedule found =
        arguments.auto_schedule
            ? auto_schedule(output, auto_schedule_options(arguments.auto_schedule_params))
            : schedule_mapping(output, arguments.mapping);
    // A design has its mapping beside it, wherever that came from.
    options.more_files["mapping.json"] =
        arguments.auto_schedule ? found.mapping : read_file(arguments.mapping);
    if (arguments.auto_schedule) {
        print_choice(found, arguments.print_schedule ? "// " : "");
    }
    if (arguments.print_schedule) {
        std::cout << found.schedule;
    }
}

void emit_accelerator(const GeneratorArguments &arguments) {
    if (arguments.flag("-o").empty()) {
        user_error("Name the directory to write to with -o.\n\n{}", generator_usage());
    }
    CompileOptions options;
    options.name = arguments.flag("-f").empty() ? arguments.flag("-n") : arguments.flag("-f");
    options.target = target_of(arguments);
    const std::string name = generator_name(arguments, options.name);
    if (options.name.empty()) {
        options.name = name;
    }
    const auto generator =
        HI::get_registered_generators().create(name, context_of(arguments, options.target));
    for (const auto &[parameter, value] : arguments.params) {
        if (parameter != "target") {
            generator->set_generatorparam_value(parameter, value);
        }
    }
    const Halide::Pipeline pipeline = generator->build_pipeline();
    if (pipeline.outputs().size() != 1) {
        user_error(
            "Generator {} has {} outputs. An accelerator has one: give the generator a single "
            "Output<Buffer<>>.",
            name, pipeline.outputs().size());
    }
    schedule(arguments, pipeline.outputs()[0], options);
    compile(pipeline.outputs()[0], arguments_of(*generator), options).write(arguments.flag("-o"));
}

/// Halide's driver reports all errors itself, and does not tell ours or its own from the user's.
int emit_stock(const GeneratorArguments &arguments, const std::string &program) {
    std::vector<std::string> words = stock_command_line(arguments, program);
    std::vector<char *> pointers;
    for (std::string &word : words) {
        pointers.push_back(word.data());
    }
    const int count = (int)pointers.size();
    pointers.push_back(nullptr);
    const int status =
        HI::generate_filter_main(count, pointers.data(), HI::get_registered_generators());
    return status == 0 ? 0 : 1;
}

/// With line breaks taken from the end, since Halide's messages have one and ours have none.
int report(std::string message, int status) {
    while (!message.empty() && message.back() == '\n') {
        message.pop_back();
    }
    std::cerr << message << std::endl;
    return status;
}

int run_driver(int argc, char **argv) {
    try {
        const GeneratorArguments arguments = parse_generator_arguments(argc, argv);
        if (arguments.help) {
            std::cout << generator_usage();
            return 0;
        }
        if (arguments.accelerator) {
            emit_accelerator(arguments);
        }
        if (!arguments.accelerator || !arguments.emit.empty()) {
            return emit_stock(arguments, argv[0]);
        }
        return 0;
    } catch (const UserError &error) {
        return report(fmt::format("Error: {}", error.what()), 1);
    } catch (const Halide::CompileError &error) {
        return report(error.what(), 1);
    } catch (const Halide::Error &error) {
        return report(error.what(), 70);
    } catch (const std::exception &error) {
        return report(fmt::format("Internal error: {}", error.what()), 70);
    }
}

} // namespace
} // namespace Orrery

namespace Halide::Internal {

int generate_filter_main(int argc, char **argv) { return Orrery::run_driver(argc, argv); }

} // namespace Halide::Internal
