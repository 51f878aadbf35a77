#include "hwgen/support/error.h"
#include "hwgen/templates/templates.h"

#include <algorithm>
#include <map>
#include <set>

namespace Orrery::templates {

namespace {

struct Entry {
    std::string folder;
    std::vector<std::string> uses; ///< templates that it instantiates
};

const std::map<std::string, Entry> &library() {
    static const std::map<std::string, Entry> entries{
        {"accumulate_port", {"compute", {}}},
        {"address_generator", {"control", {}}},
        {"axi_lite_registers", {"axi", {}}},
        {"axi_read_arbiter", {"axi", {"stream_fifo"}}},
        {"axi_read_stream", {"axi", {"burst_splitter", "byte_queue", "credit_counter", "stream_fifo"}}},
        {"axi_write_stream", {"axi", {"burst_splitter", "byte_queue", "stream_fifo"}}},
        {"bank_offset", {"memory", {"bank_rotator"}}},
        {"bank_rotator", {"memory", {}}},
        {"banked_buffer", {"memory", {"ram_1r1w"}}},
        {"burst_splitter", {"axi", {}}},
        {"byte_queue", {"stream", {}}},
        {"count_ones", {"control", {}}},
        {"credit_counter", {"control", {}}},
        {"delay_line", {"control", {}}},
        {"event_counter", {"control", {}}},
        {"phased_buffer", {"memory", {"banked_buffer"}}},
        {"ram_1r1w", {"memory", {}}},
        {"reduction_tree", {"compute", {}}},
        {"sequencer", {"control", {}}},
        {"slot_pointer", {"control", {}}},
        {"stream_fifo", {"stream", {}}},
        {"token_ring", {"control", {"credit_counter"}}},
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
    for (const std::string &part : library().at(name).uses) {
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
    return it->second.uses;
}

std::string path_of(const std::string &name) {
    auto it = library().find(name);
    ORRERY_CHECK(it != library().end(), "no template {}", name);
    return it->second.folder + "/" + name + ".v";
}

} // namespace Orrery::templates
