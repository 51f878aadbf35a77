#include "sim/reference.h"

#include "hwgen/support/error.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace Orrery::sim {

namespace {

using Pipeline = int(void **);
using Metadata = const halide_filter_metadata_t *();
using SetErrorHandler = halide_error_handler_t(halide_error_handler_t);

/// Halide reports errors through a function without a context of ours.
std::string &last_error() {
    static thread_local std::string text;
    return text;
}

template <typename Function>
Function *symbol(void *library, const std::string &name) {
    return reinterpret_cast<Function *>(dlsym(library, name.c_str()));
}

/// Does an argument of the pipeline fit to the tensor?
bool fits(const halide_filter_argument_t &argument, const TensorDescription &tensor) {
    int32_t kind =
        tensor.is_output ? halide_argument_kind_output_buffer : halide_argument_kind_input_buffer;
    return argument.kind == kind && argument.type == tensor.type &&
           argument.dimensions == static_cast<int>(tensor.dimensions.size());
}

bool fits(const halide_filter_argument_t &argument, const ScalarDescription &scalar) {
    return argument.kind == halide_argument_kind_input_scalar && argument.type == scalar.type;
}

/// Is the second region within the first one?
bool contains(const Buffer &outer, const Buffer &inner) {
    for (int d = 0; d < inner.dimensions(); d++) {
        if (inner.dim(d).min() < outer.dim(d).min() || inner.dim(d).max() > outer.dim(d).max()) {
            return false;
        }
    }
    return true;
}

} // namespace

/// What an argument of the pipeline stands for.
Reference::Argument Reference::argument_of(const halide_filter_argument_t &argument,
                                           const DesignDescription &design) const {
    std::string name = argument.name;
    if (name == "__user_context") {
        return {};
    }
    for (size_t r = 0; r < design.reference_recurrences.size(); r++) {
        if (design.reference_recurrences[r].input == name) {
            return {Argument::Previous, static_cast<int>(r), true};
        }
    }
    int tensor = design.find_tensor(name), scalar = design.find_scalar(name);
    if (tensor < 0 && scalar < 0) {
        user_error("{}: argument \"{}\" is neither a tensor nor a scalar of design.json; run the "
                   "generator again",
                   design.reference_library, name);
    }
    if (tensor >= 0 ? !fits(argument, design.tensors[tensor])
                    : !fits(argument, design.scalars[scalar])) {
        user_error("{}: argument \"{}\" has another direction, type or number of dimensions than "
                   "in design.json; run the generator again",
                   design.reference_library, name);
    }
    if (scalar >= 0) {
        return {Argument::Scalar, scalar, true};
    }
    return {Argument::Tensor, tensor, !design.tensors[tensor].is_output};
}

/// A function of the library: the pipeline, or the step of a Func that is fed back.
Reference::Function Reference::load(const std::string &name,
                                    const DesignDescription &design) const {
    Function function{name, symbol<Pipeline>(library_.get(), name + "_argv"), {}};
    auto *metadata = symbol<Metadata>(library_.get(), name + "_metadata");
    if (!function.pipeline || !metadata) {
        user_error("{}: the library has no functions {}_argv and {}_metadata", file_, name, name);
    }
    const halide_filter_metadata_t *data = metadata();
    for (int i = 0; i < data->num_arguments; i++) {
        const halide_filter_argument_t &argument = data->arguments[i];
        const bool state = name != design.reference_function &&
                           argument.kind == halide_argument_kind_output_buffer;
        function.arguments.push_back(state ? Argument{Argument::State, 0, false}
                                           : argument_of(argument, design));
    }
    return function;
}

Reference::Reference(const DesignDescription &design) {
    if (design.reference_library.empty()) {
        user_error("design {} has no CPU reference (\"reference\" in design.json)", design.name);
    }
    file_ = std::filesystem::absolute(design.directory / design.reference_library);
    void *handle = dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        user_error("the CPU reference cannot be loaded: {}", dlerror());
    }
    library_ = std::shared_ptr<void>(handle, [](void *h) { dlclose(h); });
    pipeline_ = load(design.reference_function, design);
    for (const RecurrenceDescription &r : design.reference_recurrences) {
        steps_.push_back(load(r.function, design));
    }
    scalar_count_ = design.scalars.size();
    previous_.resize(steps_.size());
    const halide_filter_metadata_t &data =
        *symbol<Metadata>(handle, pipeline_.name + "_metadata")();
    for (size_t i = 0; i < pipeline_.arguments.size(); i++) {
        if (pipeline_.arguments[i].kind == Argument::Previous) {
            const halide_filter_argument_t &argument = data.arguments[i];
            const std::vector<halide_dimension_t> unknown(argument.dimensions);
            previous_[pipeline_.arguments[i].index] =
                Buffer(argument.type, nullptr, argument.dimensions, unknown.data());
        }
    }
    const auto found = static_cast<size_t>(
        std::count_if(pipeline_.arguments.begin(), pipeline_.arguments.end(),
                      [](const Argument &a) { return a.kind != Argument::UserContext; }));
    if (found != design.tensors.size() + scalar_count_ + steps_.size()) {
        user_error("{}: the pipeline has {} tensors and scalars, design.json {}; run the generator "
                   "again",
                   file_, found, design.tensors.size() + scalar_count_ + steps_.size());
    }
    if (auto *set_handler = symbol<SetErrorHandler>(handle, "halide_set_error_handler")) {
        set_handler([](void *, const char *message) { last_error() += message; });
    }
}

void Reference::run(std::vector<Buffer> &tensors, const std::vector<int64_t> &scalars) const {
    ORRERY_CHECK(scalars.size() == scalar_count_, "{} values for {} scalars", scalars.size(),
                 scalar_count_);
    Values values{tensors, std::vector<Buffer>(steps_.size()), {}, scalars};
    if (!steps_.empty()) {
        run_steps(values);
    }
    run_function(pipeline_, values);
}

/// Sets the inputs that are fed back, for all steps that the pipeline wants, one after the other.
void Reference::run_steps(Values &values) const {
    values.previous = previous_;
    values.previous = regions(pipeline_, values).previous;
    int first = std::numeric_limits<int>::max(), last = std::numeric_limits<int>::min();
    for (const Buffer &previous : values.previous) {
        const auto time = previous.dim(previous.dimensions() - 1);
        first = std::min(first, time.min());
        last = std::max(last, time.max());
    }
    for (Buffer &previous : values.previous) {
        halide_dimension_t &time = previous.raw_buffer()->dim[previous.dimensions() - 1];
        time.min = first;
        time.extent = last - first + 1;
        previous.allocate();
        std::memset(previous.begin(), 0, previous.size_in_bytes());
    }
    for (int step = first; step < last; step++) {
        for (size_t r = 0; r < steps_.size(); r++) {
            const int time = values.previous[r].dimensions() - 1;
            values.state = values.previous[r].cropped(time, step + 1, 1);
            values.state.translate(time, -1); // what is stored there is seen one step later
            run_function(steps_[r], values);
        }
    }
}

Reference::Values Reference::regions(const Function &function, const Values &values) const {
    Values result = values;
    for (const Argument &a : function.arguments) {
        if (a.kind == Argument::Tensor && a.is_input) {
            const halide_buffer_t &raw = *values.tensors[a.index].raw_buffer();
            result.tensors[a.index] = Buffer(raw.type, nullptr, raw.dimensions, raw.dim);
        }
    }
    call(function, result);
    return result;
}

void Reference::run_function(const Function &function, const Values &values) const {
    // Halide's bounds ignore conditions (RDom::where, select): the pipeline may want to have
    // elements that it does not use, and that the design's tensor does not hold.
    Values wanted = regions(function, values), given = values;
    for (const Argument &a : function.arguments) {
        if (a.kind != Argument::Tensor || !a.is_input) {
            continue;
        }
        const Buffer &actual = values.tensors[a.index];
        Buffer &region = wanted.tensors[a.index];
        if (contains(region, actual) && !contains(actual, region)) {
            region.allocate();
            std::memset(region.begin(), 0, region.size_in_bytes());
            region.copy_from(actual);
            given.tensors[a.index] = region;
        }
    }
    call(function, given);
}

void Reference::call(const Function &function, Values &values) const {
    const void *user_context = nullptr;
    std::vector<int64_t> scalars =
        values.scalars; // Halide takes the low bytes: the machine is little endian
    std::vector<void *> arguments;
    for (const Argument &a : function.arguments) {
        switch (a.kind) {
        case Argument::UserContext:
            arguments.push_back(&user_context);
            break;
        case Argument::Tensor:
            arguments.push_back(values.tensors[a.index].raw_buffer());
            break;
        case Argument::Scalar:
            arguments.push_back(&scalars[a.index]);
            break;
        case Argument::Previous:
            arguments.push_back(values.previous[a.index].raw_buffer());
            break;
        case Argument::State:
            arguments.push_back(values.state.raw_buffer());
            break;
        }
    }
    last_error().clear();
    if (int status = function.pipeline(arguments.data()); status != 0) {
        user_error("the CPU reference {} failed with error {}: {}", function.name, status,
                   last_error());
    }
}

} // namespace Orrery::sim
