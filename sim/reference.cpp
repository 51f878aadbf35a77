#include "sim/reference.h"

#include "hwgen/support/error.h"

#include <dlfcn.h>

#include <cstring>

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

Reference::Reference(const DesignDescription &design) : name_(design.reference_function) {
    if (design.reference_library.empty()) {
        user_error("design {} has no CPU reference (\"reference\" in design.json)", design.name);
    }
    std::string file = std::filesystem::absolute(design.directory / design.reference_library);
    void *handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        user_error("the CPU reference cannot be loaded: {}", dlerror());
    }
    library_ = std::shared_ptr<void>(handle, [](void *h) { dlclose(h); });
    pipeline_ = symbol<Pipeline>(handle, name_ + "_argv");
    auto *metadata = symbol<Metadata>(handle, name_ + "_metadata");
    if (!pipeline_ || !metadata) {
        user_error("{}: the library has no functions {}_argv and {}_metadata", file, name_, name_);
    }
    const halide_filter_metadata_t *data = metadata();
    size_t found = 0;
    for (int i = 0; i < data->num_arguments; i++) {
        arguments_.push_back(argument_of(data->arguments[i], design));
        found += arguments_.back().kind != Argument::UserContext;
    }
    scalar_count_ = design.scalars.size();
    if (found != design.tensors.size() + scalar_count_) {
        user_error("{}: the pipeline has {} tensors and scalars, design.json {}; run the generator "
                   "again",
                   file, found, design.tensors.size() + scalar_count_);
    }
    if (auto *set_handler = symbol<SetErrorHandler>(handle, "halide_set_error_handler")) {
        set_handler([](void *, const char *message) { last_error() += message; });
    }
}

void Reference::run(std::vector<Buffer> &tensors, const std::vector<int64_t> &scalars) const {
    // Halide's bounds ignore conditions (RDom::where, select): the pipeline may want to have
    // elements that it does not use, and that the design's tensor does not hold.
    std::vector<Buffer> regions = tensors;
    for (const Argument &a : arguments_) {
        if (a.kind == Argument::Tensor && a.is_input) {
            const halide_buffer_t &raw = *tensors[a.index].raw_buffer();
            regions[a.index] = Buffer(raw.type, nullptr, raw.dimensions, raw.dim);
        }
    }
    call(regions, scalars); // inputs without memory: asks for their regions
    std::vector<Buffer> buffers = tensors;
    for (const Argument &a : arguments_) {
        if (a.kind != Argument::Tensor || !a.is_input) {
            continue;
        }
        const Buffer &actual = tensors[a.index];
        Buffer &wanted = regions[a.index];
        if (contains(wanted, actual) && !contains(actual, wanted)) {
            wanted.allocate();
            std::memset(wanted.begin(), 0, wanted.size_in_bytes());
            wanted.copy_from(actual);
            buffers[a.index] = wanted;
        }
    }
    call(buffers, scalars);
}

void Reference::call(std::vector<Buffer> &tensors, const std::vector<int64_t> &scalars) const {
    ORRERY_CHECK(scalars.size() == scalar_count_, "{} values for {} scalars", scalars.size(),
                 scalar_count_);
    const void *user_context = nullptr;
    std::vector<int64_t> values =
        scalars; // Halide takes the low bytes: the machine is little endian
    std::vector<void *> arguments;
    for (const Argument &a : arguments_) {
        arguments.push_back(a.kind == Argument::Tensor   ? tensors[a.index].raw_buffer()
                            : a.kind == Argument::Scalar ? static_cast<void *>(&values[a.index])
                                                         : static_cast<void *>(&user_context));
    }
    last_error().clear();
    if (int status = pipeline_(arguments.data()); status != 0) {
        user_error("the CPU reference {} failed with error {}: {}", name_, status, last_error());
    }
}

} // namespace Orrery::sim
