#include "hwgen/frontend/emit_process.h"

#include "hwgen/frontend/affine.h"
#include "hwgen/frontend/coordinates.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/identifiers.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// The number of each level in the process: serial loops first, then lanes.
std::map<LevelId, int> loop_numbers(const Stage &stage) {
    std::map<LevelId, int> loops;
    for (const SequencerLevel &level : stage.serial) {
        loops.emplace(level.level, static_cast<int>(loops.size()));
    }
    for (LevelId lane : stage.lanes) {
        loops.emplace(lane, static_cast<int>(loops.size()));
    }
    return loops;
}

/// Writes one stage.
class ProcessEmitter {
    const Network &network;
    const Names &known;
    hwir::Design &design;
    const Stage &stage;
    const std::string label;
    std::map<LevelId, int> loops; // number of each level in the process

public:
    ProcessEmitter(const Network &n, const Names &k, hwir::Design &d, const Stage &s)
        : network(n), known(k), design(d), stage(s), label(stage_label(s)), loops(loop_numbers(s)) {
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

private:
    hwir::ExprId translate(const Expr &e) { return translator().translate(e); }

    Translator translator() { return Translator(design.exprs, loops, label, known.scalars); }

    void emit_loops(hwir::Process &process) {
        Identifiers names;
        for (const SequencerLevel &s : stage.serial) {
            const Level &level = network.levels[s.level];
            hwir::Loop loop;
            loop.name = names.claim_exactly(level.label);
            loop.extent = translate(s.extent);
            loop.max_extent = level.max_extent;
            process.loops.push_back(std::move(loop));
        }
        for (LevelId lane : stage.lanes) {
            const Level &level = network.levels[lane];
            hwir::Loop loop;
            loop.name = names.claim_exactly(level.label);
            loop.kind = hwir::LoopKind::Lane;
            loop.max_extent = level.max_extent;
            loop.extent = design.exprs.constant(level.max_extent);
            process.loops.push_back(std::move(loop));
        }
    }

    hwir::Access access(const StageAccess &a) {
        hwir::Access result;
        const bool scratch = !a.is_tensor && known.scratch.count(a.memory) > 0;
        result.kind = a.is_tensor || scratch ? hwir::MemoryKind::Tensor : hwir::MemoryKind::Buffer;
        const auto &table = a.is_tensor ? known.tensors : scratch ? known.scratch : known.buffers;
        auto memory = table.find(a.memory);
        ORRERY_CHECK(memory != table.end(), "{} accesses {}, which is no memory", label, a.memory);
        result.memory = memory->second;

        const std::string where = fmt::format("{}, access to {}", label, user_name(a.memory));
        const Storage *storage = a.is_tensor ? nullptr : network.find_storage(a.memory);
        for (size_t d = 0; d < a.coordinates.size(); d++) {
            const Expr origin = storage ? storage->min[d] : known.tensor_minima[result.memory][d];
            AffineForm form = affine_form(reduced_coordinate(network, stage, a, d, origin),
                                          network.levels, where);
            if (storage && storage->slides()) {
                lay_in_circle(storage->circles[d], form);
            }
            result.indices.push_back(translate_index(form, loops, translator()));
        }
        for (size_t d = 0; storage && d < storage->lane_dims.size(); d++) {
            AffineForm lane;
            lane.coefficients[storage->lane_dims[d]] = 1;
            result.indices.push_back(translate_index(lane, loops, translator()));
        }
        for (const Expr &condition : a.predicate) {
            result.predicate.push_back(translate(condition));
        }
        return result;
    }

    static void lay_in_circle(const Circle &circle, AffineForm &form) {
        form.modulus = circle.modulus ? circle.modulus : form.modulus;
        for (const auto &[level, shift] : circle.shifts) {
            form.coefficients[level] += shift;
        }
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
    void restrict_to_first_visit(hwir::Process &process, const hwir::Accumulation &accumulation) {
        const hwir::ExprId zero = design.exprs.constant(0);
        for (size_t i = stage.init_loads_from; i < process.loads.size(); i++) {
            for (int loop : accumulation.first_visit) {
                process.loads[i].predicate.push_back(design.exprs.make(
                    hwir::Op::Equal, hwir::boolean, {design.exprs.counter(loop), zero}));
            }
        }
    }
};

void check_dimension(const Stage &stage, const std::string &name, const StageSchedule &schedule) {
    std::string known;
    for (const Dim &dim : schedule.dims()) {
        if (is_dimension(dim.var, name)) {
            return;
        }
        if (dim.var != Halide::Var::outermost().name()) {
            known += (known.empty() ? "" : ", ") + user_name(dim.var);
        }
    }
    user_error("{}: the array names loop {}, which the stage does not have; its loops are {}",
               stage_label(stage), user_name(name), known);
}

std::vector<int> array_axis(const Network &network, const Stage &stage,
                            const std::vector<std::string> &names, const StageSchedule &schedule) {
    std::vector<int> axis;
    for (const std::string &name : names) {
        check_dimension(stage, name, schedule);
        for (const auto &[level, number] : loop_numbers(stage)) {
            const Level &l = network.levels[level];
            if (stage_of_loop(l.loop) != std::make_pair(stage.func, stage.index) ||
                !is_dimension(l.loop, name)) {
                continue;
            }
            if (l.kind != LevelKind::Lane) {
                user_error("{}, loop {}: a loop of a processing-element array must be unrolled",
                           stage_label(stage), user_name(name));
            }
            axis.push_back(number);
        }
    }
    return axis;
}

} // namespace

hwir::Process emit_process(const Network &network, const Names &names, const Stage &stage,
                           const std::string &name, hwir::Design &design) {
    return ProcessEmitter(network, names, design, stage).run(name);
}

hwir::Array emit_array(const Network &network, const Stage &stage, const ArrayDirective &directive,
                       const StageSchedule &schedule) {
    hwir::Array array;
    array.rows = array_axis(network, stage, directive.rows, schedule);
    array.columns = array_axis(network, stage, directive.columns, schedule);
    array.row_links = directive.row_links && !array.rows.empty();
    array.column_links = directive.column_links && !array.columns.empty();
    return array;
}

} // namespace Orrery::frontend
