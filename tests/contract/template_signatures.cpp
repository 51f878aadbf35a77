// Prints the C++ signature of every template at every parameter set of a file, as JSON: a list of
// {"module", "parameters", "ports": [{"name", "direction", "width"}], "parts"}.
// Usage: template_signatures tests/rtl/parameter_sets.json
#include "hwgen/templates/templates.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <iostream>
#include <map>

namespace {

using nlohmann::ordered_json;
using namespace Orrery;
using netlist::Signature;

/// Parameter values of one set, by name.
class Values {
public:
    explicit Values(const ordered_json &set) : values(set) {}
    int operator()(const char *name) const { return values.at(name).get<int>(); }
    template <typename T = int64_t>
    std::vector<T> list(const char *name) const {
        return values.at(name).get<std::vector<T>>();
    }
    uint64_t bits(const char *name) const { return std::stoull(values.at(name).get<std::string>(), nullptr, 2); }

private:
    const ordered_json &values;
};

using Function = std::function<Signature(const Values &)>;

std::map<std::string, Function> control_and_memory() {
    using namespace templates;
    return {
        {"sequencer", [](const Values &v) { return sequencer(v("LOOPS"), v("WIDTH")); }},
        {"address_generator",
         [](const Values &v) {
             return address_generator(v("LOOPS"), v("WIDTH"), v.bits("USED"), v("MODULUS"));
         }},
        {"token_ring",
         [](const Values &v) { return token_ring(v("SLOTS"), v("WRITERS"), v("READERS"), v.bits("PREVIOUS")); }},
        {"slot_pointer", [](const Values &v) { return slot_pointer(v("SLOTS"), v("FIRST")); }},
        {"credit_counter", [](const Values &v) { return credit_counter(v("CREDITS")); }},
        {"run_join", [](const Values &v) { return run_join(v("PARTS")); }},
        {"event_counter",
         [](const Values &v) { return event_counter(v("WIDTH"), v("AMOUNT_WIDTH")); }},
        {"count_ones", [](const Values &v) { return count_ones(v("COUNT")); }},
        {"delay_line",
         [](const Values &v) { return delay_line(v("WIDTH"), v("CYCLES"), v("RESET") != 0); }},
        {"tapped_line",
         [](const Values &v) { return tapped_line(v("WIDTH"), v("TAPS"), v("RESET") != 0); }},
        {"skewed_lanes",
         [](const Values &v) {
             return skewed_lanes(v("WIDTH"), v.list<int>("CYCLES"), v("RESET") != 0);
         }},
        {"settle_fence", [](const Values &) { return settle_fence(); }},
        {"ram_1r1w", [](const Values &v) { return ram_1r1w(v("WIDTH"), v("LANES"), v("DEPTH")); }},
        {"register_file",
         [](const Values &v) { return register_file(v("WIDTH"), v("LANES"), v("DEPTH")); }},
        {"banked_buffer",
         [](const Values &v) {
             return banked_buffer(v("BANKS"), v("PACK"), v("WIDTH"), v("DEPTH"), v("SLOTS"), v("REGISTERS") != 0);
         }},
        {"accumulate_port",
         [](const Values &v) {
             return accumulate_port(v("BANKS"), v("PACK"), v("WIDTH"), v("DEPTH"), v("SLOTS"));
         }},
        {"phased_buffer",
         [](const Values &v) {
             return phased_buffer(v("BANKS"), v("PACK"), v("WIDTH"), v("DEPTH"), v("SLOTS"), v("REGISTERS") != 0,
                                  v("WRITE_PORTS"), v("READ_PORTS"));
         }},
        {"bank_rotator",
         [](const Values &v) {
             return bank_rotator(v("OUTER"), v("BANKS"), v("INNER"), v("WIDTH"), v("INVERSE") != 0);
         }},
        {"bank_offset",
         [](const Values &v) {
             return bank_offset(v("BANKS"), v("WIDTH"), v.list("LANE_VALUES"));
         }},
    };
}

std::map<std::string, Function> compute_and_streams() {
    using namespace templates;
    return {
        {"reduction_tree",
         [](const Values &v) {
             return reduction_tree(v("COUNT"), v("IN_WIDTH"), v("OUT_WIDTH"), v("SIGNED") != 0, v("OPERATION"));
         }},
        {"reduction_chain",
         [](const Values &v) {
             return reduction_chain(v("COUNT"), v("IN_WIDTH"), v("OUT_WIDTH"), v("SIGNED") != 0,
                                    v("OPERATION"));
         }},
        {"stream_fifo", [](const Values &v) { return stream_fifo(v("WIDTH"), v("DEPTH")); }},
        {"byte_queue", [](const Values &v) { return byte_queue(v("IN_BYTES"), v("OUT_BYTES")); }},
        {"burst_splitter",
         [](const Values &v) {
             return burst_splitter(v("ADDRESS_WIDTH"), v("LENGTH_WIDTH"), v("BUS_BYTES"), v("MAX_BURST"));
         }},
        {"axi_read_stream",
         [](const Values &v) {
             return axi_read_stream(v("ADDRESS_WIDTH"), v("LENGTH_WIDTH"), v("BUS_BYTES"), v("CHUNK_BYTES"),
                                    v("MAX_BURST"), v("OUTSTANDING"), v("BUFFER_BEATS"));
         }},
        {"axi_write_stream",
         [](const Values &v) {
             return axi_write_stream(v("ADDRESS_WIDTH"), v("LENGTH_WIDTH"), v("BUS_BYTES"), v("CHUNK_BYTES"),
                                     v("MAX_BURST"), v("OUTSTANDING"));
         }},
        {"axi_read_arbiter",
         [](const Values &v) {
             return axi_read_arbiter(v("PORTS"), v("ADDRESS_WIDTH"), v("BUS_BYTES"), v("OUTSTANDING"));
         }},
        {"axi_lite_registers",
         [](const Values &v) {
             return axi_lite_registers(v("ADDRESS_WIDTH"), v("WRITE_WORDS"), v("READ_WORDS"));
         }},
    };
}

/// Parameter as parameter_sets.json writes it: a number, or a string of bits.
ordered_json to_json(const netlist::ParameterValue &v) {
    if (v.width == 0) {
        return v.integer;
    }
    std::string bits;
    for (int i = v.width; i-- > 0;) {
        bits += (v.bits.at(i / 64) >> (i % 64) & 1) != 0 ? '1' : '0';
    }
    return bits;
}

ordered_json to_json(const Signature &signature) {
    ordered_json ports = ordered_json::array(), parameters = ordered_json::object();
    for (const netlist::Port &p : signature.ports) {
        bool input = p.direction == netlist::PortDirection::Input;
        ports.push_back({{"name", p.name}, {"direction", input ? "input" : "output"}, {"width", p.width}});
    }
    for (const netlist::Parameter &p : signature.parameters) {
        parameters[p.name] = to_json(p.value);
    }
    return {{"module", signature.module},
            {"parameters", parameters},
            {"ports", ports},
            {"parts", templates::parts_of(signature.module)}};
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: template_signatures parameter_sets.json\n";
        return 1;
    }
    std::map<std::string, Function> functions = control_and_memory();
    functions.merge(compute_and_streams());
    std::ifstream file(argv[1]);
    const ordered_json sets = ordered_json::parse(file);
    ordered_json result = ordered_json::array();
    for (const auto &[module, module_sets] : sets.items()) {
        for (const ordered_json &set : module_sets) {
            result.push_back(to_json(functions.at(module)(Values(set))));
        }
    }
    std::cout << result.dump(1) << "\n";
    return 0;
}
