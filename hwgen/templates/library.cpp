#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <map>
#include <set>

namespace Orrery::templates {

namespace {

/// The templates, each with those that it instantiates.
const std::map<std::string, std::vector<std::string>> &library() {
    static const std::map<std::string, std::vector<std::string>> entries{
        {"accumulate_port", {}},
        {"address_generator", {}},
        {"axi_lite_registers", {}},
        {"axi_read_arbiter", {"stream_fifo"}},
        {"axi_read_stream", {"burst_splitter", "byte_queue", "credit_counter", "stream_fifo"}},
        {"axi_write_stream", {"burst_splitter", "byte_queue", "stream_fifo"}},
        {"bank_offset", {"bank_rotator"}},
        {"bank_rotator", {}},
        {"banked_buffer", {"ram_1r1w", "register_file"}},
        {"burst_splitter", {}},
        {"byte_queue", {}},
        {"count_ones", {}},
        {"credit_counter", {}},
        {"delay_line", {}},
        {"event_counter", {}},
        {"phased_buffer", {"banked_buffer"}},
        {"ram_1r1w", {}},
        {"reduction_chain", {}},
        {"reduction_tree", {}},
        {"register_file", {}},
        {"run_join", {"credit_counter"}},
        {"sequencer", {}},
        {"skewed_lanes", {"delay_line"}},
        {"settle_fence", {}},
        {"slot_pointer", {}},
        {"stream_fifo", {}},
        {"tapped_line", {}},
        {"token_ring", {"credit_counter"}},
    };
    return entries;
}

void collect(const std::vector<netlist::Item> &items, std::set<std::string> &modules) {
    for (const netlist::Item &item : items) {
        if (const auto *instance = std::get_if<netlist::Instance>(&item)) {
            modules.insert(instance->signature.module);
        } else if (const auto *loop = std::get_if<std::shared_ptr<netlist::Generate>>(&item)) {
            collect((*loop)->items, modules);
        }
    }
}

void add_after_its_parts(const std::string &name, std::vector<std::string> &order) {
    if (std::find(order.begin(), order.end(), name) != order.end()) {
        return;
    }
    for (const std::string &part : library().at(name)) {
        add_after_its_parts(part, order);
    }
    order.push_back(name);
}

} // namespace

std::vector<std::string> used_by(const netlist::Netlist &netlist) {
    std::set<std::string> used;
    for (const netlist::Module &m : netlist.modules) {
        collect(m.items, used);
    }
    for (const netlist::Module &m : netlist.modules) {
        used.erase(m.name);
    }
    std::vector<std::string> order;
    for (const std::string &name : used) {
        ORRERY_CHECK(library().count(name), "no template {}", name);
        add_after_its_parts(name, order);
    }
    return order;
}

std::vector<std::string> parts_of(const std::string &name) {
    auto it = library().find(name);
    ORRERY_CHECK(it != library().end(), "no template {}", name);
    return it->second;
}

bool is_template(const std::string &name) { return library().count(name) != 0; }

} // namespace Orrery::templates
