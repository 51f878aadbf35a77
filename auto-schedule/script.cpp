#include "auto-schedule/script.h"

#include "halide-fork/directives.h"

namespace Orrery::scheduling {
using namespace Halide;

namespace {

std::string joined(const std::vector<std::string> &parts) {
    std::string text;
    for (const std::string &part : parts) {
        text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

std::string list_of(const std::vector<NamedLoop> &loops) {
    std::vector<std::string> names;
    for (const NamedLoop &l : loops) {
        names.push_back(l.text);
    }
    return joined(names);
}

std::vector<VarOrRVar> loops_of(const std::vector<NamedLoop> &loops) {
    std::vector<VarOrRVar> result;
    for (const NamedLoop &l : loops) {
        result.push_back(l.loop);
    }
    return result;
}

std::string declaration(const char *type, const std::vector<std::string> &names) {
    std::vector<std::string> parts;
    for (const std::string &name : names) {
        parts.push_back(name + "(\"" + name + "\")");
    }
    return names.empty() ? "" : std::string(type) + " " + joined(parts) + ";\n";
}

} // namespace

NamedLoop Script::loop(const std::string &name, bool reduction) {
    (reduction ? rvars_ : vars_).push_back(name);
    return {reduction ? VarOrRVar(RVar(name)) : VarOrRVar(Var(name)), name};
}

NamedFunc Script::copy(const std::string &name, const NamedFunc &func, const NamedFunc &user) {
    statements_.push_back("Func " + name + " = " + func.text + ".in(" + user.text + ");");
    return {Func(func.func).in(user.func), name};
}

NamedStage Script::update(const NamedFunc &func) {
    return {Func(func.func).update(), func.text + ".update()"};
}

NamedStage Script::pure(const NamedFunc &func) { return {Stage(func.func), func.text}; }

void Script::split(NamedStage &stage, const NamedLoop &old, const NamedLoop &outer,
                   const NamedLoop &inner, int factor) {
    statements_.push_back(stage.text + ".split(" + list_of({old, outer, inner}) + ", " +
                          std::to_string(factor) + ", TailStrategy::GuardWithIf);");
    stage.stage.split(old.loop, outer.loop, inner.loop, factor, TailStrategy::GuardWithIf);
}

void Script::reorder(NamedStage &stage, const std::vector<NamedLoop> &innermost_first) {
    statements_.push_back(stage.text + ".reorder(" + list_of(innermost_first) + ");");
    stage.stage.reorder(loops_of(innermost_first));
}

void Script::vectorize(NamedStage &stage, const NamedLoop &loop) {
    statements_.push_back(stage.text + ".vectorize(" + loop.text + ");");
    stage.stage.vectorize(loop.loop);
}

void Script::widen(NamedFunc &func, int dimension, int width, bool first) {
    statements_.push_back(func.text + (first ? ".vectorize(" : ".unroll(") + func.text +
                          ".args()[" + std::to_string(dimension) + "], " + std::to_string(width) +
                          ", TailStrategy::GuardWithIf);");
    const Var variable = func.func.args()[dimension];
    if (first) {
        func.func.vectorize(variable, width, TailStrategy::GuardWithIf);
    } else {
        func.func.unroll(variable, width, TailStrategy::GuardWithIf);
    }
}

void Script::innermost(NamedFunc &func, int dimension) {
    const std::vector<Var> args = func.func.args();
    std::vector<VarOrRVar> order{args[size_t(dimension)]};
    std::string text = func.text + ".args()[" + std::to_string(dimension) + "]";
    for (int d = 0; d < int(args.size()); d++) {
        if (d != dimension) {
            order.push_back(args[size_t(d)]);
            text += ", " + func.text + ".args()[" + std::to_string(d) + "]";
        }
    }
    statements_.push_back(func.text + ".reorder(" + text + ");");
    func.func.reorder(order);
}

void Script::compute_root(NamedFunc &func) {
    statements_.push_back(func.text + ".compute_root();");
    func.func.compute_root();
}

void Script::compute_at(NamedFunc &func, const NamedFunc &user, const NamedLoop &loop) {
    statements_.push_back(func.text + ".compute_at(" + user.text + ", " + loop.text + ");");
    if (loop.loop.is_rvar) {
        func.func.compute_at(user.func, loop.loop.rvar);
    } else {
        func.func.compute_at(user.func, loop.loop.var);
    }
}

void Script::accelerate(const NamedFunc &output) {
    statements_.push_back("Orrery::Accelerator hw = Orrery::accelerate(" + output.text + ");");
    hardware_.push_back(Directives::find_scope(output.func.function())
                            ? accelerator_of(output.func)
                            : Orrery::accelerate(output.func));
}

void Script::pe_array(const NamedStage &stage, const std::vector<NamedLoop> &rows,
                      const std::vector<NamedLoop> &columns) {
    statements_.push_back("hw.pe_array(" + stage.text + ", {" + list_of(rows) + "}, {" +
                          list_of(columns) + "});");
    hardware_.at(0).pe_array(stage.stage, loops_of(rows), loops_of(columns));
}

void Script::systolic(const NamedStage &stage) {
    statements_.push_back("hw.systolic(" + stage.text + ");");
    hardware_.at(0).systolic(stage.stage);
}

void Script::buffer(const NamedFunc &func, bool registers, int slots) {
    statements_.push_back("hw.buffer(" + func.text +
                          (registers ? ", Orrery::Memory::RegisterFile" : "") + ").slots(" +
                          std::to_string(slots) + ");");
    hardware_.at(0)
        .buffer(func.func, registers ? Orrery::Memory::RegisterFile : Orrery::Memory::Auto)
        .slots(slots);
}

void Script::port(const NamedFunc &tensor, int bus_bits, int outstanding_bursts) {
    std::string text = "hw.port(" + tensor.text + ")";
    PortSettings port = hardware_.at(0).port(tensor.func);
    if (bus_bits != 0) {
        text += ".bus_bits(" + std::to_string(bus_bits) + ")";
        port.bus_bits(bus_bits);
    }
    if (outstanding_bursts != 0) {
        text += ".outstanding(" + std::to_string(outstanding_bursts) + ")";
        port.outstanding(outstanding_bursts);
    }
    statements_.push_back(text + ";");
}

std::string Script::text() const {
    std::string text = declaration("Var", vars_) + declaration("RVar", rvars_);
    for (const std::string &statement : statements_) {
        text += statement + "\n";
    }
    return text;
}

} // namespace Orrery::scheduling
