#include "halide-fork/directives.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <mutex>

namespace Orrery::Directives {

namespace HI = Halide::Internal;

namespace {

/// Halide gives no place to hang something of ours on a Func, and a generator's `schedule()` has
/// nothing to return it through. So the accelerators are kept here, found again by the identity of
/// their output, for as long as the program runs: they are small, and a Func that went away could
/// otherwise lend its identity to another one.
struct Registry {
    std::mutex mutex;
    std::vector<std::shared_ptr<Scope>> scopes;
};

Registry &registry() {
    static Registry the_registry;
    return the_registry;
}

/// Is it one schedule, and so one stage?
bool same_schedule(const HI::StageSchedule &a, const HI::StageSchedule &b) {
    return &a.dims() == &b.dims(); // the lists live in the shared contents
}

bool contains(const Environment &environment, const HI::Function &func) {
    const auto found = environment.find(func.name());
    return found != environment.end() && found->second.same_as(func);
}

} // namespace

std::vector<std::string> loop_names(const Halide::Stage &stage) {
    std::vector<std::string> names;
    for (const HI::Dim &dim : stage.get_schedule().dims()) {
        if (dim.var != Halide::Var::outermost().name()) {
            names.push_back(dim.var);
        }
    }
    return names;
}

bool same_stage(const Halide::Stage &a, const Halide::Stage &b) {
    return same_schedule(a.get_schedule(), b.get_schedule());
}

void add_scope(std::shared_ptr<Scope> added) {
    const Environment environment = HI::build_environment({added->output});
    Registry &all = registry();
    const std::lock_guard<std::mutex> lock(all.mutex);
    for (const auto &scope : all.scopes) {
        if (contains(environment, scope->output)) {
            user_error(
                "accelerate: Func {} belongs to a pipeline that already has an accelerator, for "
                "Func {}. A pipeline has one accelerator: call accelerate once, for its output.",
                added->output.name(), scope->output.name());
        }
    }
    all.scopes.push_back(std::move(added));
}

std::shared_ptr<Scope> find_scope(const HI::Function &output) {
    Registry &all = registry();
    const std::lock_guard<std::mutex> lock(all.mutex);
    for (const auto &scope : all.scopes) {
        if (scope->output.same_as(output)) {
            return scope;
        }
    }
    return nullptr;
}

StageIdentity identify(const Halide::Stage &stage, const Environment &environment) {
    for (const auto &[name, func] : environment) {
        if (func.has_pure_definition() &&
            same_schedule(func.definition().schedule(), stage.get_schedule())) {
            return {name, 0};
        }
        for (size_t i = 0; i < func.updates().size(); i++) {
            if (same_schedule(func.update((int)i).schedule(), stage.get_schedule())) {
                return {name, (int)i + 1};
            }
        }
    }
    return {};
}

namespace {

void check_stage(const Halide::Stage &stage, const char *directive, const Scope &scope,
                 const Environment &environment) {
    if (identify(stage, environment).stage < 0) {
        user_error(
            "{0}: stage {1} is not part of the pipeline of {2}. Give {0} for a stage of a Func "
            "that {2} uses, not for a specialization, a clone or a Func replaced by one.",
            directive, stage.name(), scope.output.name());
    }
}

/// Loops may have been split, fused or renamed after the directive.
void check_arrays(const Scope &scope, const Environment &environment) {
    for (const Array &array : scope.arrays) {
        check_stage(array.stage, "pe_array", scope, environment);
        const std::vector<std::string> loops = loop_names(array.stage);
        for (const auto *axis : {&array.rows, &array.columns}) {
            for (const std::string &loop : *axis) {
                if (std::find(loops.begin(), loops.end(), loop) == loops.end()) {
                    user_error("pe_array: loop {} of stage {} was split, fused or renamed after "
                               "pe_array. Give pe_array last.",
                               loop, array.stage.name());
                }
            }
        }
    }
}

void check_buffers(const Scope &scope, const Environment &environment) {
    for (const Buffer &buffer : scope.buffers) {
        if (!contains(environment, buffer.func)) {
            user_error(
                "buffer: Func {} is not part of the pipeline of {}. Name a Func that is computed "
                "between the inputs and {}.",
                buffer.func.name(), scope.output.name(), scope.output.name());
        }
        if (buffer.func.same_as(scope.output)) {
            user_error("buffer: Func {0} is the output: it is stored in DRAM and has no buffer. "
                       "Remove the directive, "
                       "or use port({0}).",
                       buffer.func.name());
        }
        Halide::LoopLevel level = buffer.func.schedule().compute_level();
        level.lock(); // Halide lets nobody look at a level that could still be changed
        if (level.is_inlined() && !buffer.func.has_update_definition()) {
            user_error(
                "buffer: Func {} is computed inline, so it has no buffer. Give it a compute_at or "
                "compute_root, or remove the directive.",
                buffer.func.name());
        }
    }
}

class InputFinder : public HI::IRVisitor {
public:
    explicit InputFinder(const Halide::Parameter &wanted_parameter) : wanted(wanted_parameter) {}
    bool found = false;

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Call *call) override {
        found = found || (call->param.defined() && call->param.same_as(wanted));
        HI::IRVisitor::visit(call);
    }
    const Halide::Parameter &wanted;
};

bool reads(const Environment &environment, const Halide::Parameter &input) {
    InputFinder finder(input);
    for (const auto &entry : environment) {
        entry.second.accept(&finder);
    }
    return finder.found;
}

void check_ports(const Scope &scope, const Environment &environment) {
    for (const Port &port : scope.ports) {
        if (!port.input.defined()) {
            continue; // the output or a Func in DRAM: checked when it was given
        }
        if (!reads(environment, port.input)) {
            user_error("port: {} is not an input of the pipeline of {}. Remove the directive.",
                       port.tensor, scope.output.name());
        }
    }
}

void check_feedback(const Scope &scope, const Environment &environment) {
    for (const Feedback &feedback : scope.feedback) {
        if (!contains(environment, feedback.func)) {
            user_error("feedback({0}, {1}): Func {1} is not part of the pipeline of {2}. Name a "
                       "Func that is computed between the inputs and {2}.",
                       feedback.input.name(), feedback.func.name(), scope.output.name());
        }
        if (!reads(environment, feedback.input)) {
            user_error("feedback({0}, {1}): {0} is not an input of the pipeline of {2}. Remove the "
                       "directive.",
                       feedback.input.name(), feedback.func.name(), scope.output.name());
        }
    }
}

} // namespace

const Scope &scope_of(const HI::Function &output, const Environment &environment) {
    Registry &all = registry();
    const std::lock_guard<std::mutex> lock(all.mutex);
    const Scope *found = nullptr;
    for (const auto &scope : all.scopes) {
        if (!contains(environment, scope->output)) {
            continue;
        }
        if (found) {
            user_error(
                "accelerate: the pipeline of {} has two accelerators, for Func {} and for Func {}. "
                "Call accelerate once, for the pipeline's output.",
                output.name(), found->output.name(), scope->output.name());
        }
        found = scope.get();
    }
    if (!found) {
        user_error("Func {0} has no accelerator. Call Orrery::accelerate({0}) in the schedule.",
                   output.name());
    }
    if (!found->output.same_as(output)) {
        user_error(
            "accelerate was given for Func {0}, which is not the output of the pipeline. Call "
            "Orrery::accelerate({1}): the whole pipeline becomes hardware.",
            found->output.name(), output.name());
    }
    check_arrays(*found, environment);
    check_buffers(*found, environment);
    check_ports(*found, environment);
    check_feedback(*found, environment);
    return *found;
}

} // namespace Orrery::Directives
