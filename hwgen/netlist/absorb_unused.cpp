#include "hwgen/netlist/integer_names.h"
#include "hwgen/netlist/usage.h"
#include "hwgen/support/error.h"

namespace Orrery::netlist {

namespace {

/// Gives every open output pin a net, declared in front of its instance.
void close_pins(std::vector<Item> &items) {
    std::vector<Item> result;
    for (Item &item : items) {
        if (auto loop = std::get_if<std::shared_ptr<Generate>>(&item)) {
            close_pins((*loop)->items);
        } else if (auto instance = std::get_if<Instance>(&item)) {
            for (Connection &c : instance->connections) {
                for (const Port &p : instance->signature.ports) {
                    if (!c.value && p.name == c.pin && p.direction == PortDirection::Output) {
                        c.value = Scope(result).net(instance->name + "_" + c.pin + "_unused",
                                                    p.width, p.is_signed);
                    }
                }
            }
        }
        result.push_back(std::move(item));
    }
    items = std::move(result);
}

/// Removes the localparams of generate loops that nothing uses, from the last one to the first.
void drop_localparams(std::vector<Item> &items) {
    for (Item &item : items) {
        auto found = std::get_if<std::shared_ptr<Generate>>(&item);
        if (!found) {
            continue;
        }
        Generate &loop = **found;
        drop_localparams(loop.items);
        std::set<std::string> used;
        collect_names(loop.items, used);
        std::vector<std::pair<std::string, Integer>> kept;
        for (auto i = loop.localparams.rbegin(); i != loop.localparams.rend(); ++i) {
            if (used.count(i->first)) {
                collect_names(i->second, used);
                kept.insert(kept.begin(), *i);
            }
        }
        loop.localparams = std::move(kept);
    }
}

Value unread_part(const UnreadNet &net, const BitRange &range) {
    std::vector<Item> scratch; // only the value is wanted
    Value whole = Scope(scratch).net(net.name, net.width, net.is_signed);
    return range.width == net.width ? whole : slice(whole, range.lsb, range.width);
}

void absorb(std::vector<Item> &items, const std::string &wire_name, const UnreadNets &unread) {
    for (Item &item : items) {
        if (auto loop = std::get_if<std::shared_ptr<Generate>>(&item)) {
            absorb((*loop)->items, (*loop)->label + "_unused_ok", unread);
        }
    }
    auto nets = unread.find(&items);
    if (nets == unread.end()) {
        return;
    }
    std::vector<Value> parts = {constant(1, 0)};
    for (const UnreadNet &net : nets->second) {
        for (const BitRange &range : net.ranges) {
            parts.push_back(unread_part(net, range));
        }
    }
    Scope(items).wire(wire_name, unary(ValueOp::ReduceAnd, concat(std::move(parts))));
}

} // namespace

void absorb_unused(Module &module) {
    close_pins(module.items);
    drop_localparams(module.items);
    check_structure(module);
    absorb(module.items, "unused_ok", analyse_usage(module));
}

} // namespace Orrery::netlist
