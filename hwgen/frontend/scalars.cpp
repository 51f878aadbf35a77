#include "hwgen/frontend/scalars.h"

#include "hwgen/frontend/expressions.h"
#include "hwgen/frontend/translate.h"
#include "hwgen/hwir/bounds.h"
#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::frontend {

using namespace Halide::Internal;
using Halide::Parameter;

namespace {

/// A bound or default that the user gave, as an integer.
std::optional<int64_t> number(const Expr &e) {
    if (!e.defined()) {
        return std::nullopt;
    }
    const Expr value = simplify(e);
    if (const auto unsigned_value = as_const_uint(value)) {
        return static_cast<int64_t>(*unsigned_value);
    }
    return as_const_int(value);
}

/// Bounds that the user gave; on the other side none.
struct GivenBounds {
    std::optional<int64_t> min, max;
    explicit GivenBounds(const Parameter &p)
        : min(number(p.min_value())), max(number(p.max_value())) {}
};

constexpr int bounded_by_type = 16; ///< widest type whose own range is a useful bound

} // namespace

hwir::Scalar describe_scalar(const Parameter &parameter) {
    const std::string name = user_name(parameter.name());
    hwir::Scalar scalar;
    scalar.name = parameter.name();
    scalar.type = translate_type(parameter.type(), "scalar " + name);
    const hwir::Interval all = hwir::type_interval(scalar.type);
    const GivenBounds given(parameter);
    scalar.range = {std::max(all.min, given.min.value_or(all.min)),
                    std::min(all.max, given.max.value_or(all.max))};
    scalar.otherwise = number(parameter.default_value());
    if (!scalar.otherwise && parameter.has_scalar_value()) {
        scalar.otherwise = number(parameter.scalar_expr()); // a Param's current value
    }
    if (scalar.range.min > scalar.range.max) {
        user_error("scalar {}: its bounds, {} to {}, leave no value", name, scalar.range.min,
                   scalar.range.max);
    }
    if (scalar.otherwise &&
        (*scalar.otherwise < scalar.range.min || *scalar.otherwise > scalar.range.max)) {
        user_error("scalar {}: its default {} is outside of its bounds, {} to {}", name,
                   *scalar.otherwise, scalar.range.min, scalar.range.max);
    }
    return scalar;
}

std::map<std::string, Parameter> scalars_in(const Expr &e) {
    std::map<std::string, Parameter> scalars;
    for_each_variable(e, [&](const Variable &v) {
        if (v.param.defined() && !v.param.is_buffer()) {
            scalars.emplace(v.name, v.param);
        }
    });
    return scalars;
}

std::optional<hwir::Interval> bounded_range(const Parameter &scalar) {
    const GivenBounds given(scalar);
    const bool small = scalar.type().bits() <= bounded_by_type;
    const bool below = given.min || small || scalar.type().is_uint();
    const bool above = given.max || small;
    if (!below || !above) {
        return std::nullopt;
    }
    return describe_scalar(scalar).range;
}

Stmt simplify_within_bounds(const Stmt &s, const std::vector<Parameter> &inputs) {
    Halide::Internal::Scope<Interval> scope;
    for (const Parameter &input : inputs) {
        const auto range = input.is_buffer() ? std::nullopt : bounded_range(input);
        if (range) {
            scope.push(input.name(), Interval(make_const(input.type(), range->min),
                                              make_const(input.type(), range->max)));
        }
    }
    return simplify(s, true, scope);
}

Parameter find_unbounded(const Expr &e) {
    for (const auto &[name, scalar] : scalars_in(e)) {
        if (!bounded_range(scalar)) {
            return scalar;
        }
    }
    return Parameter();
}

std::string unbounded_scalar_text(const Parameter &scalar) {
    const std::string name = user_name(scalar.name());
    const GivenBounds given(scalar);
    return fmt::format(
        "scalar {0} has no {1} bound; give it with Input<...> {0}{{\"{0}\", default, "
        "min, max}} (of a Param: set_range(min, max))",
        name, given.max ? "lower" : "upper");
}

} // namespace Orrery::frontend
