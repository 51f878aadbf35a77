#include "hwgen/frontend/frontend.h"

#include "hwgen/frontend/accumulation.h"
#include "hwgen/frontend/check_loads.h"
#include "hwgen/frontend/emit.h"
#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/fold_init.h"
#include "hwgen/frontend/fold_storages.h"
#include "hwgen/frontend/lanes.h"
#include "hwgen/frontend/nest_walk.h"
#include "hwgen/frontend/recurrences.h"
#include "hwgen/frontend/restrictions.h"
#include "hwgen/frontend/scalars.h"
#include "hwgen/frontend/scratch.h"
#include "hwgen/frontend/tensors.h"
#include "hwgen/frontend/tighten.h"
#include "hwgen/frontend/trim_buffers.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery {

using namespace frontend;
using Halide::Parameter;

namespace {

std::vector<ShapedTensor> make_tensors(const std::vector<TensorConstraints> &constraints,
                                       const HardwareSchedule &schedule, const Stmt &s,
                                       Network &network) {
    std::vector<ShapedTensor> tensors;
    for (const TensorConstraints &tensor : constraints) {
        tensors.push_back(make_tensor(tensor, s, network));
    }
    for (const Storage &storage : network.storages) {
        if (schedule.in_dram(storage.func)) {
            tensors.push_back(scratch_tensor(network, storage));
        }
    }
    for (const auto &[name, port] : schedule.ports) {
        const std::string &wanted = name;
        auto tensor = std::find_if(tensors.begin(), tensors.end(),
                                   [&](const ShapedTensor &t) { return t.tensor.name == wanted; });
        if (schedule.feedback.count(name)) {
            user_error("port({}): it is fed back from {} on the chip and has no port; remove the "
                       "directive",
                       user_name(name), user_name(schedule.feedback.at(name)));
        }
        if (tensor == tensors.end()) {
            user_error("port({}): this is neither an input nor the output of the accelerator, nor "
                       "a Func in DRAM",
                       user_name(name));
        }
        apply_port(port, tensor->tensor);
    }
    return tensors;
}

/// Inputs in order, without those that are fed back, then the output.
std::vector<TensorConstraints> tensor_constraints(const std::vector<Parameter> &inputs,
                                                  const Halide::Internal::Function &output,
                                                  const HardwareSchedule &schedule) {
    std::vector<TensorConstraints> tensors;
    for (const Parameter &input : inputs) {
        if (input.is_buffer() && !schedule.feedback.count(input.name())) {
            tensors.push_back(input_constraints(input));
        }
    }
    tensors.push_back(output_constraints(output));
    return tensors;
}

std::vector<hwir::Scalar> describe_scalars(const std::vector<Parameter> &inputs) {
    std::vector<hwir::Scalar> scalars;
    for (const Parameter &input : inputs) {
        if (!input.is_buffer()) {
            scalars.push_back(describe_scalar(input));
        }
    }
    return scalars;
}

std::vector<std::string> names_of(const std::vector<hwir::Scalar> &scalars) {
    std::vector<std::string> names;
    for (const hwir::Scalar &scalar : scalars) {
        names.push_back(scalar.name);
    }
    return names;
}

} // namespace

hwir::Design build_design(const LoweredPipeline &pipeline, const HardwareSchedule &schedule,
                          const std::string &name, const std::vector<Parameter> &inputs) {
    const std::vector<hwir::Scalar> scalars = describe_scalars(inputs);
    check_pipeline(pipeline, schedule);
    const auto constraints = tensor_constraints(inputs, pipeline.outputs[0], schedule);
    Stmt s = simplify_within_bounds(substitute_sizes(pipeline.stmt, constraints), inputs);
    check_free_variables(s, schedule.output, names_of(scalars));
    // Guards stand right under their loops only when no let is between.
    s = tighten_loops(inline_lets(s));

    Network network = walk_nest(s, schedule.output, LoopLabels(pipeline.environment));
    connect_recurrences(network, schedule);
    // Which lanes a stage has decides which of its conditions are enables.
    share_lanes(network);
    order_lanes(network);
    find_accumulations(network);
    fold_initial_values(network, pipeline.environment);
    check_loads(network);
    trim_buffers(network);
    // Behind the folding of initial values: which stages write a buffer decides how far ahead they
    // may be.
    fold_storages(network, schedule, pipeline.environment);
    prepare_scratch(network, schedule);
    // Last, because a folded stage no longer accesses anything.
    const std::vector<ShapedTensor> tensors = make_tensors(constraints, schedule, s, network);
    return emit_design(network, schedule, pipeline.environment, tensors, scalars, name);
}

} // namespace Orrery
