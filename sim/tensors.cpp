#include "sim/tensors.h"

#include "hwgen/support/error.h"

#include <cstring>

namespace Orrery::sim {

Buffer allocate_tensor(const TensorDescription &tensor) {
    std::vector<halide_dimension_t> shape;
    for (const TensorDimension &d : tensor.dimensions) {
        shape.emplace_back(static_cast<int>(d.min), static_cast<int>(d.extent),
                           static_cast<int>(d.stride));
    }
    Buffer buffer(tensor.type, nullptr, static_cast<int>(shape.size()), shape.data());
    buffer.allocate();
    return buffer;
}

void check_buffer(const TensorDescription &tensor, const Buffer &buffer) {
    if (buffer.data() == nullptr) {
        user_error("tensor {}: no data is given", tensor.name);
    }
    if (buffer.type() != tensor.type) {
        user_error("tensor {}: the data is of type {}, the design's of type {}", tensor.name,
                   type_name(buffer.type()), type_name(tensor.type));
    }
    if (buffer.dimensions() != static_cast<int>(tensor.dimensions.size())) {
        user_error("tensor {}: the data has {} dimensions, the design's {}", tensor.name,
                   buffer.dimensions(), tensor.dimensions.size());
    }
    for (int d = 0; d < buffer.dimensions(); d++) {
        const TensorDimension &wanted = tensor.dimensions[d];
        const auto &got = buffer.dim(d);
        if (got.min() > wanted.min ||
            got.min() + int64_t(got.extent()) < wanted.min + wanted.extent) {
            user_error(
                "tensor {}: dimension {} of the data is [{}, {}), the design reads or writes "
                "[{}, {})",
                tensor.name, d, got.min(), got.min() + int64_t(got.extent()), wanted.min,
                wanted.min + wanted.extent);
        }
    }
}

void for_each_element(const TensorDescription &tensor,
                      const std::function<void(const int *, int64_t)> &visit) {
    const auto &dimensions = tensor.dimensions;
    std::vector<int> coordinates;
    for (const TensorDimension &d : dimensions) {
        coordinates.push_back(static_cast<int>(d.min));
    }
    int64_t offset = 0;
    for (;;) {
        visit(coordinates.data(), offset);
        size_t d = 0;
        for (; d < dimensions.size(); d++) {
            offset += dimensions[d].stride;
            if (++coordinates[d] < dimensions[d].min + dimensions[d].extent) {
                break;
            }
            coordinates[d] = static_cast<int>(dimensions[d].min);
            offset -= dimensions[d].stride * dimensions[d].extent;
        }
        if (d == dimensions.size()) {
            return;
        }
    }
}

namespace {

uint8_t *element(const Buffer &buffer, const int *coordinates) {
    return buffer.raw_buffer()->address_of(coordinates);
}

std::string element_text(halide_type_t type, const uint8_t *bytes) {
    uint64_t value = 0;
    std::memcpy(&value, bytes, type.bytes());
    if (type.code == halide_type_uint) {
        return std::to_string(value);
    }
    int unused = 64 - 8 * type.bytes();
    return std::to_string(static_cast<int64_t>(value << unused) >> unused);
}

} // namespace

void fill_random(const TensorDescription &tensor, Buffer &buffer, uint64_t seed) {
    Random random(seed);
    size_t bytes = tensor.element_bytes();
    bool boolean = tensor.type.bits == 1;
    for_each_element(tensor, [&](const int *coordinates, int64_t) {
        uint64_t value = boolean ? random.next() & 1 : random.next();
        std::memcpy(element(buffer, coordinates), &value, bytes);
    });
}

void store_tensor(const TensorDescription &tensor, const Buffer &buffer, TensorMemory &memory,
                  uint64_t from) {
    size_t bytes = tensor.element_bytes();
    for_each_element(tensor, [&](const int *coordinates, int64_t offset) {
        std::memcpy(memory.data() + from + offset * bytes, element(buffer, coordinates), bytes);
    });
}

void load_tensor(const TensorDescription &tensor, const TensorMemory &memory, Buffer &buffer,
                 uint64_t from) {
    size_t bytes = tensor.element_bytes();
    for_each_element(tensor, [&](const int *coordinates, int64_t offset) {
        std::memcpy(element(buffer, coordinates), memory.data() + from + offset * bytes, bytes);
    });
}

uint64_t compare_tensors(const TensorDescription &tensor, const Buffer &got, const Buffer &expected,
                         size_t limit, std::vector<Difference> &differences) {
    size_t bytes = tensor.element_bytes();
    uint64_t count = 0;
    for_each_element(tensor, [&](const int *coordinates, int64_t) {
        const uint8_t *a = element(got, coordinates), *b = element(expected, coordinates);
        if (std::memcmp(a, b, bytes) == 0) {
            return;
        }
        count++;
        if (differences.size() < limit) {
            differences.push_back({tensor.name,
                                   {coordinates, coordinates + tensor.dimensions.size()},
                                   element_text(tensor.type, a),
                                   element_text(tensor.type, b), -1});
        }
    });
    return count;
}

} // namespace Orrery::sim
