#include "sim/design_description.h"

#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace Orrery::sim {

using nlohmann::json;
namespace fs = std::filesystem;

int64_t TensorDescription::element_count() const {
    int64_t count = 1;
    for (const TensorDimension &d : dimensions) {
        count *= d.extent;
    }
    return count;
}

int64_t TensorDescription::span_bytes() const {
    int64_t last = 0;
    for (const TensorDimension &d : dimensions) {
        last += (d.extent - 1) * d.stride;
    }
    return element_count() == 0 ? 0 : (last + 1) * element_bytes();
}

int64_t ProcessDescription::lane_points() const {
    int64_t points = 1;
    for (const LoopDescription &l : lanes) {
        points *= l.extent;
    }
    return points;
}

const RegisterDescription *DesignDescription::find_register(const std::string &wanted) const {
    for (const RegisterDescription &r : registers) {
        if (r.name == wanted) {
            return &r;
        }
    }
    return nullptr;
}

int DesignDescription::find_tensor(const std::string &wanted) const {
    for (size_t i = 0; i < tensors.size(); i++) {
        if (tensors[i].name == wanted) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

int DesignDescription::find_scalar(const std::string &wanted) const {
    for (size_t i = 0; i < scalars.size(); i++) {
        if (scalars[i].name == wanted) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

std::vector<int64_t>
DesignDescription::scalar_values(const std::map<std::string, int64_t> &given) const {
    for (const auto &[wanted, value] : given) {
        if (find_scalar(wanted) < 0) {
            std::string names;
            for (const ScalarDescription &s : scalars) {
                names += (names.empty() ? "" : ", ") + s.name;
            }
            user_error("design {}: there is no scalar {}; its scalars are: {}", name, wanted,
                       names.empty() ? "none" : names);
        }
    }
    std::vector<int64_t> values;
    for (const ScalarDescription &s : scalars) {
        auto found = given.find(s.name);
        if (found == given.end() && !s.otherwise) {
            user_error("design {}: scalar {} has no default; give it a value from {} to {}", name,
                       s.name, s.text(s.min), s.text(s.max));
        }
        int64_t value = found == given.end() ? *s.otherwise : found->second;
        if (!s.allows(value)) {
            user_error("design {}: {} is not possible for scalar {}, which goes from {} to {}",
                       name, s.text(value), s.name, s.text(s.min), s.text(s.max));
        }
        values.push_back(value);
    }
    for (const RequirementDescription &r : requirements) {
        if (r.condition.evaluate(values) == 0) {
            user_error("design {}: these values of its scalars are not possible ({}): {}", name,
                       values_text(values), r.text);
        }
    }
    return values;
}

std::string DesignDescription::values_text(const std::vector<int64_t> &values) const {
    std::string text;
    for (size_t i = 0; i < values.size(); i++) {
        text +=
            fmt::format("{}{} = {}", i ? ", " : "", scalars[i].name, scalars[i].text(values[i]));
    }
    return text;
}

DesignDescription DesignDescription::at(const std::vector<int64_t> &values) const {
    DesignDescription design = *this;
    for (TensorDescription &tensor : design.tensors) {
        for (size_t d = 0; d < tensor.shape.size(); d++) {
            const DimensionExpressions &e = tensor.shape[d];
            tensor.dimensions[d] = {e.min.evaluate(values), e.extent.evaluate(values),
                                    e.stride.evaluate(values)};
        }
    }
    return design;
}

bool ScalarDescription::allows(int64_t value) const {
    bool huge = type.code == halide_type_uint && type.bits == 64;
    return huge ? uint64_t(value) >= uint64_t(min) && uint64_t(value) <= uint64_t(max)
                : value >= min && value <= max;
}

std::string ScalarDescription::text(int64_t value) const {
    bool huge = type.code == halide_type_uint && type.bits == 64;
    return huge ? std::to_string(uint64_t(value)) : std::to_string(value);
}

std::string type_name(halide_type_t type) {
    const char *kind = type.code == halide_type_int    ? "int"
                       : type.code == halide_type_uint ? "uint"
                                                       : "float";
    return fmt::format("{}{}", kind, type.bits);
}

halide_type_t parse_type(const std::string &name) {
    for (int bits : {8, 16, 32, 64}) {
        if (name == fmt::format("int{}", bits)) {
            return halide_type_t(halide_type_int, bits);
        }
        if (name == fmt::format("uint{}", bits)) {
            return halide_type_t(halide_type_uint, bits);
        }
    }
    if (name == "bool" || name == "uint1") {
        return halide_type_t(halide_type_uint, 1);
    }
    user_error("unknown element type \"{}\": expected int8 to int64 or uint8 to uint64", name);
}

namespace {

PortDescription parse_port(const json &j) {
    PortDescription port;
    port.prefix = j.at("prefix");
    port.bus_bits = j.at("bus_bits");
    port.address_bits = j.value("address_bits", 32);
    port.outstanding_bursts = j.value("outstanding_bursts", 16);
    port.max_burst_beats = j.value("max_burst_beats", 256);
    bool power_of_two = (port.bus_bits & (port.bus_bits - 1)) == 0;
    if (port.bus_bits < 32 || port.bus_bits > 512 || !power_of_two) {
        user_error("port {}: bus_bits is {}; expected 32, 64, 128, 256 or 512", port.prefix,
                   port.bus_bits);
    }
    if (port.outstanding_bursts < 1 || port.max_burst_beats < 1 || port.max_burst_beats > 256) {
        user_error("port {}: outstanding_bursts must be at least 1 and max_burst_beats 1 to 256",
                   port.prefix);
    }
    return port;
}

int64_t parse_bits(const json &j) {
    return j.is_number_unsigned() ? int64_t(j.get<uint64_t>()) : j.get<int64_t>();
}

ScalarDescription parse_scalar(const json &j) {
    ScalarDescription scalar;
    scalar.name = j.at("name");
    scalar.type = parse_type(j.at("type"));
    scalar.min = parse_bits(j.at("min"));
    scalar.max = parse_bits(j.at("max"));
    if (j.contains("default")) {
        scalar.otherwise = parse_bits(j.at("default"));
    }
    scalar.offset = j.at("register");
    return scalar;
}

/// A number, {"scalar": name} or {"op": ..., "args": [...]}.
SizeExpression parse_size(const json &j, const DesignDescription &design) {
    if (j.is_number()) {
        return {"number", j.get<int64_t>(), {}, {}};
    }
    if (j.contains("scalar")) {
        std::string name = j.at("scalar");
        int scalar = design.find_scalar(name);
        if (scalar < 0) {
            user_error("scalar \"{}\" is not in the table \"scalars\"", name);
        }
        return {"scalar", scalar, {}, {}};
    }
    SizeExpression e{j.at("op"), 0, {}, {}};
    for (const json &a : j.at("args")) {
        e.args.push_back(parse_size(a, design));
    }
    if (operand_count(e.op) != static_cast<int>(e.args.size()) || e.args.empty()) {
        user_error("unknown operation \"{}\" with {} operands", e.op, e.args.size());
    }
    if (e.op == "cast") {
        e.type = parse_type(j.at("type"));
    }
    return e;
}

TensorDescription parse_tensor(const json &j, const DesignDescription &design) {
    TensorDescription tensor;
    tensor.name = j.at("name");
    std::string direction = j.at("direction");
    if (direction != "input" && direction != "output" && direction != "scratch") {
        user_error("tensor {}: direction is \"{}\"; expected input, output or scratch", tensor.name,
                   direction);
    }
    tensor.is_output = direction == "output";
    tensor.type = parse_type(j.at("type"));
    for (const json &d : j.at("dimensions")) {
        tensor.shape.push_back({parse_size(d.value("min", json(0)), design),
                                parse_size(d.at("extent"), design),
                                parse_size(d.at("stride"), design)});
        const json &most = d.contains("most") ? d.at("most") : d;
        tensor.dimensions.push_back(
            {most.value("min", int64_t(0)), most.at("extent"), most.at("stride")});
        if (tensor.dimensions.back().extent < 1 || tensor.dimensions.back().stride < 0) {
            user_error("tensor {}: extents must be at least 1 and strides not negative",
                       tensor.name);
        }
    }
    tensor.port = parse_port(j.at("port"));
    tensor.base_register = j.at("base_register");
    return tensor;
}

std::vector<LoopDescription> parse_loops(const json &j, const char *key) {
    std::vector<LoopDescription> loops;
    for (const json &l : j.value(key, json::array())) {
        loops.push_back({l.at("name"), l.at("extent")});
    }
    return loops;
}

/// A counter is {"register": name}; the name is one of the register table.
CounterDescription parse_counter(const json &j, const DesignDescription &design) {
    std::string name = j.at("register");
    const RegisterDescription *r = design.find_register(name);
    if (!r) {
        user_error("counter register \"{}\" is not in the table \"registers\"", name);
    }
    return {name, r->offset};
}

std::optional<CounterDescription> optional_counter(const json &counters, const char *key,
                                                   const DesignDescription &design) {
    if (!counters.contains(key)) {
        return std::nullopt;
    }
    return parse_counter(counters.at(key), design);
}

/// One counter or a list of them.
std::vector<CounterDescription> parse_counters(const json &counters, const char *key,
                                               const DesignDescription &design) {
    json found = counters.value(key, json::array());
    std::vector<CounterDescription> result;
    for (const json &counter : found.is_array() ? found : json::array({found})) {
        result.push_back(parse_counter(counter, design));
    }
    return result;
}

/// Product of the banks of all dimensions.
int64_t parse_banks(const json &j) {
    int64_t banks = 1;
    for (const json &n : j.value("banks", json::array())) {
        banks *= n.get<int64_t>();
    }
    return banks;
}

ProcessDescription parse_process(const json &j, const DesignDescription &design) {
    ProcessDescription process;
    process.name = j.at("name");
    process.func = j.value("func", process.name);
    process.stage = j.value("stage", 0);
    process.loops = parse_loops(j, "loops");
    process.lanes = parse_loops(j, "lanes");
    process.processing_elements = j.value("processing_elements", int64_t(0));
    json counters = j.value("counters", json::object());
    process.busy = optional_counter(counters, "busy", design);
    process.operations = optional_counter(counters, "operations", design);
    for (const json &stall : counters.value("stalls", json::array())) {
        process.stalls.push_back({stall.at("cause"), parse_counter(stall, design)});
    }
    return process;
}

BufferDescription parse_buffer(const json &j, const DesignDescription &design) {
    BufferDescription buffer;
    buffer.name = j.at("name");
    buffer.func = j.value("func", buffer.name);
    buffer.memory = j.value("memory", "");
    buffer.type = parse_type(j.at("type"));
    buffer.extents = j.value("extents", std::vector<int64_t>{});
    buffer.banks = parse_banks(j);
    buffer.words = j.value("words", int64_t(0));
    buffer.slots = j.value("slots", int64_t(1));
    buffer.copies = j.value("copies", int64_t(1));
    buffer.bits = j.value("bits", int64_t(0));
    json counters = j.value("counters", json::object());
    buffer.reads = parse_counters(counters, "reads", design);
    buffer.writes = parse_counters(counters, "writes", design);
    return buffer;
}

/// "files" of design.json, or what rtl/filelist.f lists.
std::vector<std::string> parse_files(const json &j, const fs::path &directory) {
    if (j.contains("files")) {
        return j.at("files").get<std::vector<std::string>>();
    }
    std::vector<std::string> files;
    std::ifstream list(directory / "rtl" / "filelist.f");
    for (std::string line; std::getline(list, line);) {
        if (!line.empty()) {
            files.push_back("rtl/" + line);
        }
    }
    return files;
}

DesignDescription parse_fields(const json &j, const fs::path &directory) {
    if (int format = j.at("format"); format != 1) {
        user_error("\"format\" is {}; this program reads format 1", format);
    }
    DesignDescription design;
    design.directory = directory;
    design.name = j.at("name");
    design.top = j.value("top", design.name);
    design.files = parse_files(j, directory);
    design.clock = j.value("clock", "clk_i");
    design.reset = j.value("reset", "rst_i");
    design.interrupt = j.value("interrupt", "irq_o");
    if (j.contains("reference")) {
        design.reference_library = j.at("reference").at("library");
        design.reference_function = j.at("reference").at("function");
        for (const json &r : j.at("reference").value("recurrences", json::array())) {
            design.reference_recurrences.push_back({r.at("input"), r.at("function")});
        }
    }
    design.control_prefix = j.at("control").at("prefix");
    design.control_address_bits = j.at("control").at("address_bits");
    for (const json &r : j.at("registers")) {
        design.registers.push_back({r.at("name"), r.at("offset"), r.value("words", 1)});
    }
    for (const json &s : j.value("scalars", json::array())) {
        design.scalars.push_back(parse_scalar(s));
    }
    for (const json &r : j.value("requirements", json::array())) {
        design.requirements.push_back({parse_size(r.at("condition"), design), r.at("text")});
    }
    for (const json &t : j.at("tensors")) {
        const bool scratch = t.at("direction") == "scratch";
        (scratch ? design.scratch : design.tensors).push_back(parse_tensor(t, design));
    }
    for (const json &p : j.value("processes", json::array())) {
        design.processes.push_back(parse_process(p, design));
    }
    for (const json &b : j.value("buffers", json::array())) {
        design.buffers.push_back(parse_buffer(b, design));
    }
    if (design.files.empty()) {
        user_error("the design names no Verilog file (\"files\", rtl/filelist.f)");
    }
    return design;
}

} // namespace

DesignDescription parse_design(const std::string &text, const fs::path &directory) {
    std::string file = (directory / "design.json").string();
    try {
        return parse_fields(json::parse(text), directory);
    } catch (const json::exception &error) {
        user_error("{}: {}", file, error.what());
    } catch (const UserError &error) {
        user_error("{}: {}", file, error.what());
    }
}

DesignDescription read_design(const fs::path &directory) {
    return parse_design(
        read_file(directory / "design.json", "Give the directory that the generator wrote (-o)"),
        directory);
}

} // namespace Orrery::sim
