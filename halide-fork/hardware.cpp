#include "halide-fork/hardware.h"

#include "halide-fork/directives.h"
#include "halide-fork/lowering.h"
#include "halide-fork/schedule_conversion.h"
#include "hwgen/frontend/frontend.h"
#include "hwgen/hwir/print.h"
#include "hwgen/hwir/serialize.h"
#include "hwgen/lower/lower.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/support/error.h"
#include "hwgen/verilog/names.h"
#include "hwgen/verilog/printer.h"
#include "rtl-templates/template_texts.h"

namespace Orrery {

namespace HI = Halide::Internal;

namespace {

/// The parameters that a pipeline refers to, by name: in its Funcs, and in the bounds of tensors.
class InputCollector : public HI::IRVisitor {
public:
    std::map<std::string, Halide::Parameter> inputs;

    void look(const HI::Function &function) {
        function.accept(this);
        for (const Halide::Parameter &output : function.output_buffers()) {
            look_at_constraints(output);
        }
    }

private:
    void add(const Halide::Parameter &parameter) {
        if (inputs.emplace(parameter.name(), parameter).second && parameter.is_buffer()) {
            look_at_constraints(parameter);
        }
    }

    void look_at_constraints(const Halide::Parameter &tensor) {
        for (int d = 0; d < tensor.dimensions(); d++) {
            for (const Halide::Expr &e : {tensor.min_constraint(d), tensor.extent_constraint(d),
                                          tensor.stride_constraint(d)}) {
                if (e.defined()) {
                    e.accept(this);
                }
            }
        }
    }

    using HI::IRVisitor::visit;
    void visit(const HI::Call *call) override {
        if (call->call_type == HI::Call::Image && call->param.defined()) {
            add(call->param);
        }
        HI::IRVisitor::visit(call);
    }
    void visit(const HI::Variable *variable) override {
        if (variable->param.defined() && !variable->param.is_buffer()) {
            add(variable->param);
        }
    }
};

/// The parameters of the pipeline in the order of the arguments.
std::vector<Halide::Parameter> input_parameters(const Directives::Environment &environment,
                                                const std::vector<Halide::Argument> &arguments,
                                                const std::string &output) {
    InputCollector collector;
    for (const auto &entry : environment) {
        collector.look(entry.second);
    }
    std::vector<Halide::Parameter> parameters;
    for (const Halide::Argument &argument : arguments) {
        const auto found = collector.inputs.find(argument.name);
        if (found != collector.inputs.end()) {
            parameters.push_back(found->second);
            collector.inputs.erase(found);
        }
    }
    if (!collector.inputs.empty()) {
        user_error("compile: input {0} of {1} is not among the arguments. Add {0} to them, or give "
                   "none to "
                   "have them inferred.",
                   collector.inputs.begin()->first, output);
    }
    return parameters;
}

/// The Verilog files by name, in the order in which tools should read them: modules before those
/// that instantiate them.
std::vector<std::pair<std::string, std::string>> verilog_files(const netlist::Netlist &netlist) {
    std::vector<std::pair<std::string, std::string>> files;
    for (const std::string &name : netlist.templates) {
        files.emplace_back(name + ".v", template_text(name));
    }
    for (const netlist::Module &module : netlist.modules) {
        files.emplace_back(module.name + ".v", verilog::print(module));
    }
    return files;
}

} // namespace

hwir::Design hardware_ir(const Halide::Func &output, const std::string &name,
                         const std::vector<Halide::Argument> &arguments) {
    const HI::Function function = output.function();
    const Directives::Environment environment = HI::build_environment({function});
    const Directives::Scope &scope = Directives::scope_of(function, environment);
    // The shape of the hardware must not depend on the machine that compiles it.
    const Halide::Target target("x86-64-linux");
    hwir::Design design =
        build_design(lower_for_hardware({output}, target), to_hardware_schedule(scope, environment),
                     name, input_parameters(environment, arguments, output.name()));
    passes::run_passes(design);
    return design;
}

std::vector<Recurrence> recurrences(const Halide::Func &output, const std::string &name) {
    const HI::Function function = output.function();
    std::vector<Recurrence> all;
    for (const Directives::Feedback &f :
         Directives::scope_of(function, HI::build_environment({function})).feedback) {
        all.push_back(
            {f.input.name(), verilog::legal_identifier(name + "_step_" + f.func.name()), f.func});
    }
    return all;
}

std::map<std::string, std::string> hardware_files(const hwir::Design &design,
                                                  const std::string &name,
                                                  const std::vector<Recurrence> &recurrences) {
    const LoweredDesign lowered = lower_design(design);
    std::map<std::string, std::string> files;
    std::vector<std::string> paths;
    std::string &list = files["rtl/filelist.f"];
    for (auto &[file, text] : verilog_files(lowered.netlist)) {
        list += file + "\n";
        paths.push_back("rtl/" + file);
        files[paths.back()] = std::move(text);
    }
    ReferenceNames reference{"reference.so", name, {}};
    for (const Recurrence &r : recurrences) {
        reference.recurrences.push_back({r.input, r.function});
    }
    files["design.json"] = manifest(design, lowered, paths, reference);
    files["design.hwir"] = hwir::print(design);
    files["design.hwir.json"] = hwir::to_json(design, lowered.timing);
    files["schedule.txt"] = hwir::print_schedule(design);
    return files;
}

Hardware build_hardware(const Halide::Func &output, const std::string &name,
                        const std::vector<Halide::Argument> &arguments) {
    Hardware hardware;
    hardware.design = hardware_ir(output, name, arguments);
    hardware.files = hardware_files(hardware.design, name, recurrences(output, name));
    return hardware;
}

} // namespace Orrery
