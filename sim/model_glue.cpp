#include "sim/model_glue.h"

#include <fmt/format.h>

namespace Orrery::sim {

std::string verilator_member(const std::string &port) {
    std::string member;
    for (size_t i = 0; i < port.size(); i++) {
        if (port[i] == '_' && i + 1 < port.size() && port[i + 1] == '_') {
            member += "___05F";
            i++;
        } else {
            member += port[i];
        }
    }
    return member;
}

namespace {

/// Assignments between the members of the module and the fields of a pin structure.
class Assignments {
public:
    Assignments(std::string prefix, std::string pins)
        : prefix_(std::move(prefix)), pins_(std::move(pins)) {}

    void drive(std::initializer_list<const char *> signals) {
        for (const char *s : signals) {
            drive_ += fmt::format("        module.{} = pins.{}.{};\n", member(s, "_i"), pins_, s);
        }
    }
    void sample(std::initializer_list<const char *> signals) {
        for (const char *s : signals) {
            sample_ += fmt::format("        pins.{}.{} = module.{};\n", pins_, s, member(s, "_o"));
        }
    }
    void drive_bus(const char *signal) {
        drive_ += fmt::format("        put_bus(module.{}, pins.{}.{});\n", member(signal, "_i"),
                              pins_, signal);
    }
    void sample_bus(const char *signal) {
        sample_ += fmt::format("        get_bus(module.{}, pins.{}.{});\n", member(signal, "_o"),
                               pins_, signal);
    }
    const std::string &driven() const { return drive_; }
    const std::string &sampled() const { return sample_; }

private:
    std::string member(const char *signal, const char *suffix) const {
        return verilator_member(prefix_ + signal + suffix);
    }
    std::string prefix_, pins_, drive_, sample_;
};

Assignments control_assignments(const DesignDescription &design) {
    Assignments a(design.control_prefix, "control");
    a.drive(
        {"awaddr", "awvalid", "wdata", "wstrb", "wvalid", "bready", "araddr", "arvalid", "rready"});
    a.sample({"awready", "wready", "bresp", "bvalid", "arready", "rdata", "rresp", "rvalid"});
    return a;
}

Assignments read_assignments(const std::string &prefix, int index) {
    Assignments a(prefix, fmt::format("reads[{}]", index));
    a.drive({"arready", "rresp", "rlast", "rvalid"});
    a.drive_bus("rdata");
    a.sample({"araddr", "arlen", "arsize", "arburst", "arvalid", "rready"});
    return a;
}

Assignments write_assignments(const std::string &prefix, int index) {
    Assignments a(prefix, fmt::format("writes[{}]", index));
    a.drive({"awready", "wready", "bresp", "bvalid"});
    a.sample(
        {"awaddr", "awlen", "awsize", "awburst", "awvalid", "wstrb", "wlast", "wvalid", "bready"});
    a.sample_bus("wdata");
    return a;
}

} // namespace

std::string model_glue(const DesignDescription &design, const std::string &module_class,
                       const std::string &symbol) {
    std::vector<Assignments> ports{control_assignments(design)};
    int reads = 0, writes = 0;
    for (const TensorDescription &t : design.tensors) {
        ports.push_back(t.is_output ? write_assignments(t.port.prefix, writes++)
                                    : read_assignments(t.port.prefix, reads++));
    }
    for (const TensorDescription &t : design.scratch) {
        ports.push_back(read_assignments(t.port.prefix, reads++));
        ports.push_back(write_assignments(t.port.prefix, writes++));
    }
    std::string drive, sample;
    for (const Assignments &port : ports) {
        drive += port.driven();
        sample += port.sampled();
    }
    return fmt::format(R"(#include "{0}.h"
#include "instance.h"

namespace Orrery::sim {{

namespace {{

struct Glue_{0} {{
    using Module = {0};
    static void drive(Module &module, const Pins &pins) {{
        module.{1} = pins.reset;
{2}    }}
    static void sample(const Module &module, Pins &pins) {{
        pins.interrupt = module.{3};
{4}    }}
    static CData &clock(Module &module) {{ return module.{5}; }}
}};

}} // namespace

extern "C" __attribute__((visibility("default"))) const ModelFunctions *{6}() {{ return &model_functions<Glue_{0}>; }}

}} // namespace Orrery::sim
)",
                       module_class, verilator_member(design.reset), drive,
                       verilator_member(design.interrupt), sample, verilator_member(design.clock),
                       symbol);
}

} // namespace Orrery::sim
