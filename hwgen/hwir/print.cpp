#include "hwgen/hwir/print.h"

#include <fmt/format.h>

namespace Orrery::hwir {
namespace {

std::string technology_name(MemoryTechnology technology) {
    switch (technology) {
    case MemoryTechnology::Auto:
        return "auto";
    case MemoryTechnology::Sram:
        return "sram";
    case MemoryTechnology::RegisterFile:
        return "register_file";
    }
    return "";
}

std::string reduce_name(ReduceOp op) {
    switch (op) {
    case ReduceOp::Sum:
        return "sum";
    case ReduceOp::Max:
        return "max";
    case ReduceOp::Min:
        return "min";
    case ReduceOp::Other:
        return "other";
    }
    return "";
}

std::string loop_names(const std::vector<Loop> &loops, const std::vector<int> &which) {
    std::string out;
    for (int l : which) {
        out += (out.empty() ? "" : ", ") + loops.at(l).name;
    }
    return "[" + out + "]";
}

/// `for x in 0..min(4, 13 - 4*xo) at most 4`
std::string loop_text(const ExprPool &pool, const std::vector<Loop> &loops, size_t i) {
    const Loop &loop = loops[i];
    std::string extent = print_expr(pool, loop.extent, loops);
    std::string most = extent == std::to_string(loop.max_extent)
                           ? ""
                           : fmt::format(" at most {}", loop.max_extent);
    return fmt::format("{} {} in 0..{}{}", loop.kind == LoopKind::Lane ? "lane" : "for", loop.name,
                       extent, most);
}

/// Prints one design: members in the order in which they are called.
class DesignPrinter {
public:
    explicit DesignPrinter(const Design &d) : design(d) {}

    std::string text() {
        line("design {}", design.name);
        for (const Scalar &s : design.exprs.scalars()) {
            scalar(s);
        }
        for (const Tensor &t : design.tensors) {
            tensor(t);
        }
        for (const Buffer &b : design.buffers) {
            buffer(b);
        }
        for (const Process &p : design.processes) {
            process(p);
        }
        for (const Stream &s : design.streams) {
            stream(s);
        }
        for (const Requirement &r : design.requirements) {
            line("\nrequire {}: {}", print_expr(design.exprs, r.condition, {}), r.text);
        }
        return std::move(out);
    }

private:
    const Design &design;
    std::string out;

    template <typename... Args>
    void line(fmt::format_string<Args...> format, Args &&...args) {
        out += fmt::format(format, std::forward<Args>(args)...) + "\n";
    }

    void scalar(const Scalar &s) {
        std::string otherwise = s.otherwise ? fmt::format(", default {}", *s.otherwise) : "";
        line("\nscalar {} {} {} to {}{}", s.name, type_name(s.type), s.range.min, s.range.max,
             otherwise);
    }

    void tensor(const Tensor &t) {
        line("\ntensor {} {}{} {}", t.name, type_name(t.type), t.is_boolean ? " (bool)" : "",
             t.direction == Direction::Input    ? "input"
             : t.direction == Direction::Output ? "output"
                                                : "scratch");
        for (size_t d = 0; d < t.dimensions.size(); d++) {
            const Dimension &dim = t.dimensions[d];
            line("    dimension {}: min {}, extent {}, stride {}", d, size(dim.min),
                 size(dim.extent), size(dim.stride));
        }
        line("    bus_bits {}, outstanding_bursts {}, max_burst_beats {}", t.bus_bits,
             t.outstanding_bursts, t.max_burst_beats);
        for (const TokenUse &use : t.writers) {
            token("writer", use);
        }
        for (const TokenUse &use : t.readers) {
            token("reader", use);
        }
    }

    std::string size(const Size &s) const {
        return s.is_constant()
                   ? std::to_string(s.most)
                   : fmt::format("{} at most {}", print_expr(design.exprs, s.expr, {}), s.most);
    }

    void token(const char *role, const TokenUse &use) {
        const Process &p = design.processes.at(use.process);
        line("    {} {} depth {}{}{}", role, p.name, use.depth,
             use.slide > 0 ? fmt::format(" lifetime {}", use.lifetime()) : "",
             use.previous ? ", of the previous generation" : "");
        for (const Index &needed : use.needed) {
            line("        needs progress > {}", print_index(design.exprs, needed, p.loops));
        }
    }

    void buffer(const Buffer &b) {
        line("\nbuffer {} {}[{}] of Func {}", b.name, type_name(b.type), fmt::join(b.extents, ", "),
             b.func);
        line("    technology {}, slots {}", technology_name(b.technology), b.slots);
        for (const TokenUse &use : b.writers) {
            token("writer", use);
        }
        if (b.progress) {
            const Process &last = design.processes.at(b.writers.back().process);
            line("        progress {}", print_index(design.exprs, *b.progress, last.loops));
        }
        for (const TokenUse &use : b.readers) {
            token("reader", use);
        }
        if (!b.banks.empty()) {
            line("    banks [{}]", fmt::join(b.banks, ", "));
        }
        if (!b.packed.empty()) {
            std::string packed;
            for (bool p : b.packed) {
                packed += fmt::format("{}{}", packed.empty() ? "" : ", ", p ? "yes" : "no");
            }
            line("    packed [{}]", packed);
        }
        for (const ReadPort &port : b.read_ports) {
            line("    read_port {} loads [{}]", design.processes.at(port.process).name,
                 fmt::join(port.loads, ", "));
        }
    }

    void process(const Process &p) {
        line("\nprocess {} of Func {} stage {}", p.name, p.func, p.stage);
        for (size_t i = 0; i < p.loops.size(); i++) {
            line("    {}", loop_text(design.exprs, p.loops, i));
        }
        for (ExprId e : p.enables) {
            line("    enable {}", print_expr(design.exprs, e, p.loops));
        }
        for (size_t i = 0; i < p.loads.size(); i++) {
            line("    load{} = {}", i, print_access(design, p, p.loads[i]));
        }
        line("    store {}", print_access(design, p, p.store));
        values(p);
        if (p.pass_depth >= 0) {
            line("    passes at depth {}", p.pass_depth);
        }
        if (p.array) {
            line("    array rows {}{} columns {}{}", loop_names(p.loops, p.array->rows),
                 p.array->row_links ? " linked" : "", loop_names(p.loops, p.array->columns),
                 p.array->column_links ? " linked" : "");
        }
    }

    void values(const Process &p) {
        std::vector<ExprId> roots{p.value};
        if (p.accumulation) {
            roots.insert(roots.end(), {p.accumulation->increment, p.accumulation->init});
        }
        const ExprNames names = name_shared(design.exprs, roots);
        for (const auto &[id, name] : names) {
            line("    {} = {} {}", name, type_name(design.exprs[id].type),
                 print_definition(design.exprs, id, p.loops, names));
        }
        if (p.value.defined()) {
            line("    value {}", typed(p.value, p.loops, names));
        }
        if (p.accumulation) {
            accumulation(p, *p.accumulation, names);
        }
    }

    void accumulation(const Process &p, const Accumulation &a, const ExprNames &names) {
        line("    accumulate {} self load{} first_visit {}", reduce_name(a.op), a.self_load,
             loop_names(p.loops, a.first_visit));
        if (a.increment.defined()) {
            line("        increment {}", typed(a.increment, p.loops, names));
        }
        if (a.init.defined()) {
            line("        init {}", typed(a.init, p.loops, names));
        }
    }

    std::string typed(ExprId id, const std::vector<Loop> &loops, const ExprNames &names) const {
        return fmt::format("{} {}", type_name(design.exprs[id].type),
                           print_expr(design.exprs, id, loops, names));
    }

    void stream(const Stream &s) {
        const Process &p = design.processes.at(s.process);
        std::string access = s.load < 0 ? "store" : fmt::format("load{}", s.load);
        line("\nstream {} of tensor {} for {}.{}", s.name, design.tensors.at(s.tensor).name, p.name,
             access);
        line("    lanes {}{}", loop_names(p.loops, s.lanes), s.shifted ? " shifted" : "");
        const Descriptor &d = s.descriptor;
        for (size_t i = 0; i < d.loops.size(); i++) {
            line("    {}", loop_text(design.exprs, d.loops, i));
        }
        for (ExprId e : d.conditions) {
            line("    condition {}", print_expr(design.exprs, e, d.loops));
        }
        line("    start {}", print_start(design.exprs, d.start, d.loops));
        line("    length {} at most {}", print_expr(design.exprs, d.length, d.loops), d.max_length);
    }
};

} // namespace

std::string print_access(const Design &design, const Process &process, const Access &access) {
    const std::string &name = access.kind == MemoryKind::Buffer
                                  ? design.buffers.at(access.memory).name
                                  : design.tensors.at(access.memory).name;
    std::string indices;
    for (const Index &index : access.indices) {
        indices += (indices.empty() ? "" : ", ") + print_index(design.exprs, index, process.loops);
    }
    std::string out = fmt::format(
        "{} {}[{}]", access.kind == MemoryKind::Buffer ? "buffer" : "tensor", name, indices);
    for (size_t i = 0; i < access.predicate.size(); i++) {
        out +=
            (i ? " and " : " if ") + print_expr(design.exprs, access.predicate[i], process.loops);
    }
    return out;
}

std::string print(const Design &design) { return DesignPrinter(design).text(); }

} // namespace Orrery::hwir
