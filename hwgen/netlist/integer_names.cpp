#include "hwgen/netlist/integer_names.h"

namespace Orrery::netlist {

namespace {

struct ItemNames {
    std::set<std::string> &names;

    void operator()(const Net &) {}
    void operator()(const Comment &) {}
    void operator()(const Assign &a) {
        collect_names(a.target, names);
        collect_names(a.value, names);
    }
    void operator()(const Register &r) {
        collect_names(r.target, names);
        collect_names(r.value, names);
        collect_names(r.enable, names);
    }
    void operator()(const Instance &instance) {
        for (const Connection &c : instance.connections) {
            collect_names(c.value, names);
        }
    }
    void operator()(const std::shared_ptr<Generate> &g) {
        for (const auto &localparam : g->localparams) {
            collect_names(localparam.second, names);
        }
        collect_names(g->items, names);
    }
};

} // namespace

void collect_names(const Integer &e, std::set<std::string> &names) {
    if (e->op == IntegerOp::Name) {
        names.insert(e->name);
    }
    for (const Integer &a : e->args) {
        collect_names(a, names);
    }
}

void collect_names(const Value &v, std::set<std::string> &names) {
    if (!v) {
        return;
    }
    if (v->op == ValueOp::Localparam) {
        names.insert(v->net);
    }
    if (v->lsb) {
        collect_names(v->lsb, names);
    }
    for (const Value &a : v->args) {
        collect_names(a, names);
    }
}

void collect_names(const std::vector<Item> &items, std::set<std::string> &names) {
    for (const Item &item : items) {
        std::visit(ItemNames{names}, item);
    }
}

} // namespace Orrery::netlist
