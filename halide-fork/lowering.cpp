#include "halide-fork/lowering.h"

#include "halide-fork/sums_in_numerators.h"
#include "halide-fork/warm_up.h"
#include "hwgen/support/error.h"

namespace Orrery {
namespace {

using namespace Halide::Internal;

/// Outputs are computed and stored at the root whatever the user's schedule says of them, as in
/// Halide's own lowering.
void place_at_root(Function &output) {
    FuncSchedule &schedule = output.schedule();
    schedule.compute_level() = Halide::LoopLevel::root();
    schedule.store_level() = Halide::LoopLevel::root();
    schedule.hoist_storage_level() = Halide::LoopLevel::root();
}

/// Marks unrolled loops as something that sliding_window leaves alone, and back again; drops the
/// hints that it leaves for a later pass, which name loops that are no longer there.
class LaneMarker : public IRMutator {
    using IRMutator::visit;
    const ForType from, to;

    Stmt visit(const Evaluate *op) override {
        const bool hint = Call::as_intrinsic(op->value, {Call::sliding_window_marker}) != nullptr;
        return hint ? Evaluate::make(0) : IRMutator::visit(op);
    }

    Stmt visit(const For *op) override {
        return For::make(op->name, op->min, op->extent, op->for_type == from ? to : op->for_type,
                         op->partition_policy, op->device_api, mutate(op->body));
    }

public:
    LaneMarker(ForType marked_from, ForType marked_to) : from(marked_from), to(marked_to) {}
};

/// sliding_window along serial loops only: of two lanes, neither can use what the other one has
/// just computed, because they work in the same cycle.
Stmt slide_along_serial_loops(const Stmt &s, const std::map<std::string, Function> &environment) {
    const Stmt hidden = LaneMarker(ForType::Unrolled, ForType::Extern).mutate(s);
    const Stmt slid =
        LaneMarker(ForType::Extern, ForType::Unrolled).mutate(sliding_window(hidden, environment));
    return guard_warm_up(slid);
}

/// The sequence of Halide's lower() up to storage flattening. Two of its passes are left out:
/// storage_folding assumes that unrolled loops run one iteration after the other, and knows nothing
/// of generations that overlap (the frontend folds instead); skip_stages puts guards around
/// producers alone, and the generations of a buffer would no longer be those of its consumers.
LoweredPipeline lower(const std::vector<Halide::Func> &funcs, const Halide::Target &target) {
    LoweredPipeline pipeline;
    std::vector<Function> &outputs = pipeline.outputs;
    std::map<std::string, Function> &environment = pipeline.environment;

    for (const Halide::Func &f : funcs) {
        outputs.push_back(f.function());
    }
    std::tie(outputs, environment) = deep_copy(outputs, build_environment(outputs));
    for (Function &output : outputs) {
        place_at_root(output);
    }
    for (auto &[name, function] : environment) {
        function.lock_loop_levels();
    }
    environment = wrap_func_calls(environment);
    const auto [order, groups] = realization_order(outputs, environment);
    simplify_specializations(environment);

    bool any_memoized = false;
    Stmt s = schedule_functions(outputs, groups, environment, target, any_memoized);
    FuncValueBounds value_bounds = compute_function_value_bounds(order, environment);
    // Loads at data-dependent addresses must be in bounds before bounds inference looks at them.
    s = clamp_unsafe_accesses(s, environment, value_bounds);
    s = bounds_inference(s, outputs, order, groups, environment, value_bounds, target);
    s = remove_extern_loops(s);
    s = slide_along_serial_loops(s, environment);
    s = uniquify_variable_names(s);
    s = simplify(s);
    // Bounds of Realizes come out tighter when differences of correlated expressions cancel first.
    s = simplify_correlated_differences(sums_in_numerators(s));
    s = allocation_bounds_inference(s, environment, value_bounds);
    s = remove_undef(s);
    s = uniquify_variable_names(s);
    s = bound_small_allocations(s);
    pipeline.stmt = simplify(s);
    return pipeline;
}

/// Halide's message without the word "Error" and the line breaks around it.
std::string message_of(const Halide::Error &error) {
    std::string text = error.what();
    const std::string prefix = "Error: ";
    if (text.compare(0, prefix.size(), prefix) == 0) {
        text.erase(0, prefix.size());
    }
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

} // namespace

LoweredPipeline lower_for_hardware(const std::vector<Halide::Func> &outputs,
                                   const Halide::Target &target) {
    try {
        return lower(outputs, target);
    } catch (const Halide::CompileError &error) {
        throw UserError("Halide rejects the pipeline: " + message_of(error));
    }
}

} // namespace Orrery
