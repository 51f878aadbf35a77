#include "hwgen/frontend/recurrences.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// One directive feedback(input, func).
class Recurrence {
    Network &network;
    const std::string &input;
    const Storage &storage;
    const std::string func; ///< as the user knows it
    LevelId time = -1;      ///< the loop over the steps; -1: there is one step only

public:
    Recurrence(Network &n, const std::string &name, const Storage &s)
        : network(n), input(name), storage(s), func(user_name(s.func)) {}

    void run() {
        find_time();
        check_same_place();
        for (Stage &stage : network.stages) {
            for (size_t i = 0; i < stage.loads.size(); i++) {
                if (stage.loads[i].is_tensor && stage.loads[i].memory == input) {
                    check_in_step(stage, stage.loads[i]);
                    connect(stage, static_cast<int>(i));
                }
            }
            check_one_generation(stage);
        }
    }

private:
    [[noreturn]] void no_step(const std::string &what) const {
        user_error("feedback({0}, {1}): {2}. Compute {1} at one loop over its last dimension, the "
                   "time, with all that depends "
                   "on {0} inside of that loop ({1}.compute_at(output, t)).",
                   user_name(input), func, what);
    }

    void connect(Stage &stage, int number) const {
        StageAccess &load = stage.loads[static_cast<size_t>(number)];
        const Expr there = time < 0 ? const_false() : counter_variable(time) > 0;
        load.memory = storage.func;
        load.is_tensor = false;
        load.previous = true;
        load.predicate.push_back(there);
        const Halide::Type in_memory = load.type; // a bool is a byte in a tensor
        load.type = storage.type;
        // A buffer holds anything where nothing is read.
        const Expr value = load_variable(load.type, number);
        stage.value =
            substitute(value.as<Variable>()->name,
                       cast(in_memory, select(there, value, make_zero(load.type))), stage.value);
    }

    /// The innermost loop around the Func: one iteration is a step.
    void find_time() {
        if (storage.slides()) {
            user_error("feedback({0}, {1}): {1} is stored further out than it is computed; remove "
                       "its store_at",
                       user_name(input), func);
        }
        for (LevelId id : storage.generation) {
            if (network.levels[id].kind == LevelKind::Lane) {
                user_error("feedback({0}, {1}): {1} is computed inside the unrolled loop {2}; "
                           "compute it at a loop around that",
                           user_name(input), func, network.levels[id].label);
            }
        }
        if (storage.max_extents.back() == 1 && counters_in(storage.min.back()).empty()) {
            return;
        }
        const bool one_step = !storage.generation.empty() && storage.max_extents.back() == 1;
        if (!one_step || network.levels[storage.generation.back()].kind != LevelKind::Serial) {
            no_step(fmt::format("{} is not computed step by step", func));
        }
        time = storage.generation.back();
        const Expr before_first = simplify(storage.min.back() - counter_variable(time));
        if (!counters_in(before_first).empty()) {
            no_step(fmt::format("loop {} does not go from one step to the next",
                                network.levels[time].label));
        }
    }

    /// Every step computes the same elements: what is read of the last one is there.
    void check_same_place() const {
        bool same = true;
        if (time < 0) {
            return;
        }
        for (size_t d = 0; d + 1 < storage.min.size(); d++) {
            same = same && !uses_counter(storage.min[d], time);
        }
        for (const Stage &stage : network.stages) {
            for (size_t i = storage.generation.size();
                 stage.func == storage.func && i < stage.nest.size(); i++) {
                const Level &level = network.levels[stage.nest[i]];
                same = same && !uses_counter(level.extent, time) &&
                       !(level.condition.defined() && uses_counter(level.condition, time));
            }
        }
        if (!same) {
            user_error("feedback({0}, {1}): which elements of {1} are computed differs from step "
                       "to step; let each step compute "
                       "all of them",
                       user_name(input), func);
        }
    }

    void check_in_step(const Stage &stage, const StageAccess &load) const {
        const std::vector<LevelId> &steps = storage.generation;
        if (stage.nest.size() < steps.size() ||
            !std::equal(steps.begin(), steps.end(), stage.nest.begin())) {
            no_step(fmt::format("{} reads {}, but not inside the loop over the steps",
                                stage_label(stage), user_name(input)));
        }
        if (!is_const_zero(simplify(load.coordinates.back() - storage.min.back()))) {
            user_error("feedback({0}, {1}): {2} reads {0} at another step than its own; {0}(.., t) "
                       "is {1} one step before t, and "
                       "older steps are not kept (feed a Func back that copies {0})",
                       user_name(input), func, stage_label(stage));
        }
    }

    /// A process has one token of the buffer.
    void check_one_generation(const Stage &stage) const {
        bool previous = false, present = false;
        for (const StageAccess &load : stage.loads) {
            const bool here = load.memory == storage.func;
            previous = previous || (here && load.previous);
            present = present || (here && !load.previous && stage.func != storage.func);
        }
        if (previous && present) {
            user_error("feedback({0}, {1}): {2} reads both {1} and {0}; put what needs {0} into a "
                       "Func of its own, computed "
                       "at the same loop",
                       user_name(input), func, stage_label(stage));
        }
    }
};

} // namespace

void connect_recurrences(Network &network, const HardwareSchedule &schedule) {
    for (const auto &[input, func] : schedule.feedback) {
        const Storage *storage = network.find_storage(func);
        if (!storage) {
            user_error("feedback({0}, {1}): Func {1} has no buffer; give it compute_at the loop "
                       "over its last dimension, the time",
                       user_name(input), user_name(func));
        }
        if (schedule.in_dram(func)) {
            user_error("feedback({0}, {1}): Func {1} is in DRAM; remove Memory::Dram, or feed a "
                       "copy of it back",
                       user_name(input), user_name(func));
        }
        Recurrence(network, input, *storage).run();
    }
}

} // namespace Orrery::frontend
