#include "fuzz/layer_builder.h"

#include "fuzz/cpp_expression.h"
#include "fuzz/dice.h"
#include "hwgen/support/error.h"

#include <numeric>

namespace Orrery::fuzz {
using namespace Halide;

int LayerBuilder::operator[](const char *parameter) const {
    const auto found = layer_.parameters.find(parameter);
    ORRERY_CHECK(found != layer_.parameters.end(), "layer {} has no parameter {}", layer_.kind,
                 parameter);
    return found->second;
}

template <typename T>
Expr LayerBuilder::scalar(const Param<T> &param) {
    Parameter parameter = param.parameter();
    parameter.set_default_value(parameter.scalar_expr()); // as an input of a generator has it
    pipeline_.scalars.push_back(parameter);
    return param;
}

Expr LayerBuilder::size(const char *parameter) {
    const int most = (*this)[parameter], symbolic = (*this)["symbolic"];
    const std::string name = "size_" + std::string(parameter);
    for (const Parameter &known : pipeline_.scalars) {
        if (known.name() == name) {
            return Internal::Variable::make(known.type(), name, known);
        }
    }
    const bool fixed =
        symbolic == 0 || kind_of(layer_).sizes[size_t(symbolic - 1)] != std::string(parameter);
    return fixed ? Expr(most) : scalar(Param<int32_t>(name, most, 1, most));
}

Shape LayerBuilder::strides(const Shape &shape) {
    std::vector<size_t> dimensions(shape.size());
    std::iota(dimensions.begin(), dimensions.end(), 0);
    Dice dice(uint64_t((*this)["order"] * 16 + tensors_++));
    if ((*this)["order"] > 0) {
        dice.shuffle(dimensions);
    }
    Shape result(shape.size());
    Expr stride = 1;
    for (size_t d : dimensions) {
        result[d] = stride;
        stride = Internal::simplify(stride * shape[d] + (*this)["gaps"]);
    }
    return result;
}

ImageParam LayerBuilder::input(const std::string &name, Type type, const Shape &shape) {
    ImageParam parameter(type, int(shape.size()), name);
    const Shape layout = strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, Internal::simplify(shape[d])).set_stride(layout[d]);
    }
    pipeline_.inputs.push_back(parameter);
    return parameter;
}

Func LayerBuilder::func(const std::string &name) {
    Func f(name);
    pipeline_.funcs.push_back({name, f, ""});
    return f;
}

Func LayerBuilder::padded(const std::string &name, const ImageParam &input, const Shape &shape) {
    const int value = (*this)["padding"] - 1;
    if (value < 0) {
        Func f = func(name);
        std::vector<Var> variables;
        for (size_t d = 0; d < shape.size(); d++) {
            variables.emplace_back("x" + std::to_string(d));
        }
        f(variables) = input(std::vector<Expr>(variables.begin(), variables.end()));
        return f;
    }
    Region bounds;
    std::string text;
    for (const Expr &e : shape) {
        const Expr extent = Internal::simplify(e);
        bounds.emplace_back(0, extent);
        text += fmt::format("{}{{0, {}}}", text.empty() ? "" : ", ", cpp_expression(extent, {}));
    }
    Func f = BoundaryConditions::constant_exterior(input, cast(input.type(), value), bounds);
    const std::string type =
        (input.type().is_uint() ? "UInt(" : "Int(") + std::to_string(input.type().bits()) + ")";
    pipeline_.funcs.push_back(
        {name, f,
         fmt::format("BoundaryConditions::constant_exterior({}, cast({}, {}), {{{}}})",
                     input.name(), type, value, text)});
    return f;
}

Pipeline LayerBuilder::finish(Func output, const std::vector<Var> &variables, const Shape &shape) {
    const Shape layout = strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        output.bound(variables[d], 0, Internal::simplify(shape[d]));
        output.output_buffer().dim(int(d)).set_stride(layout[d]);
        pipeline_.estimates[variables[d].name()] = int(value_of(shape[d], pipeline_.greatest()));
    }
    // In the order in which Halide lists them: that of the design's tensors and scalars.
    std::vector<ImageParam> inputs;
    std::vector<Parameter> scalars;
    for (const Argument &argument : Halide::Pipeline(output).infer_arguments()) {
        for (const ImageParam &input : pipeline_.inputs) {
            if (input.name() == argument.name) {
                inputs.push_back(input);
            }
        }
        for (const Parameter &scalar : pipeline_.scalars) {
            if (scalar.name() == argument.name) {
                scalars.push_back(scalar);
            }
        }
    }
    pipeline_.inputs = inputs;
    pipeline_.scalars = scalars;
    ORRERY_CHECK(output.name() == pipeline_.output().name(), "the output must be made last");
    return pipeline_;
}

Type LayerBuilder::data_type() const {
    const Type types[] = {Int(8), UInt(8), Int(16), UInt(16)};
    return types[(*this)["type"]];
}

Type LayerBuilder::weight_type() const {
    const Type types[] = {Int(8), UInt(8), Int(16)};
    return data_type().bits() == 16 ? Int(8) : types[(*this)["weight_type"]];
}

Expr LayerBuilder::requantised(const Expr &full_sum, const Expr &scale) {
    Expr sum = full_sum;
    if ((*this)["scalar"] == 1) {
        sum = sum >> scalar(Param<int32_t>("shift", 3, 0, 15));
    } else if ((*this)["scalar"] == 2) {
        sum = (sum >> 8) * scalar(Param<int8_t>("multiplier", 5, -128, 127));
    }
    switch ((*this)["post"]) {
    case 0:
        return sum;
    case 1:
        return cast<int8_t>(clamp(sum >> 4, -128, 127));
    case 2:
        return cast<uint8_t>(clamp((max(sum, 0) + 8) >> 4, 0, 255));
    case 3:
        return saturating_cast<int8_t>(rounding_shift_right(sum * scale, 6));
    case 4:
        return saturating_cast<int16_t>(
            rounding_mul_shift_right(sum, cast<int32_t>(scale) << 20, 26));
    case 5:
        return saturating_cast<int16_t>(select(sum > 0, sum, sum / 8) >> 2);
    default:
        return cast<uint16_t>(abs(sum) % 1000);
    }
}

} // namespace Orrery::fuzz
