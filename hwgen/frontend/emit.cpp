#include "hwgen/frontend/emit.h"

#include "hwgen/frontend/counter_space.h"
#include "hwgen/frontend/emit_process.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/identifiers.h"
#include "hwgen/frontend/scratch.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

class DesignEmitter {
    const Network &network;
    const HardwareSchedule &schedule;
    const std::map<std::string, Function> &environment;
    hwir::Design design;
    Names known;
    Identifiers names; ///< of tensors, buffers and scalars

public:
    DesignEmitter(const Network &n, const HardwareSchedule &s,
                  const std::map<std::string, Function> &e)
        : network(n), schedule(s), environment(e) {}

    hwir::Design run(const std::vector<ShapedTensor> &tensors,
                     const std::vector<hwir::Scalar> &scalars, const std::string &name) {
        design.name = name;
        name_tensors(tensors);
        add_scalars(scalars);
        shape_tensors(tensors);
        emit_requirements();
        emit_buffers();
        emit_processes();
        connect_buffers();
        return std::move(design);
    }

private:
    void add_scalars(const std::vector<hwir::Scalar> &scalars) {
        for (hwir::Scalar scalar : scalars) {
            const std::string parameter = scalar.name;
            scalar.name = names.claim(parameter);
            known.scalars[parameter] = design.exprs.add_scalar(std::move(scalar));
        }
    }

    void name_tensors(const std::vector<ShapedTensor> &tensors) {
        for (const ShapedTensor &shaped : tensors) {
            hwir::Tensor tensor = shaped.tensor;
            auto &table =
                tensor.direction == hwir::Direction::Scratch ? known.scratch : known.tensors;
            table[tensor.name] = static_cast<int>(design.tensors.size());
            tensor.name = names.claim(tensor.name);
            design.tensors.push_back(std::move(tensor));
        }
    }

    hwir::ExprId of_scalars(const Expr &e) {
        return Translator(design.exprs, {}, "an expression of scalars", known.scalars).translate(e);
    }

    hwir::Size size(const Expr &e) {
        if (const auto constant = as_const_int(e)) {
            return *constant;
        }
        return {CounterSpace(network.levels).range(e, {})->max, of_scalars(e)};
    }

    void shape_tensors(const std::vector<ShapedTensor> &tensors) {
        for (size_t i = 0; i < tensors.size(); i++) {
            known.tensor_minima.emplace_back();
            for (const TensorConstraints::Dimension &d : tensors[i].shape) {
                design.tensors[i].dimensions.push_back(
                    {size(d.min), size(d.extent), size(d.stride)});
                known.tensor_minima.back().push_back(d.min);
            }
        }
    }

    void emit_requirements() {
        for (const ScalarCondition &r : network.requirements) {
            const hwir::ExprId condition = of_scalars(r.condition);
            const auto same = [&](const hwir::Requirement &other) {
                return other.condition == condition;
            };
            if (std::none_of(design.requirements.begin(), design.requirements.end(), same)) {
                design.requirements.push_back({condition, r.text});
            }
        }
    }

    void emit_buffers() {
        for (const Storage &storage : network.storages) {
            if (known.scratch.count(storage.func)) {
                continue;
            }
            hwir::Buffer buffer;
            buffer.name = names.claim(storage.func);
            buffer.func = user_name(storage.func);
            buffer.type = translate_type(storage.type, "Func " + buffer.func);
            buffer.extents = storage.max_extents;
            for (LevelId lane : storage.lane_dims) {
                buffer.extents.push_back(network.levels[lane].max_extent);
            }
            buffer.slots = is_fed_back(storage.func) ? recurrence_slots : buffer.slots;
            known.buffers[storage.func] = static_cast<int>(design.buffers.size());
            design.buffers.push_back(std::move(buffer));
        }
        for (const auto &[func, directive] : schedule.buffers) {
            apply_directive(func, directive);
        }
    }

    /// The step that is computed, and the one before that it depends on.
    static constexpr int recurrence_slots = 2;

    bool is_fed_back(const std::string &func) const {
        return std::any_of(schedule.feedback.begin(), schedule.feedback.end(),
                           [&](const auto &feedback) { return feedback.second == func; });
    }

    void apply_directive(const std::string &func, const BufferDirective &directive) {
        if (known.scratch.count(func)) {
            return;
        }
        auto buffer = known.buffers.find(func);
        if (buffer == known.buffers.end()) {
            const bool is_output = func == network.output;
            user_error("buffer({}): {}", user_name(func),
                       is_output
                           ? "the output is stored in DRAM and has no buffer; name a Func that is "
                             "computed inside the scope"
                           : "the Func is computed where it is used and has no buffer; give it "
                             "compute_at or compute_root");
        }
        if (directive.slots < 1) {
            user_error("buffer({}): {} slots; at least 1 is needed", user_name(func),
                       directive.slots);
        }
        design.buffers[buffer->second].slots =
            is_fed_back(func) ? recurrence_slots : directive.slots;
        design.buffers[buffer->second].technology = directive.technology;
    }

    void emit_processes() {
        Identifiers process_names;
        for (const Stage &stage : network.stages) {
            const std::string name =
                process_names.claim(user_name(stage.func) + "_s" + std::to_string(stage.index));
            hwir::Process process = emit_process(network, known, stage, name, design);
            auto directive = schedule.arrays.find({stage.func, stage.index});
            if (directive != schedule.arrays.end()) {
                process.array =
                    emit_array(network, stage, directive->second, stage_schedule(stage));
            }
            design.processes.push_back(std::move(process));
        }
        for (const auto &[key, directive] : schedule.arrays) {
            check_array_stage(key);
        }
    }

    const StageSchedule &stage_schedule(const Stage &stage) const {
        const Function &function = environment.at(stage.func);
        const Definition &definition =
            stage.index == 0 ? function.definition() : function.update(stage.index - 1);
        return definition.schedule();
    }

    void check_array_stage(const StageKey &key) const {
        const bool found =
            std::any_of(network.stages.begin(), network.stages.end(),
                        [&](const Stage &s) { return s.func == key.func && s.index == key.stage; });
        if (!found) {
            user_error(
                "{}: an array is asked for, but the stage has no process of its own (it is "
                "inlined, or the update takes over its initial values); name the update, or give "
                "the Func compute_at",
                stage_label(key.func, key.stage));
        }
    }

    void connect_buffers() {
        for (const Storage &storage : network.storages) {
            auto scratch = known.scratch.find(storage.func);
            if (scratch != known.scratch.end()) {
                hwir::Tensor &tensor = design.tensors[scratch->second];
                connect(storage, tensor.writers, tensor.readers);
                if (tensor.readers.empty()) {
                    user_error("Func {}: it is kept in DRAM but never read; remove it",
                               user_name(storage.func));
                }
                add_passes(design.processes[tensor.writers.front().process], tensor);
                continue;
            }
            hwir::Buffer &buffer = design.buffers[known.buffers.at(storage.func)];
            connect(storage, buffer.writers, buffer.readers);
        }
    }

    /// Where the process that stores a tensor in DRAM loads it as well.
    void add_passes(hwir::Process &process, const hwir::Tensor &tensor) {
        const bool updates =
            std::any_of(process.loads.begin(), process.loads.end(), [&](const hwir::Access &load) {
                return load.kind == hwir::MemoryKind::Tensor && load.memory == process.store.memory;
            });
        if (updates) {
            process.pass_depth = pass_depth(design.exprs, process, tensor.writers.front().depth);
        }
    }

    void connect(const Storage &storage, std::vector<hwir::TokenUse> &writers,
                 std::vector<hwir::TokenUse> &readers) const {
        for (size_t i = 0; i < network.stages.size(); i++) {
            const Stage &stage = network.stages[i];
            const int depth = depth_of(storage.generation, stage);
            hwir::TokenUse use{static_cast<int>(i), depth, {},
                               depth - depth_of(storage.prefix, stage)};
            const auto loads = [&](bool previous) {
                return std::any_of(
                    stage.loads.begin(), stage.loads.end(), [&](const StageAccess &l) {
                        return l.memory == storage.func && l.previous == previous;
                    });
            };
            if (stage.func == storage.func) {
                writers.push_back(use);
            } else if (loads(false)) {
                readers.push_back(use);
            }
            if (loads(true)) {
                use.previous = true;
                readers.push_back(use);
            }
        }
    }

    /// Number of the stage's serial levels that are among `levels`, which are around it.
    static int depth_of(const std::vector<LevelId> &levels, const Stage &stage) {
        return static_cast<int>(
            std::count_if(stage.serial.begin(), stage.serial.end(), [&](const SequencerLevel &s) {
                return std::count(levels.begin(), levels.end(), s.level) > 0;
            }));
    }
};

} // namespace

hwir::Design emit_design(const Network &network, const HardwareSchedule &schedule,
                         const std::map<std::string, Function> &environment,
                         const std::vector<ShapedTensor> &tensors,
                         const std::vector<hwir::Scalar> &scalars, const std::string &name) {
    return DesignEmitter(network, schedule, environment).run(tensors, scalars, name);
}

} // namespace Orrery::frontend
