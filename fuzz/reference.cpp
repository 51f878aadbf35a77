#include "fuzz/reference.h"

#include "fuzz/dice.h"
#include "hwgen/support/error.h"

namespace Orrery::fuzz {
using namespace Halide;

namespace {

/// Calls `f` with a value of the C++ type of the elements.
template <typename F>
void with_type(Type type, F f) {
    if (type == Int(8)) {
        f(int8_t());
    } else if (type == UInt(8)) {
        f(uint8_t());
    } else if (type == Int(16)) {
        f(int16_t());
    } else if (type == UInt(16)) {
        f(uint16_t());
    } else {
        ORRERY_CHECK(type == Int(32), "no layer has elements of this type");
        f(int32_t());
    }
}

int constant(const Expr &e) {
    const auto value = Internal::as_const_int(e);
    ORRERY_CHECK(value, "a bound of a layer is not constant");
    return int(*value);
}

std::vector<halide_dimension_t> shape_of(const Parameter &parameter) {
    std::vector<halide_dimension_t> shape;
    for (int d = 0; d < parameter.dimensions(); d++) {
        shape.emplace_back(constant(parameter.min_constraint(d)),
                           constant(parameter.extent_constraint(d)),
                           constant(parameter.stride_constraint(d)));
    }
    return shape;
}

/// The bounds of the output and the strides of its buffer.
std::vector<halide_dimension_t> shape_of_output(const Func &output) {
    std::vector<halide_dimension_t> shape;
    const auto strides = output.output_buffers()[0];
    for (const Internal::Bound &bound : output.function().schedule().bounds()) {
        const int d = int(shape.size());
        shape.emplace_back(constant(bound.min), constant(bound.extent),
                           constant(strides.parameter().stride_constraint(d)));
    }
    return shape;
}

/// The machine's plain instructions: the fewest for LLVM to choose from. Nothing is left out that
/// could make a wrong reference look right.
Target reference_target() {
    const Target host = get_host_target();
    return Target(host.os, host.arch, host.bits, {Target::JIT});
}

} // namespace

Buffer<> strided_buffer(Type type, const std::vector<halide_dimension_t> &shape) {
    Runtime::Buffer<> memory(type, nullptr, int(shape.size()), shape.data());
    memory.allocate();
    return Buffer<>(std::move(memory));
}

void fill_random(Buffer<> &buffer, uint64_t seed) {
    Dice dice(seed);
    const bool small = dice.once_in(4);
    with_type(buffer.type(), [&](auto zero) {
        using T = decltype(zero);
        Buffer<T>(buffer).for_each_value(
            [&](T &v) { v = T(small ? dice.below(4) : dice.below(1 << 16) - (1 << 15)); });
    });
}

std::vector<int64_t> elements(const Buffer<> &buffer) {
    int64_t last = 0;
    for (int d = 0; d < buffer.dimensions(); d++) {
        last += int64_t(buffer.dim(d).extent() - 1) * buffer.dim(d).stride();
    }
    std::vector<int64_t> values(size_t(last + 1), 0);
    with_type(buffer.type(), [&](auto zero) {
        const auto *data = reinterpret_cast<const decltype(zero) *>(buffer.data());
        buffer.for_each_element([&](const int *coordinates) {
            int64_t offset = 0;
            for (int d = 0; d < buffer.dimensions(); d++) {
                offset += int64_t(coordinates[d]) * buffer.dim(d).stride();
            }
            values[size_t(offset)] = data[offset];
        });
    });
    return values;
}

Reference::Reference(const Layer &layer) : pipeline_(build_pipeline(layer)) {
    uint64_t seed = 0;
    for (char c : print(layer)) {
        seed = (seed ^ uint64_t(c)) * 0x100000001b3u;
    }
    Dice dice(seed);
    for (ImageParam &input : pipeline_.inputs) {
        Buffer<> buffer = strided_buffer(input.type(), shape_of(input.parameter()));
        fill_random(buffer, uint64_t(dice.below(1 << 30)));
        input.set(buffer);
        inputs_[input.name()] = buffer;
    }
}

const Buffer<> &Reference::output() {
    if (!output_.defined()) {
        for (const NamedFunc &f : pipeline_.funcs) {
            if (f.func.num_update_definitions() > 0) {
                Func(f.func).compute_root();
            }
        }
        Func output = pipeline_.output();
        Buffer<> result = strided_buffer(output.type(), shape_of_output(output));
        output.realize(result, reference_target());
        output_ = result;
    }
    return output_;
}

} // namespace Orrery::fuzz
