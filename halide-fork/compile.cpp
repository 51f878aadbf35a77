#include "halide-fork/compile.h"

#include "halide-fork/design_files.h"
#include "halide-fork/directives.h"
#include "halide-fork/hardware.h"
#include "halide-fork/reference.h"
#include "hwgen/support/error.h"
#include "hwgen/verilog/names.h"

namespace Orrery {

namespace HI = Halide::Internal;

struct Design::Contents {
    std::string name;
    Hardware hardware;
    Halide::Module reference;
};

namespace {

/// The image parameters that the Funcs of a pipeline read, by name.
class InputCollector : public HI::IRVisitor {
public:
    std::map<std::string, Halide::Parameter> inputs;

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Call *call) override {
        if (call->call_type == HI::Call::Image && call->param.defined()) {
            inputs.emplace(call->param.name(), call->param);
        }
        HI::IRVisitor::visit(call);
    }
};

/// The tensors among the arguments, in their order.
std::vector<Halide::Parameter> input_tensors(const Directives::Environment &environment,
                                             const std::vector<Halide::Argument> &arguments,
                                             const std::string &output) {
    InputCollector collector;
    for (const auto &entry : environment) {
        entry.second.accept(&collector);
    }
    std::vector<Halide::Parameter> tensors;
    for (const Halide::Argument &argument : arguments) {
        const auto found = collector.inputs.find(argument.name);
        if (found != collector.inputs.end()) {
            tensors.push_back(found->second);
            collector.inputs.erase(found);
        }
    }
    if (!collector.inputs.empty()) {
        user_error("compile: input {0} of {1} is not among the arguments. Add {0} to them, or give "
                   "none to "
                   "have them inferred.",
                   collector.inputs.begin()->first, output);
    }
    return tensors;
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
    if (arguments.empty()) {
        arguments = Halide::Pipeline(output).infer_arguments();
    }
    const HI::Function function = output.function();
    const Directives::Environment environment = HI::build_environment({function});
    const Directives::Scope &scope = Directives::scope_of(function, environment);
    const std::string name = verilog::legal_identifier(options.name.empty() ? output.name() : options.name);
    Hardware hardware = build_hardware(output, scope, environment,
                                       input_tensors(environment, arguments, output.name()), name);
    Halide::Module reference = reference_module(function, name, output_tensor_name(hardware.design),
                                                arguments, options.target);
    return Design(std::make_shared<const Design::Contents>(
        Design::Contents{name, std::move(hardware), std::move(reference)}));
}

} // namespace Orrery
