#include "halide-fork/directives.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <mutex>

namespace Orrery {

namespace HI = Halide::Internal;

namespace Directives {
namespace {

/// Halide gives no place to hang something of ours on a Func, and a generator's `schedule()` has nothing to return it through.
/// So the accelerators are kept here, found again by the identity of their output, for as long as the program runs: they
/// are small, and a Func that went away could otherwise lend its identity to another one.
struct Registry {
    std::mutex mutex;
    std::vector<std::shared_ptr<Scope>> scopes;
};

Registry &registry() {
    static Registry the_registry;
    return the_registry;
}

std::string join(const std::vector<std::string> &names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

/// The loops of a stage, innermost first, without the dummy that marks the outermost level.
std::vector<std::string> loop_names(const Halide::Stage &stage) {
    std::vector<std::string> names;
    for (const HI::Dim &dim : stage.get_schedule().dims()) {
        if (dim.var != Halide::Var::outermost().name()) {
            names.push_back(dim.var);
        }
    }
    return names;
}

/// Halide's own rule: a dimension is named by the variable or by a qualified name that ends in it.
bool names_dimension(const std::string &dimension, const std::string &variable) {
    return dimension == variable || HI::ends_with(dimension, "." + variable);
}

const HI::Dim &find_loop(const Halide::Stage &stage, const Halide::VarOrRVar &variable,
                         const char *directive) {
    for (const HI::Dim &dim : stage.get_schedule().dims()) {
        if (names_dimension(dim.var, variable.name())) {
            return dim;
        }
    }
    user_error("{0}: stage {1} has no loop {2}. Its loops are, innermost first: {3}. Give {0} after "
               "the split or fuse that makes the loop, and name the loop as it is then called.",
               directive, stage.name(), variable.name(), join(loop_names(stage)));
}

/// Makes a lane of a loop, and gives its full name.
std::string make_lane(Halide::Stage &stage, const Halide::VarOrRVar &variable) {
    const HI::Dim dim = find_loop(stage, variable, "pe_array");
    if (dim.for_type == HI::ForType::Serial) {
        stage.unroll(variable);
    } else if (dim.for_type != HI::ForType::Unrolled && dim.for_type != HI::ForType::Vectorized) {
        user_error("pe_array: loop {} of stage {} is scheduled as parallel or for a GPU. Remove that "
                   "directive: pe_array unrolls the loop.",
                   variable.name(), stage.name());
    }
    return dim.var;
}

void check_not_repeated(const Halide::Stage &stage, std::vector<std::string> loops) {
    std::sort(loops.begin(), loops.end());
    const auto twice = std::adjacent_find(loops.begin(), loops.end());
    if (twice != loops.end()) {
        user_error("pe_array: loop {} of stage {} is given twice. A loop lies along one axis: name it in "
                   "rows or in columns, once.",
                   *twice, stage.name());
    }
}

bool is_power_of_two(int value) { return value > 0 && (value & (value - 1)) == 0; }

/// Do two stages share their schedule, that is, are they the same stage?
bool same_stage(const HI::StageSchedule &a, const HI::StageSchedule &b) {
    return &a.dims() == &b.dims(); // the lists live in the shared contents
}

bool contains(const Environment &environment, const HI::Function &func) {
    const auto found = environment.find(func.name());
    return found != environment.end() && found->second.same_as(func);
}

/// The input that a Func stands for: Halide wraps each ImageParam and Input<Buffer<>> in a Func whose only definition is one
/// access to the image.
Halide::Parameter wrapped_input(const HI::Function &func) {
    if (func.has_pure_definition() && !func.has_update_definition() && func.values().size() == 1) {
        const auto *call = func.values()[0].as<HI::Call>();
        if (call && call->call_type == HI::Call::Image && call->param.defined()) {
            return call->param;
        }
    }
    return {};
}

} // namespace

StageIdentity identify(const Halide::Stage &stage, const Environment &environment) {
    for (const auto &[name, func] : environment) {
        if (func.has_pure_definition() &&
            same_stage(func.definition().schedule(), stage.get_schedule())) {
            return {name, 0};
        }
        for (size_t i = 0; i < func.updates().size(); i++) {
            if (same_stage(func.update((int)i).schedule(), stage.get_schedule())) {
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
        user_error("{0}: stage {1} is not part of the pipeline of {2}. Give {0} for a stage of a Func "
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
            user_error("buffer: Func {} is not part of the pipeline of {}. Name a Func that is computed "
                       "between the inputs and {}.",
                       buffer.func.name(), scope.output.name(), scope.output.name());
        }
        Halide::LoopLevel level = buffer.func.schedule().compute_level();
        level.lock(); // Halide lets nobody look at a level that could still be changed
        if (level.is_inlined() && !buffer.func.has_update_definition()) {
            user_error("buffer: Func {} is computed inline, so it has no buffer. Give it a compute_at or "
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

void check_ports(const Scope &scope, const Environment &environment) {
    for (const Port &port : scope.ports) {
        if (!port.input.defined()) {
            continue; // the output: checked when it was given
        }
        InputFinder finder(port.input);
        for (const auto &entry : environment) {
            entry.second.accept(&finder);
        }
        if (!finder.found) {
            user_error("port: {} is not an input of the pipeline of {}. Remove the directive.",
                       port.tensor, scope.output.name());
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
            user_error("accelerate: the pipeline of {} has two accelerators, for Func {} and for Func {}. "
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
        user_error("accelerate was given for Func {0}, which is not the output of the pipeline. Call "
                   "Orrery::accelerate({1}): the whole pipeline becomes hardware.",
                   found->output.name(), output.name());
    }
    check_arrays(*found, environment);
    check_buffers(*found, environment);
    check_ports(*found, environment);
    return *found;
}

} // namespace Directives

BufferSettings &BufferSettings::slots(int count) {
    Directives::Buffer &buffer = scope->buffers[index];
    if (count != 1 && count != 2) {
        user_error("buffer {}: slots({}) is not possible. Use slots(1), or slots(2) to fill one copy while "
                   "the other is read.",
                   buffer.func.name(), count);
    }
    buffer.slots = count;
    return *this;
}

PortSettings &PortSettings::bus_bits(int bits) {
    Directives::Port &port = scope->ports[index];
    if (bits < 32 || bits > 512 || !Directives::is_power_of_two(bits)) {
        user_error("port {}: bus_bits({}) is not possible. Use 32, 64, 128, 256 or 512.", port.tensor,
                   bits);
    }
    port.bus_bits = bits;
    return *this;
}

PortSettings &PortSettings::outstanding(int bursts) {
    Directives::Port &port = scope->ports[index];
    if (bursts < 1 || bursts > 64) {
        user_error("port {}: outstanding({}) is not possible. Use 1 to 64 bursts.", port.tensor, bursts);
    }
    port.outstanding_bursts = bursts;
    return *this;
}

PortSettings &PortSettings::burst_beats(int beats) {
    Directives::Port &port = scope->ports[index];
    if (beats > 256 || !Directives::is_power_of_two(beats)) {
        user_error("port {}: burst_beats({}) is not possible. Use a power of two from 1 to 256.",
                   port.tensor, beats);
    }
    port.burst_beats = beats;
    return *this;
}

Accelerator &Accelerator::pe_array(Halide::Stage stage,
                                   const std::vector<Halide::VarOrRVar> &rows,
                                   const std::vector<Halide::VarOrRVar> &columns) {
    if (rows.empty() && columns.empty()) {
        user_error("pe_array: no loop of stage {} is given. Name at least one loop as a row or a column.",
                   stage.name());
    }
    for (const Directives::Array &array : scope->arrays) {
        if (Directives::same_stage(array.stage.get_schedule(), stage.get_schedule())) {
            user_error("pe_array: stage {} already has an array. Give all of its loops in one pe_array.",
                       stage.name());
        }
    }
    Directives::Array array{stage, {}, {}};
    for (const Halide::VarOrRVar &loop : rows) {
        array.rows.push_back(Directives::make_lane(stage, loop));
    }
    for (const Halide::VarOrRVar &loop : columns) {
        array.columns.push_back(Directives::make_lane(stage, loop));
    }
    std::vector<std::string> loops = array.rows;
    loops.insert(loops.end(), array.columns.begin(), array.columns.end());
    Directives::check_not_repeated(stage, loops);
    scope->arrays.push_back(std::move(array));
    return *this;
}

Accelerator &Accelerator::systolic(Halide::Stage stage) {
    scope->systolic.push_back(std::move(stage));
    return *this;
}

BufferSettings Accelerator::buffer(const Halide::Func &func, Memory memory) {
    if (!func.defined()) {
        user_error("buffer: Func {} has no definition yet. Define the Func first.", func.name());
    }
    for (const Directives::Buffer &buffer : scope->buffers) {
        if (buffer.func.same_as(func.function())) {
            user_error("buffer: Func {} already has a buffer directive. Give its memory and slots in one "
                       "directive.",
                       func.name());
        }
    }
    Directives::Buffer buffer;
    buffer.func = func.function();
    buffer.memory = memory;
    scope->buffers.push_back(std::move(buffer));
    return BufferSettings(scope, scope->buffers.size() - 1);
}

PortSettings Accelerator::port(const Halide::Func &tensor) {
    if (!tensor.defined()) {
        user_error("port: Func {} has no definition yet. Define the Func first.", tensor.name());
    }
    Directives::Port port;
    port.input = Directives::wrapped_input(tensor.function());
    if (tensor.function().same_as(scope->output)) {
        port.input = {};
        port.output = scope->output;
        port.tensor = tensor.name();
    } else if (port.input.defined()) {
        port.tensor = port.input.name();
    } else {
        user_error("port: Func {} is neither an input nor the output {}. Only tensors in memory have a "
                   "port; a Func in between is a buffer: use buffer({}).",
                   tensor.name(), scope->output.name(), tensor.name());
    }
    for (const Directives::Port &other : scope->ports) {
        if (other.tensor == port.tensor) {
            user_error("port: {} already has a port directive. Give its settings in one directive.",
                       port.tensor);
        }
    }
    scope->ports.push_back(std::move(port));
    return PortSettings(scope, scope->ports.size() - 1);
}

Accelerator accelerate(const Halide::Func &output) {
    if (!output.defined()) {
        user_error("accelerate: Func {} has no definition yet. Define the Func first.", output.name());
    }
    const Directives::Environment environment = HI::build_environment({output.function()});
    Directives::Registry &all = Directives::registry();
    const std::lock_guard<std::mutex> lock(all.mutex);
    for (const auto &scope : all.scopes) {
        if (Directives::contains(environment, scope->output)) {
            user_error("accelerate: Func {} belongs to a pipeline that already has an accelerator, for "
                       "Func {}. A pipeline has one accelerator: call accelerate once, for its output.",
                       output.name(), scope->output.name());
        }
    }
    auto scope = std::make_shared<Directives::Scope>();
    scope->output = output.function();
    all.scopes.push_back(scope);
    return Accelerator(scope);
}

} // namespace Orrery
