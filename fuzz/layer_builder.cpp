#include "fuzz/layer_builder.h"

#include "fuzz/dice.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <numeric>

namespace Orrery::fuzz {
using namespace Halide;

int LayerBuilder::operator[](const char *parameter) const {
    const auto found = layer_.parameters.find(parameter);
    ORRERY_CHECK(found != layer_.parameters.end(), "layer {} has no parameter {}", layer_.kind,
                 parameter);
    return found->second;
}

std::vector<int> LayerBuilder::strides(const std::vector<int> &shape) {
    std::vector<size_t> dimensions(shape.size());
    std::iota(dimensions.begin(), dimensions.end(), 0);
    Dice dice(uint64_t((*this)["order"] * 16 + tensors_++));
    if ((*this)["order"] > 0) {
        dice.shuffle(dimensions);
    }
    std::vector<int> result(shape.size());
    int stride = 1;
    for (size_t d : dimensions) {
        result[d] = stride;
        stride = stride * shape[d] + (*this)["gaps"];
    }
    return result;
}

ImageParam LayerBuilder::input(const std::string &name, Type type, const std::vector<int> &shape) {
    ImageParam parameter(type, int(shape.size()), name);
    const std::vector<int> layout = strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        parameter.dim(int(d)).set_bounds(0, shape[d]).set_stride(layout[d]);
    }
    pipeline_.inputs.push_back(parameter);
    return parameter;
}

Func LayerBuilder::func(const std::string &name) {
    Func f(name);
    pipeline_.funcs.push_back({name, f, ""});
    return f;
}

Func LayerBuilder::padded(const std::string &name, const ImageParam &input,
                          const std::vector<int> &shape) {
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
    for (int extent : shape) {
        bounds.emplace_back(0, extent);
        text += fmt::format("{}{{0, {}}}", text.empty() ? "" : ", ", extent);
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

Pipeline LayerBuilder::finish(Func output, const std::vector<Var> &variables,
                              const std::vector<int> &shape) {
    const std::vector<int> layout = strides(shape);
    for (size_t d = 0; d < shape.size(); d++) {
        output.bound(variables[d], 0, shape[d]);
        output.output_buffer().dim(int(d)).set_stride(layout[d]);
        pipeline_.estimates[variables[d].name()] = shape[d];
    }
    const std::vector<Argument> used = Halide::Pipeline(output).infer_arguments();
    auto unused = [&](const ImageParam &input) {
        return std::none_of(used.begin(), used.end(),
                            [&](const Argument &a) { return a.name == input.name(); });
    };
    auto &inputs = pipeline_.inputs;
    inputs.erase(std::remove_if(inputs.begin(), inputs.end(), unused), inputs.end());
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

Expr LayerBuilder::requantised(const Expr &sum, const Expr &scale) const {
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
