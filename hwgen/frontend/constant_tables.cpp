#include "hwgen/frontend/constant_tables.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/support/error.h"

namespace Orrery::frontend {

using namespace Halide::Internal;

namespace {

/// The element at `offset` elements from the first one.
Expr element(const Halide::Buffer<> &image, int64_t offset) {
    const Halide::Type type = image.type();
    const uint8_t *at = static_cast<const uint8_t *>(image.data()) + offset * type.bytes();
    int64_t value = 0;
    switch (type.bits()) {
    case 1:
    case 8:
        value = type.is_int() ? int64_t(*reinterpret_cast<const int8_t *>(at)) : int64_t(*at);
        break;
    case 16:
        value = type.is_int() ? int64_t(*reinterpret_cast<const int16_t *>(at))
                              : int64_t(*reinterpret_cast<const uint16_t *>(at));
        break;
    case 32:
        value = type.is_int() ? int64_t(*reinterpret_cast<const int32_t *>(at))
                              : int64_t(*reinterpret_cast<const uint32_t *>(at));
        break;
    default:
        value = *reinterpret_cast<const int64_t *>(at);
    }
    if (type.is_int()) {
        return IntImm::make(type, value);
    }
    return UIntImm::make(type, static_cast<uint64_t>(value));
}

/// All elements, the first dimension fastest.
std::vector<Expr> elements(const Halide::Buffer<> &image) {
    std::vector<int64_t> offsets{0};
    for (int d = 0; d < image.dimensions(); d++) {
        std::vector<int64_t> wider;
        for (int i = 0; i < image.dim(d).extent(); i++) {
            for (int64_t offset : offsets) {
                wider.push_back(offset + int64_t(i) * image.dim(d).stride());
            }
        }
        offsets = wider;
    }
    std::vector<Expr> values;
    for (int64_t offset : offsets) {
        values.push_back(element(image, offset));
    }
    return values;
}

/// A binary tree of selections; what is behind the last value does not occur.
Expr choose(std::vector<Expr> values, const Expr &index) {
    for (int bit = 0; values.size() > 1; bit++) {
        const Expr odd = (index & (1 << bit)) != 0;
        std::vector<Expr> next;
        for (size_t i = 0; i < values.size(); i += 2) {
            const bool pair = i + 1 < values.size() && !equal(values[i], values[i + 1]);
            next.push_back(pair ? Halide::select(odd, values[i + 1], values[i]) : values[i]);
        }
        values = next;
    }
    return values[0];
}

/// Is the coordinate within the dimension, whatever is read from memory?
void check_coordinate(const Call &call, int dimension, const CounterSpace &space,
                      const std::string &where) {
    const Expr &coordinate = call.args[size_t(dimension)];
    const int min = call.image.dim(dimension).min(),
              max = min + call.image.dim(dimension).extent() - 1;
    Scope<Interval> scope;
    space.push_intervals(coordinate, scope);
    const Interval range = bounds_of_expr_in_scope(coordinate, scope);
    const auto least = range.has_lower_bound() ? as_const_int(clean(range.min)) : std::nullopt;
    const auto most = range.has_upper_bound() ? as_const_int(clean(range.max)) : std::nullopt;
    if (!least || !most || *least < min || *most > max) {
        user_error("{}: image '{}' has elements {} to {} in dimension {}, but the address may lie "
                   "outside; write "
                   "clamp(address, {}, {})",
                   where, user_name(call.name), min, max, dimension, min, max);
    }
}

} // namespace

Expr constant_element(const Call &call, const std::vector<Expr> &coordinates,
                      const CounterSpace &space, const std::string &where) {
    const Halide::Buffer<> &image = call.image;
    const int64_t count = int64_t(image.number_of_elements());
    if (image.type().is_float() || image.type().is_bfloat() || image.type().is_handle()) {
        user_error("{}: image '{}' is floating point, which has no hardware form; use integers "
                   "(fixed point)",
                   where, user_name(call.name));
    }
    if (count > max_table_elements) {
        user_error("{}: image '{}' with fixed contents has {} elements, more than the limit of {}; "
                   "pass it as an "
                   "input",
                   where, user_name(call.name), count, max_table_elements);
    }
    Expr index = 0;
    int stride = 1;
    for (int d = 0; d < image.dimensions(); d++) {
        check_coordinate(call, d, space, where);
        index = index + (coordinates[size_t(d)] - image.dim(d).min()) * stride;
        stride *= image.dim(d).extent();
    }
    return choose(elements(image), clean(index));
}

} // namespace Orrery::frontend
