#include "hwgen/frontend/restrictions.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;
using Halide::LoopLevel;
using Halide::TailStrategy;

namespace {

/// Finds the first expression that is not made of integers.
class NonInteger : public IRGraphVisitor {
    using IRGraphVisitor::include;
    void include(const Expr &e) override {
        found = found || e.type().is_float() || e.type().is_bfloat();
        IRGraphVisitor::include(e);
    }

public:
    bool found = false;
    void look(const Expr &e) { include(e); }
};

/// Collects the mistakes of all Funcs.
class PipelineCheck {
    const LoweredPipeline &pipeline;
    std::vector<std::string> mistakes;

    template <typename... Args>
    void mistake(fmt::format_string<Args...> format, Args &&...args) {
        mistakes.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

public:
    explicit PipelineCheck(const LoweredPipeline &p) : pipeline(p) {}

    void run(const HardwareSchedule &schedule) {
        check_scope(schedule);
        for (const auto &[name, function] : pipeline.environment) {
            check_function(function);
        }
        for (const Function &output : pipeline.outputs) {
            if (output.has_update_definition()) {
                mistake("Func {}: an output with an update definition is not supported; add a pure "
                        "stage "
                        "after it (result(x, ...) = {}(x, ...)) and make that the output",
                        user_name(output.name()), user_name(output.name()));
            }
        }
        if (!mistakes.empty()) {
            throw UserError(fmt::format("{}", fmt::join(mistakes, "\n")));
        }
    }

private:
    void check_scope(const HardwareSchedule &schedule) {
        std::string outputs;
        bool found = false;
        for (const Function &output : pipeline.outputs) {
            outputs += (outputs.empty() ? "" : ", ") + user_name(output.name());
            found = found || output.name() == schedule.output;
        }
        if (!found || pipeline.outputs.size() != 1) {
            mistake("Func {}: the accelerated Func must be the only output of the pipeline (the "
                    "outputs "
                    "are: {}); parts of a pipeline are not supported yet",
                    user_name(schedule.output), outputs);
        }
    }

    void check_function(const Function &f) {
        const std::string name = user_name(f.name());
        if (f.has_extern_definition()) {
            mistake("Func {}: extern stages have no hardware form; write the stage in Halide",
                    name);
            return;
        }
        if (f.outputs() != 1) {
            mistake("Func {}: tuples are not supported yet; use one Func per element", name);
        }
        check_func_schedule(f, name);
        check_stage(f.name(), 0, f.definition());
        for (size_t i = 0; i < f.updates().size(); i++) {
            check_stage(f.name(), static_cast<int>(i) + 1, f.updates()[i]);
        }
    }

    void check_func_schedule(const Function &f, const std::string &name) {
        const FuncSchedule &schedule = f.schedule();
        if (schedule.memoized()) {
            mistake("Func {}: memoize() has no hardware form; remove it", name);
        }
        if (schedule.async()) {
            mistake(
                "Func {}: async() is not needed, every stage is a process of its own; remove it",
                name);
        }
        if (f.is_tracing_loads() || f.is_tracing_stores() || f.is_tracing_realizations()) {
            mistake("Func {}: trace_loads(), trace_stores() and trace_realizations() have no "
                    "hardware form; remove "
                    "them (orrery simulate --trace writes a waveform)",
                    name);
        }
        if (schedule.ring_buffer().defined()) {
            mistake("Func {}: ring_buffer() is not supported; use buffer(...).slots(n)", name);
        }
        check_storage(f, name);
    }

    /// Storage is what the buffer directive says, and what the accesses need.
    void check_storage(const Function &f, const std::string &name) {
        if (f.schedule().memory_type() != Halide::MemoryType::Auto) {
            mistake("Func {0}: store_in() has no hardware form; say where it is stored with "
                    "buffer({0}, Memory::RegisterFile), Memory::Sram or Memory::Dram",
                    name);
        }
        for (const StorageDim &dim : f.schedule().storage_dims()) {
            if (dim.alignment.defined()) {
                mistake("Func {}: align_storage({}) has no hardware form, since buffers have the "
                        "banks that their lanes need; remove it",
                        name, user_name(dim.var));
            }
            if (dim.bound.defined()) {
                mistake("Func {0}: bound_storage({1}) has no hardware form, since buffers have the "
                        "size that their accesses need; remove it, or give {0}.bound({1}, min, "
                        "extent) if that size has no constant bound",
                        name, user_name(dim.var));
            }
        }
    }

    void check_stage(const std::string &func, int index, const Definition &definition) {
        const std::string label = stage_label(func, index);
        const StageSchedule &schedule = definition.schedule();
        if (!definition.specializations().empty()) {
            mistake("{}: specialize() has no hardware form; write select instead", label);
        }
        if (!schedule.prefetches().empty()) {
            mistake("{}: prefetch() has no hardware form; use a buffer with two slots", label);
        }
        if (schedule.atomic()) {
            mistake("{}: atomic() has no hardware form; remove it", label);
        }
        if (!schedule.fused_pairs().empty() || !schedule.fuse_level().level.is_inlined()) {
            mistake("{}: compute_with() has no hardware form; stages run at the same time anyway",
                    label);
        }
        for (const Split &split : schedule.splits()) {
            if (split.tail == TailStrategy::RoundUpAndBlend ||
                split.tail == TailStrategy::ShiftInwardsAndBlend) {
                mistake("{}: the blending tail strategy of loop {} reads the output back; use "
                        "TailStrategy::GuardWithIf",
                        label, user_name(split.old_var));
            }
        }
        check_dims(label, schedule);
        check_types(label, definition);
    }

    void check_dims(const std::string &label, const StageSchedule &schedule) {
        for (const Dim &dim : schedule.dims()) {
            const bool supported = dim.for_type == ForType::Serial ||
                                   dim.for_type == ForType::Unrolled ||
                                   dim.for_type == ForType::Vectorized;
            if (!supported || (dim.device_api != Halide::DeviceAPI::None &&
                               dim.device_api != Halide::DeviceAPI::Host)) {
                mistake(
                    "{}, loop {}: parallel and GPU loops have no hardware form; use unroll() or "
                    "vectorize() for loops that run in space",
                    label, user_name(dim.var));
            }
        }
    }

    void check_types(const std::string &label, const Definition &definition) {
        NonInteger values;
        for (const Expr &e : definition.values()) {
            values.look(e);
        }
        if (values.found) {
            mistake("{}: floating point has no hardware form; use integers (fixed point)", label);
        }
    }
};

/// Finds variables that neither a loop nor a let defines.
class FreeVariables : public IRVisitor {
    using IRVisitor::visit;
    Scope<> defined;

    void visit(const For *op) override {
        op->min.accept(this);
        op->extent.accept(this);
        ScopedBinding<> bind(defined, op->name);
        op->body.accept(this);
    }
    template <typename LetOrStmt>
    void visit_let(const LetOrStmt *op) {
        op->value.accept(this);
        ScopedBinding<> bind(defined, op->name);
        op->body.accept(this);
    }
    void visit(const Let *op) override { visit_let(op); }
    void visit(const LetStmt *op) override { visit_let(op); }
    void visit(const Variable *op) override {
        if (!defined.contains(op->name) && !first) {
            first = op;
        }
    }

public:
    const Variable *first = nullptr;

    explicit FreeVariables(const std::vector<std::string> &known) {
        for (const std::string &name : known) {
            defined.push(name);
        }
    }
};

/// Name and number of "<tensor>.extent.<d>" and the like.
std::optional<std::pair<std::string, std::string>> size_of_tensor(const std::string &variable) {
    for (const char *what : {".min.", ".extent.", ".stride."}) {
        const size_t at = variable.rfind(what);
        if (at != std::string::npos) {
            return std::make_pair(variable.substr(0, at),
                                  variable.substr(at + std::string(what).size()));
        }
    }
    return std::nullopt;
}

} // namespace

void check_pipeline(const LoweredPipeline &pipeline, const HardwareSchedule &schedule) {
    PipelineCheck(pipeline).run(schedule);
}

void check_free_variables(const Stmt &s, const std::string &output,
                          const std::vector<std::string> &scalars) {
    FreeVariables variables(scalars);
    s.accept(&variables);
    if (!variables.first) {
        return;
    }
    const std::string name = variables.first->name;
    const auto size = size_of_tensor(name);
    if (size && size->first == output) {
        user_error(
            "Func {}: the size of dimension {} of the output is not known; bound the output "
            "({}.bound(var, min, extent) or {}.dim({}).set_bounds(min, extent); set_estimate is "
            "not enough)",
            user_name(output), size->second, user_name(output), user_name(output), size->second);
    }
    if (size) {
        user_error(
            "tensor {}: the size of dimension {} is not known; give {}.dim({}).set_bounds(min, "
            "extent)",
            user_name(size->first), size->second, user_name(size->first), size->second);
    }
    if (variables.first->param.defined()) {
        user_error("parameter {}: it is not among the inputs of the pipeline; add it to the "
                   "arguments, or give none to have them inferred",
                   user_name(name));
    }
    user_error("{} is not known at compile time; bound the Func it belongs to", user_name(name));
}

} // namespace Orrery::frontend
