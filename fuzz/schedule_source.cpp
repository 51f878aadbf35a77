#include "fuzz/schedule_source.h"

#include "fuzz/cpp_expression.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::fuzz {

namespace {

std::string stage_of(const Step &step) {
    return step.stage == 0 ? step.func : fmt::format("{}.update({})", step.func, step.stage - 1);
}

std::string list(const std::vector<std::string> &names, size_t first, size_t last) {
    std::string text;
    for (size_t i = first; i < last; i++) {
        text += (text.empty() ? "" : ", ") + cpp_name(names[i]);
    }
    return text;
}

std::string rfactor(const Step &step) {
    std::string pairs;
    for (size_t i = 1; i + 1 < step.names.size(); i += 2) {
        pairs += fmt::format("{}{{{}, {}}}", pairs.empty() ? "" : ", ", cpp_name(step.names[i]),
                             cpp_name(step.names[i + 1]));
    }
    return fmt::format("Func {} = {}.rfactor({{{}}});", step.names[0], stage_of(step), pairs);
}

/// The stage as an argument of a directive.
std::string stage_argument(const Step &step) {
    return step.stage == 0 ? fmt::format("Stage(Func({}))", step.func) : stage_of(step);
}

std::string pe_array(const Step &step) {
    const auto &names = step.names;
    const size_t bar = size_t(std::find(names.begin(), names.end(), "|") - names.begin());
    return fmt::format("hw.pe_array({}, {{{}}}, {{{}}});", stage_argument(step),
                       list(names, 0, bar),
                       list(names, std::min(bar + 1, names.size()), names.size()));
}

std::string statement(const Step &step) {
    const auto &names = step.names;
    switch (step.kind) {
    case StepKind::Split:
        return fmt::format("{}.split({}, {}, TailStrategy::{});", stage_of(step), list(names, 0, 3),
                           step.numbers[0], names[3]);
    case StepKind::Fuse:
        return fmt::format("{}.fuse({});", stage_of(step), list(names, 0, 3));
    case StepKind::Reorder:
        return fmt::format("{}.reorder({});", stage_of(step), list(names, 0, names.size()));
    case StepKind::Unroll:
        return fmt::format("{}.unroll({});", stage_of(step), list(names, 0, 1));
    case StepKind::Vectorize:
        return fmt::format("{}.vectorize({});", stage_of(step), list(names, 0, 1));
    case StepKind::Rfactor:
        return rfactor(step);
    case StepKind::In:
        return fmt::format("Func {} = {}.in({});", names[0], step.func, names[1]);
    case StepKind::ComputeRoot:
        return fmt::format("{}.compute_root();", step.func);
    case StepKind::ComputeAt:
        return fmt::format("{}.compute_at({}, {});", step.func, names[0], cpp_name(names[1]));
    case StepKind::StoreAt:
        return fmt::format("{}.store_at({}, {});", step.func, names[0], cpp_name(names[1]));
    case StepKind::ReorderStorage:
        return fmt::format("{}.reorder_storage({});", step.func, list(names, 0, names.size()));
    case StepKind::PeArray:
        return pe_array(step);
    case StepKind::Systolic:
        return fmt::format("hw.systolic({}{});", stage_argument(step),
                           names.empty() ? "" : ", Orrery::Axis::" + names[0]);
    case StepKind::Buffer:
        return fmt::format("hw.buffer({}, Orrery::Memory::{}){};", step.func, names[0],
                           step.numbers.empty() ? "" : fmt::format(".slots({})", step.numbers[0]));
    case StepKind::Port:
        return fmt::format("hw.port(Func({})).bus_bits({}).outstanding({}).burst_beats({});",
                           step.func, step.numbers[0], step.numbers[1], step.numbers[2]);
    }
    ORRERY_CHECK(false, "step \"{}\" has no statement", print(step));
}

bool is_directive(const Step &step) {
    return step.kind == StepKind::PeArray || step.kind == StepKind::Systolic ||
           step.kind == StepKind::Buffer || step.kind == StepKind::Port;
}

} // namespace

std::string schedule_source(const Case &c, const std::string &output) {
    std::string text;
    bool accelerated = false;
    const std::string accelerate =
        fmt::format("        Orrery::Accelerator hw = Orrery::accelerate({});\n", output);
    for (const Step &step : c.steps) {
        if (is_directive(step) && !accelerated) {
            accelerated = true;
            text += accelerate;
        }
        text += "        " + statement(step) + "\n";
    }
    return accelerated ? text : text + fmt::format("        Orrery::accelerate({});\n", output);
}

void loops_of_schedule(const Case &c, std::set<std::string> &variables,
                       std::set<std::string> &reduction) {
    const auto is_reduction = [&](const std::string &loop) {
        return loop.find('$') != std::string::npos || reduction.count(loop);
    };
    for (const Step &step : c.steps) {
        const auto &names = step.names;
        std::vector<std::string> used;
        if (step.kind == StepKind::Split) {
            used = {names[0]};
            auto &made = is_reduction(names[0]) ? reduction : variables;
            made.insert({names[1], names[2]});
        } else if (step.kind == StepKind::Fuse) {
            used = {names[0], names[1]};
            auto &made = is_reduction(names[0]) || is_reduction(names[1]) ? reduction : variables;
            made.insert(names[2]);
        } else if (step.kind == StepKind::ComputeAt || step.kind == StepKind::StoreAt) {
            used = {names[1]};
        } else if (step.kind == StepKind::Rfactor) {
            used.assign(names.begin() + 1, names.end());
        } else if (step.kind == StepKind::Systolic) {
            continue; // names an axis
        } else if (is_of_stage(step.kind) || step.kind == StepKind::ReorderStorage) {
            used = names;
        }
        for (const std::string &loop : used) {
            if (loop != "|" && !is_reduction(loop)) {
                variables.insert(loop);
            }
        }
    }
}

} // namespace Orrery::fuzz
