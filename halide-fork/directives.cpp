#include "halide-fork/directives.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery {

namespace HI = Halide::Internal;

namespace Directives {
namespace {

std::string join(const std::vector<std::string> &names) {
    return fmt::format("{}", fmt::join(names, ", "));
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
    user_error(
        "{0}: stage {1} has no loop {2}. Its loops are, innermost first: {3}. Give {0} after "
        "the split or fuse that makes the loop, and name the loop as it is then called.",
        directive, stage.name(), variable.name(), join(loop_names(stage)));
}

/// Makes a lane of a loop, and gives its full name.
std::string make_lane(Halide::Stage &stage, const Halide::VarOrRVar &variable) {
    const HI::Dim dim = find_loop(stage, variable, "pe_array");
    if (dim.for_type == HI::ForType::Serial) {
        stage.unroll(variable);
    } else if (dim.for_type != HI::ForType::Unrolled && dim.for_type != HI::ForType::Vectorized) {
        user_error(
            "pe_array: loop {} of stage {} is scheduled as parallel or for a GPU. Remove that "
            "directive: pe_array unrolls the loop.",
            variable.name(), stage.name());
    }
    return dim.var;
}

void check_not_repeated(const Halide::Stage &stage, std::vector<std::string> loops) {
    std::sort(loops.begin(), loops.end());
    const auto twice = std::adjacent_find(loops.begin(), loops.end());
    if (twice != loops.end()) {
        user_error(
            "pe_array: loop {} of stage {} is given twice. A loop lies along one axis: name it in "
            "rows or in columns, once.",
            *twice, stage.name());
    }
}

bool is_power_of_two(int value) { return value > 0 && (value & (value - 1)) == 0; }

/// The input that a Func stands for: Halide wraps each ImageParam and Input<Buffer<>> in a Func
/// whose only definition is one access to the image.
Halide::Parameter wrapped_input(const HI::Function &func) {
    if (func.has_pure_definition() && !func.has_update_definition() && func.values().size() == 1) {
        const auto *call = func.values()[0].as<HI::Call>();
        if (call && call->call_type == HI::Call::Image && call->param.defined()) {
            return call->param;
        }
    }
    return {};
}

bool is_in_dram(const Scope &scope, const HI::Function &func) {
    return std::any_of(scope.buffers.begin(), scope.buffers.end(), [&](const Buffer &buffer) {
        return buffer.func.same_as(func) && buffer.memory == Memory::Dram;
    });
}

} // namespace
} // namespace Directives

BufferSettings &BufferSettings::slots(int count) {
    Directives::Buffer &buffer = scope->buffers[index];
    if (count != 1 && count != 2) {
        user_error("buffer {}: slots({}) is not possible. Use slots(1), or slots(2) to fill one "
                   "copy while the other is read.",
                   buffer.func.name(), count);
    }
    if (buffer.memory == Memory::Dram && count != 1) {
        user_error("buffer {}: a Func in DRAM has one copy. Remove slots({}).", buffer.func.name(),
                   count);
    }
    buffer.slots = count;
    return *this;
}

PortSettings &PortSettings::bus_bits(int bits) {
    Directives::Port &port = scope->ports[index];
    if (bits < 32 || bits > 512 || !Directives::is_power_of_two(bits)) {
        user_error("port {}: bus_bits({}) is not possible. Use 32, 64, 128, 256 or 512.",
                   port.tensor, bits);
    }
    port.bus_bits = bits;
    return *this;
}

PortSettings &PortSettings::outstanding(int bursts) {
    Directives::Port &port = scope->ports[index];
    if (bursts < 1 || bursts > 64) {
        user_error("port {}: outstanding({}) is not possible. Use 1 to 64 bursts.", port.tensor,
                   bursts);
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

Accelerator &Accelerator::pe_array(Halide::Stage stage, const std::vector<Halide::VarOrRVar> &rows,
                                   const std::vector<Halide::VarOrRVar> &columns) {
    if (rows.empty() && columns.empty()) {
        user_error(
            "pe_array: no loop of stage {} is given. Name at least one loop as a row or a column.",
            stage.name());
    }
    for (const Directives::Array &array : scope->arrays) {
        if (Directives::same_stage(array.stage, stage)) {
            user_error(
                "pe_array: stage {} already has an array. Give all of its loops in one pe_array.",
                stage.name());
        }
    }
    Directives::Array array{stage, {}, {}, false, false};
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
    scope->systolic.push_back({std::move(stage), std::nullopt});
    return *this;
}

Accelerator &Accelerator::systolic(Halide::Stage stage, Axis axis) {
    scope->systolic.push_back({std::move(stage), axis});
    return *this;
}

BufferSettings Accelerator::buffer(const Halide::Func &func, Memory memory) {
    if (!func.defined()) {
        user_error("buffer: Func {} has no definition yet. Define the Func first.", func.name());
    }
    for (const Directives::Buffer &buffer : scope->buffers) {
        if (buffer.func.same_as(func.function())) {
            user_error(
                "buffer: Func {} already has a buffer directive. Give its memory and slots in one "
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
    } else if (Directives::is_in_dram(*scope, tensor.function())) {
        port.tensor = tensor.name();
    } else {
        user_error(
            "port: Func {0} is neither an input nor the output {1}. Only tensors in memory have a "
            "port; a Func in between is a buffer: use buffer({0}), or give buffer({0}, "
            "Memory::Dram) first.",
            tensor.name(), scope->output.name());
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

Accelerator &Accelerator::feedback(const Halide::Func &previous, const Halide::Func &state) {
    for (const Halide::Func &func : {previous, state}) {
        if (!func.defined()) {
            user_error("feedback: Func {} has no definition yet. Define the Func first.",
                       func.name());
        }
    }
    const Halide::Parameter input = Directives::wrapped_input(previous.function());
    const HI::Function function = state.function();
    if (!input.defined()) {
        user_error("feedback({0}, {1}): {0} is not an input. Declare it as one (Input<Buffer<>>, "
                   "ImageParam): it stands for {1} in the step before.",
                   previous.name(), state.name());
    }
    if (Directives::wrapped_input(function).defined() || function.same_as(scope->output)) {
        user_error("feedback({0}, {1}): {1} is an input or the output, which have no buffer. Feed "
                   "a Func in between back; the output may copy it.",
                   input.name(), state.name());
    }
    if (input.dimensions() != state.dimensions() || input.dimensions() == 0 ||
        state.types().size() != 1 || input.type() != state.types()[0]) {
        user_error("feedback({0}, {1}): {0} and {1} must have the same type and the same "
                   "dimensions, the last of which is the time.",
                   input.name(), state.name());
    }
    for (const Directives::Feedback &other : scope->feedback) {
        if (other.input.same_as(input) || other.func.same_as(function)) {
            user_error("feedback({0}, {1}): {2} is fed back already. Each input stands for a Func "
                       "of its own.",
                       input.name(), state.name(),
                       other.input.same_as(input) ? input.name() : state.name());
        }
    }
    scope->feedback.push_back({input, function});
    return *this;
}

Accelerator accelerate(const Halide::Func &output) {
    if (!output.defined()) {
        user_error("accelerate: Func {} has no definition yet. Define the Func first.",
                   output.name());
    }
    auto scope = std::make_shared<Directives::Scope>();
    scope->output = output.function();
    Directives::add_scope(scope);
    return Accelerator(scope);
}

Accelerator accelerator_of(const Halide::Func &output) {
    const auto scope = Directives::find_scope(output.function());
    if (!scope) {
        user_error("Func {0} has no accelerator. Call Orrery::accelerate({0}) first.",
                   output.name());
    }
    return Accelerator(scope);
}

} // namespace Orrery
