#include "halide-fork/compile.h"

#include "halide-fork/design_files.h"
#include "halide-fork/hardware.h"
#include "halide-fork/reference.h"
#include "hwgen/support/error.h"
#include "hwgen/verilog/names.h"

#include <algorithm>

namespace Orrery {

namespace HI = Halide::Internal;

struct Design::Contents {
    std::string name;
    Hardware hardware;
    Halide::Module reference;
};

namespace {

/// Those of the arguments that the pipeline reads: an input that nothing reads is no part of the
/// design, nor of its reference.
std::vector<Halide::Argument> used_arguments(const Halide::Func &output,
                                             const std::vector<Halide::Argument> &given) {
    const std::vector<Halide::Argument> used = Halide::Pipeline(output).infer_arguments();
    if (given.empty()) {
        return used;
    }
    std::vector<Halide::Argument> arguments;
    for (const Halide::Argument &argument : given) {
        const auto same_name = [&](const Halide::Argument &a) { return a.name == argument.name; };
        if (std::any_of(used.begin(), used.end(), same_name)) {
            arguments.push_back(argument);
        }
    }
    return arguments;
}

std::string output_tensor_name(const hwir::Design &design) {
    for (const hwir::Tensor &tensor : design.tensors) {
        if (tensor.direction == hwir::Direction::Output) {
            return tensor.name;
        }
    }
    ORRERY_CHECK(false, "design {} has no output", design.name);
}

} // namespace

Halide::Target CompileOptions::plain_host_target() {
    const Halide::Target host = Halide::get_host_target();
    return Halide::Target(host.os, host.arch, host.bits);
}

const std::string &Design::name() const { return contents->name; }

const hwir::Design &Design::hardware() const { return contents->hardware.design; }

const std::map<std::string, std::string> &Design::files() const { return contents->hardware.files; }

void Design::write(const std::string &directory) const {
    write_files_together(directory, files(), [this](const std::filesystem::path &place) {
        const std::filesystem::path scratch = place / "reference.tmp";
        std::filesystem::create_directory(scratch);
        link_reference(contents->reference, scratch, place / "reference.so");
        std::filesystem::remove_all(scratch);
    });
}

Design compile(const Halide::Func &output, std::vector<Halide::Argument> arguments,
               const CompileOptions &options) {
    if (!output.defined()) {
        user_error("compile: Func {} has no definition yet. Define the Func first.", output.name());
    }
    arguments = used_arguments(output, arguments);
    const HI::Function function = output.function();
    const std::string name =
        verilog::legal_identifier(options.name.empty() ? output.name() : options.name);
    Hardware hardware = build_hardware(output, name, arguments);
    for (const auto &[path, text] : options.more_files) {
        if (!hardware.files.emplace(path, text).second) {
            user_error("compile: {} is a file of the design. Give other names to more_files.",
                       path);
        }
    }
    std::vector<Halide::Module> modules{reference_module(
        function, name, output_tensor_name(hardware.design), arguments, options.target)};
    for (const Recurrence &r : recurrences(output, name)) {
        modules.push_back(
            reference_module(r.func, r.function, r.func.name(), arguments, options.target));
    }
    Halide::Module reference =
        modules.size() == 1 ? modules[0] : Halide::link_modules(name, modules);
    return Design(std::make_shared<const Design::Contents>(
        Design::Contents{name, std::move(hardware), std::move(reference)}));
}

} // namespace Orrery
