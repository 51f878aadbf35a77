#include "sim/size_expression.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace Orrery::sim {

namespace {

using Binary = int64_t (*)(int64_t, int64_t);

/// Euclidean: the remainder is never negative; a divisor of 0 gives 0.
int64_t remainder(int64_t a, int64_t b) {
    if (b == 0) {
        return 0;
    }
    int64_t r = a % b;
    return r < 0 ? r + std::abs(b) : r;
}

int64_t shift(int64_t a, int64_t amount) {
    if (amount >= 0) {
        return amount > 62 ? 0 : int64_t(uint64_t(a) << amount);
    }
    return a >> std::min<int64_t>(-amount, 63);
}

const std::map<std::string, Binary> &binary_operations() {
    static const std::map<std::string, Binary> operations{
        {"add", [](int64_t a, int64_t b) { return a + b; }},
        {"sub", [](int64_t a, int64_t b) { return a - b; }},
        {"mul", [](int64_t a, int64_t b) { return a * b; }},
        {"div", [](int64_t a, int64_t b) { return b == 0 ? 0 : (a - remainder(a, b)) / b; }},
        {"mod", remainder},
        {"min", [](int64_t a, int64_t b) { return std::min(a, b); }},
        {"max", [](int64_t a, int64_t b) { return std::max(a, b); }},
        {"equal", [](int64_t a, int64_t b) { return int64_t(a == b); }},
        {"not_equal", [](int64_t a, int64_t b) { return int64_t(a != b); }},
        {"less", [](int64_t a, int64_t b) { return int64_t(a < b); }},
        {"less_equal", [](int64_t a, int64_t b) { return int64_t(a <= b); }},
        {"and", [](int64_t a, int64_t b) { return int64_t(a != 0 && b != 0); }},
        {"or", [](int64_t a, int64_t b) { return int64_t(a != 0 || b != 0); }},
        {"shift_left", [](int64_t a, int64_t b) { return shift(a, b); }},
        {"shift_right", [](int64_t a, int64_t b) { return shift(a, -b); }}};
    return operations;
}

int64_t cast(int64_t value, halide_type_t type) {
    int unused = 64 - type.bits;
    return type.code == halide_type_int ? int64_t(uint64_t(value) << unused) >> unused
                                        : int64_t(uint64_t(value) << unused >> unused);
}

} // namespace

int operand_count(const std::string &op) {
    return binary_operations().count(op)      ? 2
           : op == "cast" || op == "not"      ? 1
           : op == "select"                   ? 3
           : op == "number" || op == "scalar" ? 0
                                              : -1;
}

int64_t SizeExpression::evaluate(const std::vector<int64_t> &scalars) const {
    if (op == "number") {
        return number;
    }
    if (op == "scalar") {
        return scalars.at(number);
    }
    std::vector<int64_t> values;
    for (const SizeExpression &a : args) {
        values.push_back(a.evaluate(scalars));
    }
    if (op == "cast") {
        return cast(values[0], type);
    }
    if (op == "not") {
        return values[0] == 0;
    }
    if (op == "select") {
        return values[0] != 0 ? values[1] : values[2];
    }
    return binary_operations().at(op)(values[0], values[1]);
}

} // namespace Orrery::sim
