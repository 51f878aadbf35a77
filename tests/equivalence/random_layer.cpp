#include "tests/equivalence/random_layer.h"

#include "hwgen/interpreter/interpreter.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

template <typename T>
void fill(Buffer<> &buffer, Dice &dice) {
    bool small = dice.once_in(4);
    Buffer<T>(buffer).for_each_value(
        [&](T &v) { v = T(small ? dice.below(4) : dice.below(1 << 16) - (1 << 15)); });
}

int constant(const Expr &e) {
    const auto value = Internal::as_const_int(e);
    ORRERY_CHECK(value, "a bound of a random layer is not constant");
    return int(*value);
}

} // namespace

void fill_random(Buffer<> &buffer, unsigned seed) {
    Dice dice(seed);
    const Type type = buffer.type();
    if (type == Int(8)) {
        fill<int8_t>(buffer, dice);
    } else if (type == UInt(8)) {
        fill<uint8_t>(buffer, dice);
    } else if (type == Int(16)) {
        fill<int16_t>(buffer, dice);
    } else if (type == UInt(16)) {
        fill<uint16_t>(buffer, dice);
    } else {
        fill<int32_t>(buffer, dice);
    }
}

Buffer<> strided_buffer(Type type, const std::vector<halide_dimension_t> &shape) {
    Runtime::Buffer<> memory(type, nullptr, int(shape.size()), shape.data());
    memory.allocate();
    return Buffer<>(std::move(memory));
}

Buffer<> random_buffer(const ImageParam &like, unsigned seed) {
    const Parameter parameter = like.parameter();
    std::vector<halide_dimension_t> shape;
    for (int d = 0; d < like.dimensions(); d++) {
        shape.emplace_back(constant(parameter.min_constraint(d)),
                           constant(parameter.extent_constraint(d)),
                           constant(parameter.stride_constraint(d)));
    }
    Buffer<> buffer = strided_buffer(like.type(), shape);
    fill_random(buffer, seed);
    return buffer;
}

int64_t element_value(const Buffer<> &buffer, int64_t offset) {
    const void *data = buffer.data();
    const Type type = buffer.type();
    if (type == Int(8)) {
        return static_cast<const int8_t *>(data)[offset];
    }
    if (type == UInt(8)) {
        return static_cast<const uint8_t *>(data)[offset];
    }
    if (type == Int(16)) {
        return static_cast<const int16_t *>(data)[offset];
    }
    if (type == UInt(16)) {
        return static_cast<const uint16_t *>(data)[offset];
    }
    ORRERY_CHECK(type == Int(32), "no random layer has elements of this type");
    return static_cast<const int32_t *>(data)[offset];
}

std::vector<int64_t> in_memory(const Buffer<> &buffer, const hwir::Tensor &tensor) {
    std::vector<int64_t> values = interpreter::make_tensor(tensor).data;
    buffer.for_each_element([&](const int *coordinates) {
        int64_t from = 0, to = 0;
        for (int d = 0; d < buffer.dimensions(); d++) {
            const int64_t distance = coordinates[d] - buffer.dim(d).min();
            from += distance * buffer.dim(d).stride();
            to += distance * tensor.dimensions[size_t(d)].stride.most;
        }
        values[size_t(to)] = element_value(buffer, from);
    });
    return values;
}

} // namespace Orrery::test
