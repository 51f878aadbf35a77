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

std::vector<halide_dimension_t> shape_of(const Parameter &parameter, const ScalarValues &scalars) {
    std::vector<halide_dimension_t> shape;
    for (int d = 0; d < parameter.dimensions(); d++) {
        shape.emplace_back(value_of(parameter.min_constraint(d), scalars),
                           value_of(parameter.extent_constraint(d), scalars),
                           value_of(parameter.stride_constraint(d), scalars));
    }
    return shape;
}

/// The bounds of the output and the strides of its buffer.
std::vector<halide_dimension_t> shape_of_output(const Func &output, const ScalarValues &scalars) {
    std::vector<halide_dimension_t> shape;
    const auto strides = output.output_buffers()[0];
    for (const Internal::Bound &bound : output.function().schedule().bounds()) {
        const Expr stride = strides.parameter().stride_constraint(int(shape.size()));
        shape.emplace_back(value_of(bound.min, scalars), value_of(bound.extent, scalars),
                           value_of(stride, scalars));
    }
    return shape;
}

/// A value within its range, which is that of its type where it has none.
int64_t random_value(const Parameter &scalar, Dice &dice) {
    const int64_t least = value_of(scalar.min_value(), {}), most = value_of(scalar.max_value(), {});
    return least + dice.below(int(most - least + 1));
}

void set_scalar(Parameter scalar, int64_t value) {
    with_type(scalar.type(), [&](auto zero) { scalar.set_scalar(decltype(zero)(value)); });
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
    add_setting(seed, true);
    add_setting(seed + 1, false);
    for (const NamedFunc &f : pipeline_.funcs) {
        if (f.func.num_update_definitions() > 0) {
            Func(f.func).compute_root();
        }
    }
}

void Reference::add_setting(uint64_t seed, bool greatest) {
    Dice dice(seed);
    Setting setting;
    for (const Parameter &scalar : pipeline_.scalars) {
        setting.scalars[scalar.name()] = greatest && is_size(scalar)
                                             ? value_of(scalar.max_value(), {})
                                             : random_value(scalar, dice);
    }
    for (const ImageParam &input : pipeline_.inputs) {
        Buffer<> buffer =
            strided_buffer(input.type(), shape_of(input.parameter(), setting.scalars));
        fill_random(buffer, uint64_t(dice.below(1 << 30)));
        setting.inputs[input.name()] = buffer;
    }
    settings_.push_back(std::move(setting));
}

const Buffer<> &Reference::output(size_t number) {
    Setting &setting = settings_[number];
    if (!setting.output.defined()) {
        for (const Parameter &scalar : pipeline_.scalars) {
            set_scalar(scalar, setting.scalars.at(scalar.name()));
        }
        for (ImageParam &input : pipeline_.inputs) {
            input.set(setting.inputs.at(input.name()));
        }
        Func output = pipeline_.output();
        setting.output = strided_buffer(output.type(), shape_of_output(output, setting.scalars));
        output.realize(setting.output, reference_target());
    }
    return setting.output;
}

} // namespace Orrery::fuzz
