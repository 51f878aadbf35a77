#include "hwgen/netlist/integer_names.h"
#include "hwgen/netlist/usage.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace Orrery::netlist {

namespace {

bool is_identifier(const std::string &name) {
    auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), is_word);
}

class Checker {
public:
    explicit Checker(const Module &m) : module(m) {}

    void run() {
        scopes.emplace_back();
        for (const Port &p : module.ports) {
            declare(p.name);
            ORRERY_CHECK(p.width >= 1, "module {}: port {} has {} bits", module.name, p.name,
                         p.width);
        }
        walk(module.items);
    }

private:
    const Module &module;
    std::vector<std::set<std::string>> scopes; ///< names declared, outermost scope first
    std::set<std::string> integers;            ///< genvars and localparams that were used

    void declare(const std::string &name) {
        ORRERY_CHECK(is_identifier(name), "module {}: \"{}\" is no identifier", module.name, name);
        for (const auto &scope : scopes) {
            ORRERY_CHECK(!scope.count(name), "module {}: {} is declared twice", module.name, name);
        }
        scopes.back().insert(name);
    }

    void walk(const std::vector<Item> &items) {
        for (const Item &item : items) {
            std::visit([&](const auto &i) { visit(i); }, item);
        }
    }
    void visit(const Net &n) { declare(n.name); }
    void visit(const Assign &a) {
        collect_names(a.target, integers);
        collect_names(a.value, integers);
    }
    void visit(const Register &r) {
        collect_names(r.target, integers);
        collect_names(r.value, integers);
        collect_names(r.enable, integers);
    }
    void visit(const Instance &instance) {
        declare(instance.name);
        std::map<std::string, const Port *> ports;
        for (const Port &p : instance.signature.ports) {
            ports[p.name] = &p;
        }
        std::set<std::string> connected, parameters;
        for (const Connection &c : instance.connections) {
            ORRERY_CHECK(ports.count(c.pin), "{}.{}: {} has no pin {}", module.name, instance.name,
                         instance.signature.module, c.pin);
            ORRERY_CHECK(connected.insert(c.pin).second, "{}.{}: pin {} is connected twice",
                         module.name, instance.name, c.pin);
            check_connection(instance, *ports.at(c.pin), c.value);
        }
        for (const Port &p : instance.signature.ports) {
            ORRERY_CHECK(connected.count(p.name), "{}.{}: pin {} is not connected", module.name,
                         instance.name, p.name);
        }
        for (const Parameter &p : instance.signature.parameters) {
            ORRERY_CHECK(parameters.insert(p.name).second, "{}.{}: parameter {} is given twice",
                         module.name, instance.name, p.name);
        }
    }
    void check_connection(const Instance &instance, const Port &port, const Value &value) {
        if (!value) {
            ORRERY_CHECK(port.direction == PortDirection::Output, "{}.{}: input pin {} is open",
                         module.name, instance.name, port.name);
            return;
        }
        collect_names(value, integers);
        ORRERY_CHECK(value->width == port.width, "{}.{}: pin {} of {} bits is connected to {} bits",
                     module.name, instance.name, port.name, port.width, value->width);
        ORRERY_CHECK(value->op != ValueOp::Mul,
                     "{}.{}: pin {} is connected to a product: give it a wire", module.name,
                     instance.name, port.name);
    }
    void visit(const std::shared_ptr<Generate> &g) {
        declare(g->label);
        // The genvar is declared in the module, once for all the loops that follow each other with
        // it.
        for (const auto &scope : scopes) {
            ORRERY_CHECK(!scope.count(g->genvar), "module {}: {} is declared twice", module.name,
                         g->genvar);
        }
        scopes.emplace_back();
        declare(g->genvar);
        for (const auto &[name, value] : g->localparams) {
            declare(name);
            collect_names(value, integers);
        }
        std::set<std::string> outer;
        std::swap(outer, integers);
        for (const auto &[name, value] : g->localparams) {
            collect_names(value, integers);
        }
        walk(g->items);
        // Slices of a single iteration are whole nets and need no genvar.
        ORRERY_CHECK(g->count == 1 || integers.count(g->genvar),
                     "module {}: genvar {} of {} is not used", module.name, g->genvar, g->label);
        for (const auto &[name, value] : g->localparams) {
            ORRERY_CHECK(integers.count(name), "module {}: localparam {} is not used", module.name,
                         name);
        }
        integers.insert(outer.begin(), outer.end());
        scopes.pop_back();
    }
    void visit(const Comment &) {}
};

bool same_ports(const std::vector<Port> &a, const std::vector<Port> &b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Port &x, const Port &y) {
        return x.name == y.name && x.direction == y.direction && x.width == y.width &&
               x.is_signed == y.is_signed;
    });
}

template <typename Visit>
void for_each_instance(const std::vector<Item> &items, const Visit &visit) {
    for (const Item &item : items) {
        if (auto instance = std::get_if<Instance>(&item)) {
            visit(*instance);
        } else if (auto loop = std::get_if<std::shared_ptr<Generate>>(&item)) {
            for_each_instance((*loop)->items, visit);
        }
    }
}

void check_instances(const Module &module, const std::map<std::string, const Module *> &earlier,
                     const Netlist &netlist) {
    for_each_instance(module.items, [&](const Instance &instance) {
        const std::string &name = instance.signature.module;
        for (const Connection &c : instance.connections) {
            ORRERY_CHECK(c.value, "{}.{}: pin {} is open: absorb_unused gives it a net",
                         module.name, instance.name, c.pin);
        }
        auto generated = earlier.find(name);
        if (generated != earlier.end()) {
            ORRERY_CHECK(same_ports(generated->second->ports, instance.signature.ports),
                         "{}.{}: the ports of {} differ from its signature", module.name,
                         instance.name, name);
            return;
        }
        bool is_template = std::find(netlist.templates.begin(), netlist.templates.end(), name) !=
                           netlist.templates.end();
        ORRERY_CHECK(is_template, "{}.{}: there is no earlier module or template {}", module.name,
                     instance.name, name);
    });
}

} // namespace

void check_structure(const Module &module) { Checker(module).run(); }

void verify(const Netlist &netlist) {
    std::map<std::string, const Module *> earlier;
    for (const Module &module : netlist.modules) {
        ORRERY_CHECK(is_identifier(module.name), "\"{}\" is no identifier", module.name);
        check_structure(module);
        check_instances(module, earlier, netlist);
        for (const auto &[items, nets] : analyse_usage(module)) {
            const UnreadNet &net = nets.front();
            ORRERY_CHECK(false, "module {}: {}[{} +: {}] is never read", module.name, net.name,
                         net.ranges[0].lsb, net.ranges[0].width);
        }
        ORRERY_CHECK(earlier.emplace(module.name, &module).second, "two modules {}", module.name);
    }
    ORRERY_CHECK(earlier.count(netlist.top), "there is no module {}", netlist.top);
}

} // namespace Orrery::netlist
