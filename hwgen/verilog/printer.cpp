#include "hwgen/verilog/printer.h"
#include "hwgen/verilog/expression.h"
#include "hwgen/verilog/text_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace Orrery::verilog {

using namespace netlist;

namespace {

/// Names of the nets that registers drive, also from within loops.
void collect_registered(const std::vector<Item> &items, std::set<std::string> &names) {
    for (const Item &item : items) {
        if (auto r = std::get_if<Register>(&item)) {
            names.insert(r->target->op == ValueOp::Net ? r->target->net : r->target->args[0]->net);
        } else if (auto loop = std::get_if<std::shared_ptr<Generate>>(&item)) {
            collect_registered((*loop)->items, names);
        }
    }
}

/// Genvars in the order of their first loops.
void collect_genvars(const std::vector<Item> &items, std::vector<std::string> &names) {
    for (const Item &item : items) {
        if (auto loop = std::get_if<std::shared_ptr<Generate>>(&item)) {
            const std::string &name = (*loop)->genvar;
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
            collect_genvars((*loop)->items, names);
        }
    }
}

class Printer {
public:
    explicit Printer(const Module &m) : module(m) {}

    std::string run() {
        out.line("`default_nettype none");
        out.comment(module.purpose.empty() ? module.name : module.purpose);
        ports();
        std::vector<std::string> genvars;
        collect_genvars(module.items, genvars);
        out.indent();
        if (!genvars.empty()) {
            out.line(fmt::format("genvar {};", fmt::join(genvars, ", ")));
        }
        scope(module.items);
        out.outdent();
        out.line("endmodule");
        out.line("`default_nettype wire");
        return out.str();
    }

private:
    const Module &module;
    TextWriter out;
    std::vector<const Register *>
        pending; ///< registers not yet printed: they are gathered into one block

    static const char *sign_text(bool is_signed) { return is_signed ? "signed " : ""; }

    /// "wire [7:0] " and a name.
    struct Declared {
        std::string kind, name;
    };

    /// One declaration of the neighbours of the same kind from `i` on, as many as fit in a line; `i` becomes the next one.
    static std::string neighbours(const std::vector<Declared> &list, size_t &i) {
        const std::string &kind = list[i].kind;
        std::string text = kind + list[i++].name;
        while (i < list.size() && list[i].kind == kind && text.size() + list[i].name.size() < 88) {
            text += ", " + list[i++].name;
        }
        return text;
    }

    void ports() {
        std::set<std::string> registered;
        collect_registered(module.items, registered);
        out.line("module " + module.name + " (");
        out.indent();
        std::vector<Declared> list;
        for (const Port &p : module.ports) {
            const char *kind = p.direction == PortDirection::Input ? "input wire"
                               : registered.count(p.name)          ? "output reg"
                                                                   : "output wire";
            list.push_back({fmt::format("{} {}{}", kind, sign_text(p.is_signed), range_text(p.width)), p.name});
        }
        for (size_t i = 0; i < list.size();) {
            size_t end = i;
            std::string text = neighbours(list, end);
            out.line(text + (end < list.size() ? "," : ""));
            i = end;
        }
        out.outdent();
        out.line(");");
    }

    void scope(const std::vector<Item> &items) {
        std::set<std::string> registered;
        collect_registered(items, registered);
        for (size_t i = 0; i < items.size(); i++) {
            if (auto net = std::get_if<Net>(&items[i])) {
                const Assign *assign =
                    i + 1 < items.size() ? std::get_if<Assign>(&items[i + 1]) : nullptr;
                bool together = assign && assign->target->op == ValueOp::Net &&
                                assign->target->net == net->name;
                if (together || !net->comment.empty()) {
                    declare(*net, registered.count(net->name), together ? assign->value : nullptr);
                    i += together;
                } else {
                    declare_neighbours(items, i, registered);
                }
            } else if (auto assign = std::get_if<Assign>(&items[i])) {
                out.line(fmt::format("assign {} = {};", expression_text(assign->target),
                                     expression_text(assign->value)));
            } else if (auto reg = std::get_if<Register>(&items[i])) {
                pending.push_back(reg);
            } else {
                registers();
                if (!std::holds_alternative<Instance>(items[i])) {
                    out.gap();
                }
                block(items[i]);
            }
        }
        registers();
    }

    /// Nets that stand side by side without a value or a comment of their own; `i` becomes the last one.
    void declare_neighbours(const std::vector<Item> &items, size_t &i, const std::set<std::string> &registered) {
        std::vector<Declared> list;
        for (size_t k = i; k < items.size(); k++) {
            auto net = std::get_if<Net>(&items[k]);
            auto next = k + 1 < items.size() ? std::get_if<Assign>(&items[k + 1]) : nullptr;
            if (!net || !net->comment.empty() ||
                (next && next->target->op == ValueOp::Net && next->target->net == net->name)) {
                break;
            }
            const char *kind = registered.count(net->name) ? "reg" : "wire";
            list.push_back({fmt::format("{} {}{}", kind, sign_text(net->is_signed), range_text(net->width)), net->name});
        }
        for (size_t k = 0; k < list.size();) {
            out.line(neighbours(list, k) + ";");
        }
        i += list.size() - 1;
    }

    void declare(const Net &net, bool is_register, const Value &value) {
        std::string text = fmt::format("{} {}{}{}", is_register ? "reg" : "wire",
                                       sign_text(net.is_signed), range_text(net.width), net.name);
        out.line(text + (value ? " = " + expression_text(value) : "") + ";", net.comment);
    }

    void block(const Item &item) {
        if (auto text = std::get_if<Comment>(&item)) {
            out.comment(text->text);
        } else if (auto i = std::get_if<Instance>(&item)) {
            instance(*i);
        } else if (auto g = std::get_if<std::shared_ptr<Generate>>(&item)) {
            generate(**g);
            out.gap();
        }
    }

    /// One clocked block with a reset and one without for the registers gathered so far.
    void registers() {
        std::vector<const Register *> with_reset, without;
        for (const Register *r : pending) {
            (r->reset ? with_reset : without).push_back(r);
        }
        pending.clear();
        if (!with_reset.empty()) {
            open_clocked();
            out.line("if (rst_i) begin");
            out.indent();
            for (const Register *r : with_reset) {
                out.line(fmt::format("{} <= {};", expression_text(r->target),
                                     expression_text(constant(r->target->width, 0))));
            }
            out.outdent();
            out.line("end else begin");
            out.indent();
            updates(with_reset);
            out.outdent();
            out.line("end");
            close_clocked();
        }
        if (!without.empty()) {
            open_clocked();
            updates(without);
            close_clocked();
        }
    }

    void open_clocked() {
        out.gap();
        out.line("always @(posedge clk_i) begin");
        out.indent();
    }
    void close_clocked() {
        out.outdent();
        out.line("end");
        out.gap();
    }

    /// Neighbours with the same enable share one `if`.
    void updates(const std::vector<const Register *> &registers) {
        std::string enable;
        auto change = [&](const std::string &next) {
            if (!enable.empty() && next != enable) {
                out.outdent();
                out.line("end");
            }
            if (!next.empty() && next != enable) {
                out.line("if (" + next + ") begin");
                out.indent();
            }
            enable = next;
        };
        for (const Register *r : registers) {
            change(r->enable ? expression_text(r->enable) : "");
            out.line(
                fmt::format("{} <= {};", expression_text(r->target), expression_text(r->value)));
        }
        change("");
    }

    void instance(const Instance &i) {
        std::vector<std::string> parameters;
        for (const Parameter &p : i.signature.parameters) {
            parameters.push_back(fmt::format(".{}({})", p.name, parameter_text(p.value)));
        }
        std::string head = i.signature.module + " ";
        if (!parameters.empty()) {
            head += fmt::format("#({}) ", fmt::join(parameters, ", "));
        }
        std::vector<std::string> pins;
        for (const Connection &c : i.connections) {
            pins.push_back(fmt::format(".{}({})", c.pin, c.value ? expression_text(c.value) : ""));
        }
        out.line(head + i.name + " (");
        out.indent();
        for (size_t c = 0; c < pins.size();) {
            std::string text = pins[c++];
            while (c < pins.size() && text.size() + pins[c].size() < 88) {
                text += ", " + pins[c++];
            }
            out.line(text + (c < pins.size() ? "," : ""));
        }
        out.outdent();
        out.line(");");
    }

    void generate(const Generate &g) {
        out.line(fmt::format("for ({0} = 0; {0} < {1}; {0} = {0} + 1) begin : {2}", g.genvar,
                             g.count, g.label));
        out.indent();
        for (const auto &[name, value] : g.localparams) {
            out.line(fmt::format("localparam integer {} = {};", name, integer_text(value)));
        }
        scope(g.items);
        out.outdent();
        out.line("end");
    }
};

} // namespace

std::string print(const Module &module) { return Printer(module).run(); }

} // namespace Orrery::verilog
