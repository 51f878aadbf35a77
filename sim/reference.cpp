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

/// Index of the tensor that an argument of the pipeline stands for; -1 for the user context.
int tensor_of(const halide_filter_argument_t &argument, const DesignDescription &design) {
    std::string name = argument.name;
    if (name == "__user_context") {
        return -1;
    }
    int index = design.find_tensor(name);
    if (index < 0) {
        user_error("{}: argument \"{}\" is not a tensor of design.json; run the generator again",
                   design.reference_library, name);
    }
    const TensorDescription &tensor = design.tensors[index];
    bool is_output = argument.kind == halide_argument_kind_output_buffer;
    bool is_input = argument.kind == halide_argument_kind_input_buffer;
    if ((tensor.is_output && !is_output) || (!tensor.is_output && !is_input) ||
        argument.type != tensor.type ||
        argument.dimensions != static_cast<int>(tensor.dimensions.size())) {
        user_error("{}: argument \"{}\" has another direction, type or number of dimensions than "
                   "in design.json; run the generator again",
                   design.reference_library, name);
    }
    return index;
}

} // namespace

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
        arguments_.push_back(tensor_of(data->arguments[i], design));
        found += arguments_.back() >= 0;
    }
    if (found != design.tensors.size()) {
        user_error("{}: the pipeline has {} tensors, design.json {}; run the generator again", file,
                   found, design.tensors.size());
    }
    if (auto *set_handler = symbol<SetErrorHandler>(handle, "halide_set_error_handler")) {
        set_handler([](void *, const char *message) { last_error() += message; });
    }
}

void Reference::run(std::vector<Buffer> &tensors) const {
    const void *user_context = nullptr;
    std::vector<void *> arguments;
    for (int tensor : arguments_) {
        arguments.push_back(tensor < 0 ? static_cast<void *>(&user_context)
                                       : tensors[tensor].raw_buffer());
    }
    last_error().clear();
    if (int status = pipeline_(arguments.data()); status != 0) {
        user_error("the CPU reference {} failed with error {}: {}", name_, status, last_error());
    }
}

} // namespace Orrery::sim
