// Streams, and the AXI4 ports of their tensors.
#include "hwgen/lower/top_state.h"
#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

namespace Orrery::lower {

using namespace netlist;

namespace {

/// "m_axi_araddr_o" of a stream is "m_axi_<tensor>_araddr_o" of the top.
std::string top_port(const std::string &port, const std::string &tensor) {
    return "m_axi_" + tensor + "_" + port.substr(6);
}

} // namespace

/// Does the read channel of the tensor's port serve several streams?
bool Top::is_shared(int tensor) const {
    int users = 0;
    for (const hwir::Stream &s : design.streams) {
        users += s.tensor == tensor && s.load >= 0;
    }
    return users > 1;
}

/// Is it a stream that loads, from a port that serves others too?
bool Top::shares_port(const std::string &instance) const {
    for (const StreamModule &s : streams) {
        if (s.name == instance) {
            return design.streams[s.stream].load >= 0 && is_shared(design.streams[s.stream].tensor);
        }
    }
    return false;
}

void Top::connect_streams() {
    for (const StreamModule &s : streams) {
        const hwir::Stream &stream = design.streams[s.stream];
        const std::string &process = design.processes[stream.process].name;
        if (stream.load >= 0) {
            feed(process, stream.name + "_available_i", wire_of(s.name, "available_o"));
            feed(process, stream.name + "_data_i", wire_of(s.name, "data_o"));
            feed(s.name, "take_i", wire_of(process, stream.name + "_take_o"));
        } else {
            feed(process, stream.name + "_ready_i", wire_of(s.name, "ready_o"));
            feed(s.name, "valid_i", wire_of(process, stream.name + "_valid_o"));
            feed(s.name, "count_i", wire_of(process, stream.name + "_count_o"));
            feed(s.name, "data_i", wire_of(process, stream.name + "_data_o"));
        }
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        add_tensor_port(static_cast<int>(t));
    }
}

void Top::add_tensor_port(int t) {
    std::vector<int> loads, stores;
    for (size_t s = 0; s < streams.size(); s++) {
        if (design.streams[s].tensor == t) {
            (design.streams[s].load < 0 ? stores : loads).push_back(static_cast<int>(s));
        }
    }
    const hwir::Tensor &tensor = design.tensors[t];
    if (loads.empty() && stores.empty()) {
        user_error(
            "tensor {} is not used inside the accelerator, once the algorithm is simplified (a "
            "product with 0, say); remove the argument",
            tensor.name);
    }
    if (stores.size() > 1) {
        user_error("{} is stored by several stages; let one stage store the output", tensor.name);
    }
    if (tensor.direction == hwir::Direction::Scratch) {
        add_scratch_tokens(t);
    }
    if (loads.size() > 1) {
        add_shared_port(t, loads);
        loads.clear();
    }
    for (const std::vector<int> *users : {&loads, &stores}) {
        for (int s : *users) {
            add_own_port(streams[s], tensor.name);
        }
    }
}

/// The AXI4 ports of a stream become those of the top.
void Top::add_own_port(const StreamModule &s, const std::string &tensor) {
    for (const Port &p : s.signature.ports) {
        if (p.name.rfind("m_axi_", 0) != 0) {
            continue;
        }
        std::string name = top_port(p.name, tensor);
        if (p.direction == PortDirection::Input) {
            feed(s.name, p.name, module.input(name, p.width));
        } else {
            outputs[s.name + "/" + p.name] = module.output(name, p.width);
        }
    }
}

void Top::add_shared_port(int t, const std::vector<int> &users) {
    const hwir::Tensor &tensor = design.tensors[t];
    Signature arbiter =
        templates::axi_read_arbiter(static_cast<int>(users.size()), axi_address_bits,
                                    tensor.bus_bits / 8, tensor.outstanding_bursts);
    std::vector<Connection> pins;
    for (const Port &p : arbiter.ports) {
        if (p.name == "clk_i" || p.name == "rst_i") {
            pins.push_back({p.name, p.name == "clk_i" ? clk : rst});
        } else if (p.name.rfind("m_axi_", 0) == 0) {
            std::string name = top_port(p.name, tensor.name);
            bool input = p.direction == PortDirection::Input;
            pins.push_back(
                {p.name, input ? module.input(name, p.width) : module.output(name, p.width)});
        } else { // "s_axi_..": one slice per stream; an input of the arbiter is an output of the
                 // streams
            ORRERY_CHECK(p.name.rfind("s_axi_", 0) == 0, "pin {} of the arbiter", p.name);
            bool input = p.direction == PortDirection::Input;
            std::string pin = "m_axi_" + p.name.substr(6, p.name.size() - 7) + (input ? "o" : "i");
            std::vector<Value> parts;
            Value all =
                input ? nullptr
                      : scope.net(tensor.name + "_" + p.name.substr(6, p.name.size() - 8), p.width);
            const int width = p.width / static_cast<int>(users.size());
            for (size_t k = 0; k < users.size(); k++) {
                const std::string &stream = streams[users[k]].name;
                if (input) {
                    parts.push_back(wire_of(stream, pin));
                } else {
                    feed(stream, pin, slice(all, static_cast<int64_t>(k) * width, width));
                }
            }
            pins.push_back({p.name, input ? joined(parts) : all});
        }
    }
    scope.instance("u_" + tensor.name + "_arbiter", arbiter, pins);
}

} // namespace Orrery::lower
