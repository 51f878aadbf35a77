#include "fuzz/call_graph.h"

#include <algorithm>

namespace Orrery::fuzz {

namespace HI = Halide::Internal;

namespace {

/// Funcs that a definition reads, by Halide's names.
class Calls : public HI::IRVisitor {
public:
    std::set<std::string> names;

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Call *call) override {
        if (call->call_type == HI::Call::Halide) { // also of an input: Halide wraps it in a Func
            names.insert(call->name);
        }
        HI::IRVisitor::visit(call);
    }
};

std::set<std::string> calls_of(const HI::Definition &definition) {
    Calls calls;
    definition.accept(&calls);
    return calls.names;
}

} // namespace

void CallGraph::add_copy(const std::string &source, const std::string &reader,
                         const std::string &copy) {
    copies_.push_back({source, reader, copy});
}

std::vector<std::string> CallGraph::names() const {
    std::vector<std::string> all;
    for (const NamedFunc &f : layer_.pipeline().funcs) {
        all.push_back(f.name);
    }
    all.insert(all.end(), funcs_.begin(), funcs_.end());
    return all;
}

std::vector<CallGraph::Reader> CallGraph::direct_readers(const std::string &source) const {
    std::vector<Reader> result;
    for (const Copy &c : copies_) {
        if (c.source == source) {
            result.push_back({c.copy, 0});
        }
    }
    // Copies stand in a row: only the first of them, the one that the reader meets, is its own.
    const auto copied = [&](const std::string &wanted, const std::string &reader) {
        return std::any_of(copies_.begin(), copies_.end(),
                           [&](const Copy &c) { return c.source == wanted && c.reader == reader; });
    };
    std::string origin = source;
    std::string only_reader;
    for (bool found = true; found;) { // a copy is read by the one reader that it was made for
        found = false;
        for (const Copy &c : copies_) {
            if (c.copy == origin) {
                origin = c.source;
                only_reader = c.reader;
                found = true;
                break;
            }
        }
    }
    const std::string halide_name = layer_.func(origin).name();
    for (const std::string &name : names()) {
        if ((!only_reader.empty() && name != only_reader) || copied(source, name)) {
            continue;
        }
        const HI::Function f = layer_.func(name).function();
        for (int s = 0; s <= int(f.updates().size()); s++) {
            const HI::Definition definition = s == 0 ? f.definition() : f.update(s - 1);
            if (name != origin && calls_of(definition).count(halide_name)) {
                result.push_back({name, s});
            }
        }
    }
    return result;
}

std::vector<CallGraph::Reader> CallGraph::readers(const std::string &source) const {
    std::vector<Reader> result;
    const auto add = [&](const Reader &r) {
        if (std::none_of(result.begin(), result.end(),
                         [&](const Reader &o) { return o.func == r.func && o.stage == r.stage; })) {
            result.push_back(r);
        }
    };
    for (const Reader &r : direct_readers(source)) {
        if (is_inline(r.func)) {
            for (const Reader &further : readers(r.func)) {
                add(further);
            }
        } else {
            add(r);
        }
    }
    return result;
}

} // namespace Orrery::fuzz
