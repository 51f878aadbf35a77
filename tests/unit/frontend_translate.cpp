#include "tests/unit/frontend_pipelines.h"

#include "hwgen/hwir/print.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>

using namespace Orrery;
using namespace Orrery::test;

namespace {

/// Values that find mistakes: the ends of the range, around 0 and any. Signed 32-bit sums must not
/// overflow in Halide, so `small_range` keeps such values apart from the ends.
template <typename T>
std::vector<T> samples(int count, unsigned seed, bool small_range) {
    std::mt19937 random(seed);
    std::vector<T> values;
    for (int i = 0; i < count; i++) {
        const uint32_t choice = random() % 4;
        const T any = static_cast<T>(random());
        if (small_range && sizeof(T) == 4) {
            values.push_back(static_cast<T>(static_cast<int>(random() % 60000) - 30000));
            continue;
        }
        const T small = static_cast<T>(static_cast<int>(random() % 7) - 3);
        values.push_back(choice == 0   ? std::numeric_limits<T>::min()
                         : choice == 1 ? std::numeric_limits<T>::max()
                         : choice == 2 ? small
                                       : any);
    }
    return values;
}

/// Compares the value of `f(a, b)` in the hardware IR with what Halide computes.
template <typename T>
void check_operation(const std::string &name, const std::function<Expr(Expr, Expr)> &f,
                     bool divides = false, bool small_range = false) {
    constexpr int count = 300;
    ImageParam a(type_of<T>(), 1, "a"), b(type_of<T>(), 1, "b");
    Var x("x");
    Func output("output");
    output(x) = f(a(x), b(x));
    output.bound(x, 0, count);
    const hwir::Design d = design_of(output, {a, b});
    const hwir::Process &process = d.processes.at(0);

    std::vector<T> left = samples<T>(count, 1, small_range);
    std::vector<T> right = samples<T>(count, 2, small_range);
    if (divides) {
        std::replace(right.begin(), right.end(), T(0), T(5));
        std::replace(right.begin(), right.end(), T(-1), T(6)); // smallest / -1 has no value in C
    }
    a.set(Buffer<T>(left.data(), count));
    b.set(Buffer<T>(right.data(), count));
    Func reference("reference");
    reference(x) = cast<int64_t>(f(a(x), b(x)));
    Buffer<int64_t> values = reference.realize({count});

    for (int i = 0; i < count; i++) {
        std::vector<int64_t> loads;
        for (const hwir::Access &load : process.loads) {
            loads.push_back(d.tensors[load.memory].name == "a" ? left[i] : right[i]);
        }
        std::vector<int64_t> counters(process.loops.size(), 0);
        INFO(name << " of " << int64_t(left[i]) << " and " << int64_t(right[i]) << "\n"
                  << hwir::print(d));
        REQUIRE(hwir::evaluate(d.exprs, process.value, counters, loads) == values(i));
    }
}

template <typename T>
void check_arithmetic() {
    check_operation<T>(
        "add", [](Expr a, Expr b) { return a + b; }, false, true);
    check_operation<T>(
        "subtract", [](Expr a, Expr b) { return a - b; }, false, true);
    check_operation<T>(
        "multiply", [](Expr a, Expr b) { return a * b; }, false, true);
    check_operation<T>(
        "divide", [](Expr a, Expr b) { return a / b; }, true, true);
    check_operation<T>(
        "modulo", [](Expr a, Expr b) { return a % b; }, true, true);
    check_operation<T>("divide by 8", [](Expr a, Expr) { return a / 8; });
    check_operation<T>("modulo 8", [](Expr a, Expr) { return a % 8; });
    check_operation<T>("minimum", [](Expr a, Expr b) { return min(a, b); });
    check_operation<T>("maximum", [](Expr a, Expr b) { return max(a, b); });
    check_operation<T>("select", [](Expr a, Expr b) { return select(a < b && a != 3, a, b); });
    check_operation<T>("comparisons", [](Expr a, Expr b) {
        return cast<int>(a < b) + 2 * cast<int>(a <= b) + 4 * cast<int>(a == b) +
               8 * cast<int>(a >= b) + 16 * cast<int>(a > b);
    });
    check_operation<T>("bitwise", [](Expr a, Expr b) { return ((a & b) | 5) ^ ~b; });
    check_operation<T>(
        "shift left", [](Expr a, Expr b) { return a << (b & 3); }, false, true);
    check_operation<T>("shift right", [](Expr a, Expr b) { return a >> (b & 3); });
    check_operation<T>("to int8", [](Expr a, Expr) { return cast<int8_t>(a); });
    check_operation<T>("to uint16", [](Expr a, Expr) { return cast<uint16_t>(a); });
    check_operation<T>("difference", [](Expr a, Expr b) { return absd(a, b); });
}

template <typename T>
void check_intrinsics() {
    check_operation<T>("saturating add", [](Expr a, Expr b) { return saturating_add(a, b); });
    check_operation<T>("saturating sub", [](Expr a, Expr b) { return saturating_sub(a, b); });
    check_operation<T>("saturate", [](Expr a, Expr) { return saturating_cast<int8_t>(a); });
    check_operation<T>("saturate unsigned",
                       [](Expr a, Expr) { return saturating_cast<uint8_t>(a); });
    check_operation<T>("widening add", [](Expr a, Expr b) { return widening_add(a, b); });
    check_operation<T>("widening mul", [](Expr a, Expr b) { return widening_mul(a, b); });
    check_operation<T>("widening sub", [](Expr a, Expr b) { return widening_sub(a, b); });
    check_operation<T>("halving add", [](Expr a, Expr b) { return halving_add(a, b); });
    check_operation<T>("halving sub", [](Expr a, Expr b) { return halving_sub(a, b); });
    check_operation<T>("average", [](Expr a, Expr b) { return rounding_halving_add(a, b); });
    for (int shift : {0, 1, 3, 7}) {
        check_operation<T>("rounding shift",
                           [=](Expr a, Expr) { return rounding_shift_right(a, shift); });
        check_operation<T>("multiply and shift",
                           [=](Expr a, Expr b) { return mul_shift_right(a, b, shift); });
        check_operation<T>("multiply, round and shift",
                           [=](Expr a, Expr b) { return rounding_mul_shift_right(a, b, shift); });
    }
    check_operation<T>("rounding shift by data",
                       [](Expr a, Expr b) { return rounding_shift_right(a, b & 3); });
}

template <typename T>
void check_bits() {
    check_operation<T>("ones", [](Expr a, Expr) { return popcount(a); });
    check_operation<T>("leading zeros", [](Expr a, Expr b) {
        return count_leading_zeros(a) + count_leading_zeros(a & b & 7);
    });
    check_operation<T>("trailing zeros", [](Expr a, Expr b) {
        return count_trailing_zeros(a) + count_trailing_zeros(a & b & 24);
    });
    check_operation<T>("interpolation", [](Expr a, Expr b) {
        return lerp(a, b, cast(a.type().with_code(halide_type_uint), b ^ a));
    });
}

} // namespace

TEST_CASE("arithmetic equals Halide's", "[frontend]") {
    check_arithmetic<int8_t>();
    check_arithmetic<uint8_t>();
    check_arithmetic<int32_t>();
    check_arithmetic<uint32_t>();
}

TEST_CASE("intrinsics equal Halide's", "[frontend]") {
    check_intrinsics<int8_t>();
    check_intrinsics<uint8_t>();
    check_intrinsics<int16_t>();
    check_intrinsics<int32_t>();
}

TEST_CASE("operations on bits equal Halide's", "[frontend]") {
    check_bits<int8_t>();
    check_bits<uint8_t>();
    check_bits<int16_t>();
    check_bits<uint32_t>();
    check_operation<uint8_t>("concatenate", [](Expr a, Expr b) {
        return cast<int64_t>(concat_bits({a, b, cast<uint8_t>(a ^ 3), b}));
    });
    check_operation<int16_t>("concatenate two", [](Expr a, Expr b) { return concat_bits({a, b}); });
}

TEST_CASE("tables of constants equal Halide's", "[frontend]") {
    Buffer<int16_t> square(256), plane(5, 3);
    square.set_min(-128);
    square.for_each_element([&](int i) { square(i) = int16_t(i * i - 77); });
    plane.for_each_element([&](int i, int j) { plane(i, j) = int16_t(i - 1000 * j); });
    Buffer<int16_t> sideways = plane.transposed(0, 1);
    Buffer<uint8_t> few(3);
    few.for_each_element([&](int i) { few(i) = uint8_t(200 + i); });
    check_operation<int8_t>("square",
                            [&](const Expr &a, const Expr &) { return square(cast<int>(a)); });
    check_operation<uint8_t>("plane", [&](const Expr &a, const Expr &b) {
        return plane(cast<int>(a % 5), clamp(cast<int>(b), 0, 2));
    });
    check_operation<uint8_t>("sideways", [&](const Expr &a, const Expr &b) {
        return sideways(cast<int>(b % 3), cast<int>(a % 5));
    });
    check_operation<uint8_t>("table of a table", [&](const Expr &a, const Expr &b) {
        return few(cast<int>(few(cast<int>(a % 3)) % 3)) + few(cast<int>(b % 3));
    });
}

TEST_CASE("operations that Halide replaces stay apart in one expression", "[frontend]") {
    check_operation<int8_t>("many", [](Expr a, Expr b) {
        const Expr distance = b & 7;
        return cast<int64_t>(rounding_shift_right(a, distance)) +
               100 * cast<int64_t>(rounding_shift_left(a, distance)) +
               10000 * cast<int64_t>(widening_shift_left(a, distance)) +
               cast<int64_t>(mul_shift_right(a, b, cast<uint8_t>(distance))) * 1000000 +
               cast<int64_t>(saturating_sub(a, b)) * 1000000000 +
               cast<int64_t>(saturating_add(b, a) + halving_sub(a, b)) *
                   Expr(int64_t(100000000000));
    });
}

TEST_CASE("signed operations equal Halide's", "[frontend]") {
    check_operation<int8_t>("abs", [](Expr a, Expr) { return abs(a); });
    check_operation<int32_t>("abs", [](Expr a, Expr) { return abs(a); });
    check_operation<int16_t>(
        "divide to zero", [](Expr a, Expr b) { return div_round_to_zero(a, b); }, true);
    check_operation<int16_t>(
        "remainder to zero", [](Expr a, Expr b) { return mod_round_to_zero(a, b); }, true);
    check_operation<int32_t>("requantise by 31", [](Expr a, Expr b) {
        return saturating_cast<int8_t>(rounding_mul_shift_right(a, b, 31));
    });
    check_operation<int8_t>("mux", [](Expr a, Expr b) {
        return mux(clamp(cast<int>(a), 0, 3), {b, cast<int8_t>(b + 1), a, cast<int8_t>(7)});
    });
}
