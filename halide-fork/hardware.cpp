#include "halide-fork/hardware.h"

#include "halide-fork/lowering.h"
#include "halide-fork/schedule_conversion.h"
#include "hwgen/frontend/frontend.h"
#include "hwgen/hwir/print.h"
#include "hwgen/lower/lower.h"
#include "hwgen/passes/pipeline.h"
#include "hwgen/verilog/printer.h"
#include "rtl-templates/template_texts.h"

namespace Orrery {
namespace {

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

Hardware build_hardware(const Halide::Func &output, const Directives::Scope &scope,
                        const Directives::Environment &environment,
                        const std::vector<Halide::Parameter> &inputs, const std::string &name) {
    // The shape of the hardware must not depend on the machine that compiles it.
    const Halide::Target target("x86-64-linux");
    Hardware hardware;
    hardware.design = build_design(lower_for_hardware({output}, target),
                                   to_hardware_schedule(scope, environment), name, inputs);
    passes::run_passes(hardware.design);
    const LoweredDesign lowered = lower_design(hardware.design);

    std::map<std::string, std::string> &files = hardware.files;
    std::vector<std::string> paths;
    std::string &list = files["rtl/filelist.f"];
    for (auto &[file, text] : verilog_files(lowered.netlist)) {
        list += file + "\n";
        paths.push_back("rtl/" + file);
        files[paths.back()] = std::move(text);
    }
    files["design.json"] = manifest(hardware.design, lowered, paths, "reference.so", name);
    files["design.hwir"] = hwir::print(hardware.design);
    files["schedule.txt"] = hwir::print_schedule(hardware.design);
    return hardware;
}

} // namespace Orrery
