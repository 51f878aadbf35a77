#include "fuzz/apply.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::fuzz {
using namespace Halide;

namespace {

/// The step has at least so many names and numbers.
void demand(const Step &step, size_t names, size_t numbers) {
    if (step.names.size() < names || step.numbers.size() < numbers) {
        user_error("step \"{}\" is incomplete", print(step));
    }
}

Memory memory_of(const Step &step) {
    const std::string &name = step.names[0];
    if (name == "RegisterFile") {
        return Memory::RegisterFile;
    }
    if (name == "Sram") {
        return Memory::Sram;
    }
    if (name == "Dram") {
        return Memory::Dram;
    }
    if (name != "Auto") {
        user_error("step \"{}\" names no memory", print(step));
    }
    return Memory::Auto;
}

Axis axis_of(const Step &step) {
    const std::string &name = step.names[0];
    if (name != "Rows" && name != "Columns") {
        user_error("step \"{}\" names no axis", print(step));
    }
    return name == "Rows" ? Axis::Rows : Axis::Columns;
}

} // namespace

TailStrategy tail_strategy(const std::string &name) {
    if (name == "GuardWithIf") {
        return TailStrategy::GuardWithIf;
    }
    if (name == "RoundUp") {
        return TailStrategy::RoundUp;
    }
    if (name == "ShiftInwards") {
        return TailStrategy::ShiftInwards;
    }
    user_error("{} is no tail strategy of a case", name);
}

ScheduledLayer::ScheduledLayer(const Layer &layer) : pipeline_(build_pipeline(layer)) {}

bool ScheduledLayer::is_input(const std::string &name) const {
    return std::any_of(pipeline_.inputs.begin(), pipeline_.inputs.end(),
                       [&](const ImageParam &input) { return input.name() == name; });
}

Func ScheduledLayer::func(const std::string &name) const {
    if (const NamedFunc *f = pipeline_.find(name)) {
        return f->func;
    }
    const auto found = made_.find(name);
    if (found != made_.end()) {
        return found->second;
    }
    for (const ImageParam &input : pipeline_.inputs) {
        if (input.name() == name) {
            return input;
        }
    }
    user_error("the case has no Func {}", name);
}

Stage ScheduledLayer::stage(const std::string &name, int stage) const {
    Func f = func(name);
    if (stage > f.num_update_definitions()) {
        user_error("Func {} has no stage {}", name, stage);
    }
    return stage == 0 ? Stage(f) : f.update(stage - 1);
}

std::vector<ScheduledLayer::Loop> ScheduledLayer::loops(const std::string &name, int number) const {
    std::vector<Loop> result;
    for (const Internal::Dim &dim : stage(name, number).get_schedule().dims()) {
        if (dim.var != Var::outermost().name()) {
            // A loop made by split or fuse is called "x.xi" in this list.
            result.push_back({dim.var.substr(dim.var.rfind('.') + 1), dim.is_rvar()});
        }
    }
    return result;
}

VarOrRVar ScheduledLayer::loop(const Step &step, const std::string &name) const {
    for (const Loop &l : loops(step.func, step.stage)) {
        if (l.name == name) {
            return VarOrRVar(name, l.is_rvar);
        }
    }
    user_error("step \"{}\": there is no loop {}", print(step), name);
}

std::vector<VarOrRVar> ScheduledLayer::loops_between(const Step &step, size_t first,
                                                     size_t last) const {
    std::vector<VarOrRVar> result;
    for (size_t i = first; i < last; i++) {
        result.push_back(loop(step, step.names[i]));
    }
    return result;
}

void ScheduledLayer::apply(const Step &step) {
    switch (step.kind) {
    case StepKind::Split:
    case StepKind::Fuse:
    case StepKind::Reorder:
    case StepKind::Unroll:
    case StepKind::Vectorize:
    case StepKind::Rfactor:
        apply_to_stage(step);
        break;
    case StepKind::In:
    case StepKind::ComputeRoot:
    case StepKind::ComputeAt:
    case StepKind::StoreAt:
    case StepKind::ReorderStorage:
        apply_to_func(step);
        break;
    case StepKind::PeArray:
    case StepKind::Systolic:
    case StepKind::Buffer:
    case StepKind::Port:
        give_directive(step);
        break;
    }
}

void ScheduledLayer::apply_to_stage(const Step &step) {
    Stage s = stage(step.func, step.stage);
    const auto &names = step.names;
    if (step.kind == StepKind::Split) {
        demand(step, 4, 1);
        const VarOrRVar old = loop(step, names[0]);
        s.split(old, VarOrRVar(names[1], old.is_rvar), VarOrRVar(names[2], old.is_rvar),
                step.numbers[0], tail_strategy(names[3]));
    } else if (step.kind == StepKind::Fuse) {
        demand(step, 3, 0);
        const VarOrRVar inner = loop(step, names[0]), outer = loop(step, names[1]);
        s.fuse(inner, outer, VarOrRVar(names[2], inner.is_rvar || outer.is_rvar));
    } else if (step.kind == StepKind::Reorder) {
        s.reorder(loops_between(step, 0, names.size()));
    } else if (step.kind == StepKind::Unroll) {
        demand(step, 1, 0);
        s.unroll(loop(step, names[0]));
    } else if (step.kind == StepKind::Vectorize) {
        demand(step, 1, 0);
        s.vectorize(loop(step, names[0]));
    } else {
        demand(step, 3, 0);
        std::vector<std::pair<RVar, Var>> preserved;
        for (size_t i = 1; i + 1 < names.size(); i += 2) {
            preserved.emplace_back(loop(step, names[i]).rvar, Var(names[i + 1]));
        }
        made_[names[0]] = s.rfactor(preserved);
    }
}

void ScheduledLayer::apply_to_func(const Step &step) {
    Func f = func(step.func);
    if (step.kind == StepKind::In) {
        demand(step, 2, 0);
        made_[step.names[0]] = f.in(func(step.names[1]));
    } else if (step.kind == StepKind::ComputeRoot) {
        f.compute_root();
    } else if (step.kind == StepKind::ReorderStorage) {
        std::vector<Var> dimensions;
        for (const std::string &name : step.names) {
            dimensions.emplace_back(name);
        }
        f.reorder_storage(dimensions);
    } else {
        demand(step, 2, 0);
        const Func user = func(step.names[0]);
        bool is_rvar = false;
        for (int s = 0; s <= user.num_update_definitions(); s++) {
            for (const Loop &l : loops(step.names[0], s)) {
                is_rvar |= l.name == step.names[1] && l.is_rvar;
            }
        }
        const LoopLevel level =
            is_rvar ? LoopLevel(user, RVar(step.names[1])) : LoopLevel(user, Var(step.names[1]));
        if (step.kind == StepKind::ComputeAt) {
            f.compute_at(level);
        } else {
            f.store_at(level);
        }
    }
}

void ScheduledLayer::give_directive(const Step &step) {
    if (step.kind == StepKind::PeArray) {
        const auto bar = std::find(step.names.begin(), step.names.end(), "|");
        const size_t rows = size_t(bar - step.names.begin());
        std::vector<VarOrRVar> columns;
        if (bar != step.names.end()) {
            columns = loops_between(step, rows + 1, step.names.size());
        }
        accelerator().pe_array(stage(step.func, step.stage), loops_between(step, 0, rows), columns);
    } else if (step.kind == StepKind::Systolic) {
        const Stage s = stage(step.func, step.stage);
        step.names.empty() ? accelerator().systolic(s) : accelerator().systolic(s, axis_of(step));
    } else if (step.kind == StepKind::Buffer) {
        demand(step, 1, 0);
        BufferSettings buffer = accelerator().buffer(func(step.func), memory_of(step));
        if (!step.numbers.empty()) {
            buffer.slots(step.numbers[0]);
        }
    } else {
        demand(step, 0, 3);
        accelerator()
            .port(func(step.func))
            .bus_bits(step.numbers[0])
            .outstanding(step.numbers[1])
            .burst_beats(step.numbers[2]);
    }
}

Accelerator &ScheduledLayer::accelerator() {
    if (!accelerator_) {
        accelerator_ = std::make_unique<Accelerator>(accelerate(pipeline_.output()));
    }
    return *accelerator_;
}

void ScheduledLayer::finish() { accelerator(); }

} // namespace Orrery::fuzz
