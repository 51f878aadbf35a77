#include "hwgen/netlist/usage.h"
#include "hwgen/support/error.h"

namespace Orrery::netlist {

namespace {

enum class Driver { None, Assignment, Register };

struct NetState {
    int order = 0; ///< position among the nets of its scope
    int width = 1;
    bool is_signed = false, is_input = false, is_output = false;
    Driver driver = Driver::None;
    BitSet driven, read;
};

/// One scope: the module or one iteration of a generate loop.
struct Frame {
    const std::vector<Item> *items = nullptr;
    std::map<std::string, NetState> nets;
};

std::vector<BitRange> ranges_outside(const BitSet &set, int width) {
    std::vector<BitRange> ranges;
    for (int bit = 0; bit < width; bit++) {
        if (set.contains(bit)) {
            continue;
        }
        if (ranges.empty() || ranges.back().lsb + ranges.back().width != bit) {
            ranges.push_back({bit, 0});
        }
        ranges.back().width++;
    }
    return ranges;
}

class Walker {
public:
    explicit Walker(const Module &m) : module(m) {}

    UnreadNets run() {
        frames.emplace_back();
        frames.back().items = &module.items;
        for (const Port &p : module.ports) {
            declare(p.name, p.width, p.is_signed);
            NetState &net = frames.back().nets.at(p.name);
            net.is_input = p.direction == PortDirection::Input;
            net.is_output = !net.is_input;
        }
        walk(module.items);
        leave_frame();
        return collect();
    }

private:
    const Module &module;
    std::vector<Frame> frames;
    std::map<std::string, int64_t> integers; ///< genvars and localparams in scope

    struct Unread {
        NetState net;
        BitSet unread;
    };
    std::map<const std::vector<Item> *, std::map<std::string, Unread>> unread_nets;

    void declare(const std::string &name, int width, bool is_signed) {
        NetState net;
        net.order = int(frames.back().nets.size());
        net.width = width;
        net.is_signed = is_signed;
        net.driven = BitSet(width);
        net.read = BitSet(width);
        frames.back().nets.emplace(name, std::move(net));
    }

    NetState &find(const std::string &name) {
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
            auto net = frame->nets.find(name);
            if (net != frame->nets.end()) {
                return net->second;
            }
        }
        ORRERY_CHECK(false, "module {}: {} is used before its declaration", module.name, name);
    }

    /// Bits that a Net or Slice refers to.
    BitRange range_of(const ValueNode &v, const std::string &name, const NetState &net) {
        if (v.op == ValueOp::Net) {
            ORRERY_CHECK(v.width == net.width && v.is_signed == net.is_signed,
                         "module {}: {} is declared with {} bits and used with {}", module.name,
                         name, net.width, v.width);
            return {0, net.width};
        }
        int64_t lsb = evaluate(v.lsb, integers);
        ORRERY_CHECK(lsb >= 0 && lsb + v.width <= net.width,
                     "module {}: bits [{} +: {}] of {} with {} bits", module.name, lsb, v.width,
                     name, net.width);
        return {lsb, v.width};
    }

    void read(const Value &value) {
        const ValueNode &v = *value;
        if (v.op == ValueOp::Net || v.op == ValueOp::Slice) {
            const std::string &name = v.op == ValueOp::Net ? v.net : v.args[0]->net;
            NetState &net = find(name);
            BitRange range = range_of(v, name, net);
            net.read.add(range.lsb, range.width);
            return;
        }
        if (v.op == ValueOp::Localparam) {
            ORRERY_CHECK(integers.count(v.net), "module {}: localparam {} is not in scope",
                         module.name, v.net);
        }
        for (const Value &a : v.args) {
            read(a);
        }
    }

    void read_net(const std::string &name) {
        NetState &net = find(name);
        ORRERY_CHECK(net.width == 1, "module {}: {} has {} bits", module.name, name, net.width);
        net.read.add(0, 1);
    }

    void drive(const Value &target, Driver driver) {
        ORRERY_CHECK(target->op == ValueOp::Net || target->op == ValueOp::Slice,
                     "module {}: an expression is driven", module.name);
        const std::string &name = target->op == ValueOp::Net ? target->net : target->args[0]->net;
        NetState &net = find(name);
        ORRERY_CHECK(!net.is_input, "module {}: input {} is driven", module.name, name);
        ORRERY_CHECK(net.driver == Driver::None || net.driver == driver,
                     "module {}: {} is driven by a register and by something else", module.name,
                     name);
        net.driver = driver;
        BitRange range = range_of(*target, name, net);
        ORRERY_CHECK(!net.driven.add(range.lsb, range.width),
                     "module {}: {}[{} +: {}] is driven twice", module.name, name, range.lsb,
                     range.width);
    }

    void walk(const std::vector<Item> &items) {
        for (const Item &item : items) {
            std::visit([&](const auto &i) { visit(i); }, item);
        }
    }
    void visit(const Net &n) { declare(n.name, n.width, n.is_signed); }
    void visit(const Assign &a) {
        read(a.value);
        drive(a.target, Driver::Assignment);
    }
    void visit(const Register &r) {
        read(r.value);
        read_net("clk_i");
        if (r.enable) {
            read(r.enable);
        }
        if (r.reset) {
            read_net("rst_i");
        }
        drive(r.target, Driver::Register);
    }
    void visit(const Instance &instance) {
        std::map<std::string, PortDirection> directions;
        for (const Port &p : instance.signature.ports) {
            directions[p.name] = p.direction;
        }
        for (const Connection &c : instance.connections) {
            if (c.value && directions.at(c.pin) == PortDirection::Input) {
                read(c.value);
            } else if (c.value) {
                drive(c.value, Driver::Assignment);
            }
        }
    }
    void visit(const std::shared_ptr<Generate> &g) {
        for (int64_t i = 0; i < g->count; i++) {
            integers[g->genvar] = i;
            for (const auto &[name, value] : g->localparams) {
                integers[name] = evaluate(value, integers);
            }
            frames.emplace_back();
            frames.back().items = &g->items;
            walk(g->items);
            leave_frame();
        }
        integers.erase(g->genvar);
        for (const auto &[name, value] : g->localparams) {
            integers.erase(name);
        }
    }
    void visit(const Comment &) {}

    void leave_frame() {
        for (auto &[name, net] : frames.back().nets) {
            if (!net.is_input) {
                std::vector<BitRange> missing = ranges_outside(net.driven, net.width);
                ORRERY_CHECK(missing.empty(), "module {}: {}[{} +: {}] is not driven", module.name,
                             name, missing[0].lsb, missing[0].width);
            }
            if (!net.is_output && name.find("unused") == std::string::npos) {
                note_unread(name, net);
            }
        }
        frames.pop_back();
    }

    void note_unread(const std::string &name, const NetState &net) {
        std::vector<BitRange> ranges = ranges_outside(net.read, net.width);
        if (ranges.empty()) {
            return;
        }
        auto &entry = unread_nets[frames.back().items]
                          .try_emplace(name, Unread{net, BitSet(net.width)})
                          .first->second;
        for (const BitRange &r : ranges) {
            entry.unread.add(r.lsb, r.width);
        }
    }

    UnreadNets collect() {
        UnreadNets result;
        for (const auto &[items, nets] : unread_nets) {
            std::map<int, UnreadNet> by_order;
            for (const auto &[name, entry] : nets) {
                BitSet rest(
                    entry.net.width); // the complement, so that the ranges outside are those unread
                for (int bit = 0; bit < entry.net.width; bit++) {
                    if (!entry.unread.contains(bit)) {
                        rest.add(bit, 1);
                    }
                }
                by_order[entry.net.order] = {name, entry.net.width, entry.net.is_signed,
                                             ranges_outside(rest, entry.net.width)};
            }
            for (auto &[order, net] : by_order) {
                result[items].push_back(std::move(net));
            }
        }
        return result;
    }
};

} // namespace

UnreadNets analyse_usage(const Module &module) { return Walker(module).run(); }

} // namespace Orrery::netlist
