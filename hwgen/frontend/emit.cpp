#include "hwgen/frontend/emit.h"

#include "hwgen/frontend/affine.h"
#include "hwgen/frontend/assumptions.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// Identifiers of one table: the user's names, with a number where two would be the same.
class Identifiers {
    std::set<std::string> taken;

public:
    std::string claim(const std::string &halide_name) {
        std::string name = user_name(halide_name);
        for (char &c : name) {
            if (!std::isalnum(static_cast<unsigned char>(c))) {
                c = '_';
            }
        }
        return claim_exactly(name);
    }

    std::string claim_exactly(const std::string &name) {
        std::string candidate = name;
        for (int n = 2; !taken.insert(candidate).second; n++) {
            candidate = name + "_" + std::to_string(n);
        }
        return candidate;
    }
};

/// Places of the memories in the design's tables, by Halide's names.
struct Memories {
    std::map<std::string, int> buffers, tensors;
};

/// Writes one stage as a process.
class ProcessEmitter {
    const Network &network;
    const Memories &memories;
    hwir::Design &design;
    const Stage &stage;
    const std::string label;
    const CounterSpace space;
    std::map<LevelId, int> loops; // number of each level in the process

public:
    ProcessEmitter(const Network &n, const Memories &m, hwir::Design &d, const Stage &s)
        : network(n), memories(m), design(d), stage(s), label(stage_label(s)), space(n.levels) {
        for (const SequencerLevel &level : stage.serial) {
            loops.emplace(level.level, static_cast<int>(loops.size()));
        }
        for (LevelId lane : stage.lanes) {
            loops.emplace(lane, static_cast<int>(loops.size()));
        }
    }

    hwir::Process run(const std::string &name) {
        hwir::Process process;
        process.name = name;
        process.func = user_name(stage.func);
        process.stage = stage.index;
        emit_loops(process);
        for (const Expr &e : stage.enables) {
            process.enables.push_back(translate(e));
        }
        for (const StageAccess &load : stage.loads) {
            process.loads.push_back(access(load));
        }
        process.store = access(stage.store);
        process.value = translate(stage.value);
        if (stage.self_load >= 0) {
            emit_accumulation(process);
        }
        return process;
    }

    /// Numbers of the array's loops. Loops of one iteration are gone from the nest and from the array.
    std::vector<int> array_axis(const std::vector<std::string> &names,
                                const StageSchedule &schedule) const {
        std::vector<int> axis;
        for (const std::string &name : names) {
            check_dimension(name, schedule);
            for (const auto &[level, number] : loops) {
                const Level &l = network.levels[level];
                if (stage_of_loop(l.loop) != std::make_pair(stage.func, stage.index) ||
                    !is_dimension(l.loop, name)) {
                    continue;
                }
                if (l.kind != LevelKind::Lane) {
                    user_error("{}, loop {}: a loop of a processing-element array must be unrolled",
                               label, user_name(name));
                }
                axis.push_back(number);
            }
        }
        return axis;
    }

private:
    hwir::ExprId translate(const Expr &e) {
        return Translator(design.exprs, loops, label).translate(e);
    }

    void check_dimension(const std::string &name, const StageSchedule &schedule) const {
        std::string known;
        for (const Dim &dim : schedule.dims()) {
            if (is_dimension(dim.var, name)) {
                return;
            }
            if (dim.var != Halide::Var::outermost().name()) {
                known += (known.empty() ? "" : ", ") + user_name(dim.var);
            }
        }
        user_error("{}: the array names loop {}, which the stage does not have; its loops are {}", label,
                   user_name(name), known);
    }

    void emit_loops(hwir::Process &process) {
        Identifiers names;
        for (const SequencerLevel &s : stage.serial) {
            const Level &level = network.levels[s.level];
            hwir::Loop loop;
            loop.name = names.claim_exactly(level.kind == LevelKind::Guard
                                                ? "guard"
                                                : loop_label(level.loop));
            loop.extent = translate(s.extent);
            loop.max_extent = level.max_extent;
            process.loops.push_back(std::move(loop));
        }
        for (LevelId lane : stage.lanes) {
            const Level &level = network.levels[lane];
            hwir::Loop loop;
            loop.name = names.claim_exactly(loop_label(level.loop));
            loop.kind = hwir::LoopKind::Lane;
            loop.max_extent = level.max_extent;
            loop.extent = design.exprs.constant(level.max_extent);
            process.loops.push_back(std::move(loop));
        }
    }

    hwir::Access access(const StageAccess &a) {
        hwir::Access result;
        result.kind = a.is_tensor ? hwir::MemoryKind::Tensor : hwir::MemoryKind::Buffer;
        const auto &table = a.is_tensor ? memories.tensors : memories.buffers;
        auto memory = table.find(a.memory);
        ORRERY_CHECK(memory != table.end(), "{} accesses {}, which is no memory", label, a.memory);
        result.memory = memory->second;

        const std::string where =
            fmt::format("{}, access to {}", label, user_name(a.memory));
        const Translator translator(design.exprs, loops, label);
        const Assumptions assumptions = assumptions_at(a);
        const Storage *storage = a.is_tensor ? nullptr : network.find_storage(a.memory);
        for (size_t d = 0; d < a.coordinates.size(); d++) {
            const Expr origin =
                storage ? storage->min[d]
                        : Expr(static_cast<int>(
                              design.tensors[result.memory].dimensions[d].min));
            const AffineForm form =
                affine_form(assumptions.reduce(simplify(a.coordinates[d] - origin)),
                            network.levels, where);
            result.indices.push_back(translate_index(form, loops, translator));
        }
        for (size_t d = 0; storage && d < storage->lane_dims.size(); d++) {
            AffineForm lane;
            lane.coefficients[storage->lane_dims[d]] = 1;
            result.indices.push_back(translate_index(lane, loops, translator));
        }
        for (const Expr &condition : a.predicate) {
            result.predicate.push_back(translate(condition));
        }
        return result;
    }

    /// What holds wherever the access happens.
    Assumptions assumptions_at(const StageAccess &a) const {
        Assumptions assumptions(space);
        for (LevelId id : stage.nest) {
            const Level &level = network.levels[id];
            if (level.kind == LevelKind::Guard) {
                assumptions.add(level.condition);
            }
        }
        for (const Expr &c : stage.enables) {
            assumptions.add(c);
        }
        for (const Expr &c : a.predicate) {
            assumptions.add(c);
        }
        return assumptions;
    }

    void emit_accumulation(hwir::Process &process) {
        hwir::Accumulation accumulation;
        accumulation.self_load = stage.self_load;
        accumulation.op = stage.op;
        if (stage.op != hwir::ReduceOp::Other) {
            accumulation.increment = translate(stage.increment);
        }
        if (stage.init.defined()) {
            accumulation.init = translate(stage.init);
            for (LevelId level : stage.first_visit) {
                accumulation.first_visit.push_back(loops.at(level));
            }
            restrict_to_first_visit(process, accumulation);
        }
        process.accumulation = accumulation;
    }

    /// What only the initial value needs is read only there.
    void restrict_to_first_visit(hwir::Process &process,
                                 const hwir::Accumulation &accumulation) {
        const hwir::ExprId zero = design.exprs.constant(0);
        for (size_t i = stage.init_loads_from; i < process.loads.size(); i++) {
            for (int loop : accumulation.first_visit) {
                process.loads[i].predicate.push_back(design.exprs.make(
                    hwir::Op::Equal, hwir::boolean, {design.exprs.counter(loop), zero}));
            }
        }
    }
};

class DesignEmitter {
    const Network &network;
    const HardwareSchedule &schedule;
    const std::map<std::string, Function> &environment;
    hwir::Design design;
    Memories memories;

public:
    DesignEmitter(const Network &n, const HardwareSchedule &s,
                  const std::map<std::string, Function> &e)
        : network(n), schedule(s), environment(e) {}

    hwir::Design run(std::vector<hwir::Tensor> tensors, const std::string &name) {
        design.name = name;
        design.tensors = std::move(tensors);
        name_tensors();
        emit_buffers();
        emit_processes();
        connect_buffers();
        return std::move(design);
    }

private:
    void name_tensors() {
        Identifiers names;
        for (size_t i = 0; i < design.tensors.size(); i++) {
            hwir::Tensor &tensor = design.tensors[i];
            memories.tensors[tensor.name] = static_cast<int>(i);
            tensor.name = names.claim(tensor.name);
        }
    }

    void emit_buffers() {
        Identifiers names;
        for (const Storage &storage : network.storages) {
            hwir::Buffer buffer;
            buffer.name = names.claim(storage.func);
            buffer.func = user_name(storage.func);
            buffer.type = translate_type(storage.type, "Func " + buffer.func);
            buffer.extents = storage.max_extents;
            for (LevelId lane : storage.lane_dims) {
                buffer.extents.push_back(network.levels[lane].max_extent);
            }
            memories.buffers[storage.func] = static_cast<int>(design.buffers.size());
            design.buffers.push_back(std::move(buffer));
        }
        for (const auto &[func, directive] : schedule.buffers) {
            apply_directive(func, directive);
        }
    }

    void apply_directive(const std::string &func, const BufferDirective &directive) {
        auto buffer = memories.buffers.find(func);
        if (buffer == memories.buffers.end()) {
            const bool is_output = func == network.output;
            user_error("buffer({}): {}", user_name(func),
                       is_output ? "the output is stored in DRAM and has no buffer; name a Func that is "
                                   "computed inside the scope"
                                 : "the Func is computed where it is used and has no buffer; give it "
                                   "compute_at or compute_root");
        }
        if (directive.slots < 1) {
            user_error("buffer({}): {} slots; at least 1 is needed", user_name(func),
                       directive.slots);
        }
        design.buffers[buffer->second].slots = directive.slots;
        design.buffers[buffer->second].technology = directive.technology;
    }

    void emit_processes() {
        Identifiers names;
        for (const Stage &stage : network.stages) {
            const std::string name =
                names.claim(user_name(stage.func) + "_s" + std::to_string(stage.index));
            ProcessEmitter emitter(network, memories, design, stage);
            hwir::Process process = emitter.run(name);
            auto directive = schedule.arrays.find({stage.func, stage.index});
            if (directive != schedule.arrays.end()) {
                apply_array(stage, directive->second, emitter, process);
            }
            design.processes.push_back(std::move(process));
        }
        for (const auto &[key, directive] : schedule.arrays) {
            check_array_stage(key);
        }
    }

    void apply_array(const Stage &stage, const ArrayDirective &directive,
                     const ProcessEmitter &emitter, hwir::Process &process) {
        if (directive.systolic) {
            user_error("{}: systolic() is not supported yet; leave it out for a reduction tree",
                       stage_label(stage));
        }
        const Function &function = environment.at(stage.func);
        const Definition &definition =
            stage.index == 0 ? function.definition() : function.update(stage.index - 1);
        hwir::Array array;
        array.rows = emitter.array_axis(directive.rows, definition.schedule());
        array.columns = emitter.array_axis(directive.columns, definition.schedule());
        process.array = array;
    }

    void check_array_stage(const StageKey &key) const {
        const bool found = std::any_of(
            network.stages.begin(), network.stages.end(),
            [&](const Stage &s) { return s.func == key.func && s.index == key.stage; });
        if (!found) {
            user_error("{}: an array is asked for, but the stage has no process of its own (it is "
                       "inlined, or the update takes over its initial values); name the update, or give "
                       "the Func compute_at",
                       stage_label(key.func, key.stage));
        }
    }

    void connect_buffers() {
        for (const Storage &storage : network.storages) {
            hwir::Buffer &buffer = design.buffers[memories.buffers.at(storage.func)];
            for (size_t i = 0; i < network.stages.size(); i++) {
                const Stage &stage = network.stages[i];
                const hwir::TokenUse use{static_cast<int>(i), token_depth(storage, stage)};
                if (stage.func == storage.func) {
                    buffer.writers.push_back(use);
                } else if (std::any_of(
                               stage.loads.begin(), stage.loads.end(),
                               [&](const StageAccess &l) { return l.memory == storage.func; })) {
                    buffer.readers.push_back(use);
                }
            }
        }
    }

    /// Serial levels of the stage outside the Realize: one pass over those inside is one generation.
    static int token_depth(const Storage &storage, const Stage &stage) {
        return static_cast<int>(std::count_if(
            stage.serial.begin(), stage.serial.end(), [&](const SequencerLevel &s) {
                return std::count(storage.prefix.begin(), storage.prefix.end(), s.level) > 0;
            }));
    }
};

} // namespace

hwir::Design emit_design(const Network &network, const HardwareSchedule &schedule,
                         const std::map<std::string, Function> &environment,
                         std::vector<hwir::Tensor> tensors, const std::string &name) {
    return DesignEmitter(network, schedule, environment).run(std::move(tensors), name);
}

} // namespace Orrery::frontend
