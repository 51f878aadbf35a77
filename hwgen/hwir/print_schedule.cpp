#include "hwgen/hwir/print.h"

#include <fmt/format.h>

namespace Orrery::hwir {
namespace {

/// Prints the loop nest of one process.
class NestPrinter {
public:
    NestPrinter(const Design &d, int process_index)
        : design(d), index(process_index), p(d.processes[process_index]) {}

    std::string text() {
        out = fmt::format("{} (Func {}, stage {})\n", p.name, p.func, p.stage);
        tokens(0);
        int serial = p.serial_count();
        for (int i = 0; i < serial; i++) {
            line("for {} in 0..{}", p.loops[i].name,
                 print_expr(design.exprs, p.loops[i].extent, p.loops));
            depth++;
            tokens(i + 1);
        }
        lanes(serial);
        body();
        return std::move(out);
    }

private:
    const Design &design;
    int index;
    const Process &p;
    std::string out;
    int depth = 1;

    template <typename... Args>
    void line(fmt::format_string<Args...> format, Args &&...args) {
        out +=
            std::string(2 * depth, ' ') + fmt::format(format, std::forward<Args>(args)...) + "\n";
    }

    /// The buffers whose token is held inside the first `serial` serial loops.
    void tokens(int serial) {
        for (const Buffer &b : design.buffers) {
            for (const TokenUse &use : b.writers) {
                if (use.process == index && use.depth == serial) {
                    line("[fill {}: {} x {}{}]", b.name, fmt::join(b.extents, " x "),
                         type_name(b.type), slots(b));
                }
            }
            for (const TokenUse &use : b.readers) {
                if (use.process == index && use.depth == serial) {
                    line("[read {}{}{}{}]", b.name, slots(b),
                         use.previous ? ", as it was one generation before" : "",
                         use.needed.empty() ? "" : ", from the first elements on");
                }
            }
        }
        for (const Tensor &t : design.tensors) {
            scratch(t, serial);
        }
    }

    void scratch(const Tensor &t, int serial) {
        for (const TokenUse &use : t.writers) {
            if (use.process == index && use.depth == serial) {
                line("[fill {} in DRAM]", t.name);
            }
            if (use.process == index && p.pass_depth == serial) {
                line("[add to {} in DRAM: one pass]", t.name);
            }
        }
        for (const TokenUse &use : t.readers) {
            if (use.process == index && use.depth == serial) {
                line("[read {} from DRAM]", t.name);
            }
        }
    }

    static std::string slots(const Buffer &b) {
        return (b.slides() ? ", sliding" : "") +
               (b.slots == 1 ? "" : fmt::format(", {} slots", b.slots));
    }

    std::string extents(const std::vector<int> &loops) const {
        std::string text;
        for (int l : loops) {
            text += fmt::format("{}{} 0..{}", text.empty() ? "" : ", ", p.loops[l].name,
                                p.loops[l].max_extent);
        }
        return text;
    }

    void lanes(int serial) {
        std::vector<int> rest;
        for (int i = serial; i < int(p.loops.size()); i++) {
            bool placed = false;
            if (p.array) {
                for (const std::vector<int> *axis : {&p.array->rows, &p.array->columns}) {
                    for (int l : *axis) {
                        placed = placed || l == i;
                    }
                }
            }
            if (!placed) {
                rest.push_back(i);
            }
        }
        if (p.array) {
            line("array {} rows ({}){} x {} columns ({}){}", lane_count(p, p.array->rows),
                 extents(p.array->rows), p.array->row_links ? " linked" : "",
                 lane_count(p, p.array->columns), extents(p.array->columns),
                 p.array->column_links ? " linked" : "");
            depth++;
        }
        if (!rest.empty()) {
            line("lanes {}", extents(rest));
            depth++;
        }
    }

    void body() {
        for (ExprId e : p.enables) {
            line("where {}", print_expr(design.exprs, e, p.loops));
        }
        int self = p.accumulation ? p.accumulation->self_load : -1;
        for (int i = 0; i < int(p.loads.size()); i++) {
            if (i != self) {
                line("load {}", print_access(design, p, p.loads[i]));
            }
        }
        std::string verb = p.accumulation ? "accumulate in" : "store";
        line("{} {}", verb, print_access(design, p, p.store));
    }
};

} // namespace

std::string print_schedule(const Design &design) {
    std::string out;
    for (size_t i = 0; i < design.processes.size(); i++) {
        out += (i ? "\n" : "") + NestPrinter(design, int(i)).text();
    }
    return out;
}

} // namespace Orrery::hwir
