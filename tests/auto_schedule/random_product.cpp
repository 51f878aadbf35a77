#include "tests/auto_schedule/random_product.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace Orrery::test {

using namespace Halide;

namespace {

ImageParam tensor(const std::string &name, Type type, const RandomProduct::Layout &layout) {
    ImageParam parameter(type, int(layout.extents.size()), name);
    for (size_t d = 0; d < layout.extents.size(); d++) {
        parameter.dim(int(d))
            .set_bounds(layout.mins[d], layout.extents[d])
            .set_stride(layout.strides[d]);
    }
    return parameter;
}

class Maker {
public:
    explicit Maker(const RandomProduct &product) : product_(product) {
        std::vector<RVar> rvars;
        std::vector<Range> ranges;
        for (size_t i = 0; i < product.loops.size(); i++) {
            if (product.loops[i].reduction) {
                ranges.emplace_back(product.loops[i].min, product.loops[i].extent);
            } else {
                vars_.emplace_back("x" + std::to_string(i));
            }
        }
        r_ = RDom(ranges, "r");
    }

    Layer run() {
        std::vector<Expr> elements;
        for (const RandomProduct::Operand &operand : product_.operands) {
            elements.push_back(element(operand));
        }
        std::vector<Var> args;
        for (const int i : product_.sum_order) {
            args.push_back(vars_[size_t(i)]);
        }
        define_sum(args, combined(elements));
        Expr value = sum_(std::vector<Expr>(args.begin(), args.end()));
        if (!product_.scale.empty()) {
            Func scaled("scaled");
            scaled(vars_) = rounding_shift_right(value, 4) *
                            cast<int32_t>(read(product_.scale[0], "scale", Int(8)));
            value = scaled(std::vector<Expr>(vars_.begin(), vars_.end()));
        }
        value = rounding_shift_right(value, product_.shift);
        if (!product_.shortcut.empty()) {
            value = value + cast<int32_t>(read(product_.shortcut[0], "shortcut", Int(8)));
        }
        Func output("output");
        output(vars_) = saturating_cast(Int(product_.output_bits), value);
        for (size_t d = 0; d < vars_.size(); d++) {
            output.bound(vars_[d], product_.output.mins[d], product_.output.extents[d]);
            output.output_buffer().dim(int(d)).set_stride(product_.output.strides[d]);
        }
        return {output, inputs_};
    }

private:
    using Front = RandomProduct::Front;
    const RandomProduct &product_;
    std::vector<Var> vars_;
    RDom r_;
    Func sum_{"sum"};
    std::vector<ImageParam> inputs_;

    Expr counter(int loop) const {
        return loop < product_.outputs() ? Expr(vars_[size_t(loop)])
                                         : Expr(r_[loop - product_.outputs()]);
    }

    Expr element(const RandomProduct::Operand &operand) {
        std::vector<Expr> args;
        for (const RandomProduct::Dimension &dimension : operand.dimensions) {
            Expr coordinate = dimension.constant;
            for (const RandomProduct::Term &term : dimension.terms) {
                coordinate = coordinate + counter(term.loop) * term.coefficient;
            }
            args.push_back(coordinate);
        }
        const ImageParam image = tensor(operand.tensor, operand.type, operand.layout);
        inputs_.push_back(image);
        const Expr value = operand.front == Front::None ? image(args) : front_of(operand)(args);
        return cast<int32_t>(value) - operand.zero_point;
    }

    Func front_of(const RandomProduct::Operand &operand) {
        const ImageParam image = inputs_.back();
        std::vector<Var> args;
        for (size_t d = 0; d < operand.dimensions.size(); d++) {
            args.emplace_back("d" + std::to_string(d));
        }
        std::vector<Expr> coordinates(args.begin(), args.end());
        Func front(operand.func());
        switch (operand.front) {
        case Front::PaddedTransposed:
            std::reverse(coordinates.begin(), coordinates.end());
            [[fallthrough]];
        case Front::Padded:
            front(args) =
                BoundaryConditions::constant_exterior(image, cast(operand.type, 3))(coordinates);
            break;
        case Front::Repeated:
            front(args) = BoundaryConditions::repeat_edge(image)(coordinates);
            break;
        case Front::Transposed:
            std::reverse(coordinates.begin(), coordinates.end());
            front(args) = image(coordinates);
            break;
        case Front::Two: {
            ImageParam other = tensor(operand.tensor + "_other", operand.type, operand.layout);
            inputs_.push_back(other);
            front(args) = max(image(coordinates), other(coordinates));
            break;
        }
        default: { // there and back again
            Func shifted(operand.tensor + "_shifted");
            std::vector<Expr> back = coordinates;
            coordinates.back() += 2;
            shifted(args) = image(coordinates);
            back.back() -= 2;
            front(args) = shifted(back);
        }
        }
        return front;
    }

    Expr combined(const std::vector<Expr> &elements) const {
        using Combination = RandomProduct::Combination;
        Expr value = elements[0];
        for (size_t i = 1; i < elements.size(); i++) {
            value = product_.combination == Combination::Product ? value * elements[i]
                    : product_.combination == Combination::Difference
                        ? cast<int32_t>(absd(value, elements[i]))
                    : product_.combination == Combination::Least ? min(value, elements[i])
                                                                 : max(value, elements[i]);
        }
        return value;
    }

    void define_sum(const std::vector<Var> &args, const Expr &summand) {
        using Update = RandomProduct::Update;
        const Update update = product_.update;
        if (!product_.bias.empty()) {
            sum_(args) = cast<int32_t>(read(product_.bias[0], "bias", Int(16)));
        } else if (update != Update::Sum || product_.turned) {
            sum_(args) = update == Update::Sum ? 0 : update == Update::Minimum ? 1000 : -1000;
        }
        if (update == Update::Sum && !product_.turned) {
            sum_(args) += summand; // from 0, if nothing is said
            return;
        }
        const Expr before = sum_(std::vector<Expr>(args.begin(), args.end()));
        const auto [a, b] =
            product_.turned ? std::pair(summand, before) : std::pair(before, summand);
        sum_(args) = update == Update::Sum       ? a + b
                     : update == Update::Minimum ? min(a, b)
                                                 : max(a, b);
    }

    Expr read(const RandomProduct::Side &side, const char *name, Type type) {
        inputs_.push_back(tensor(name, type, side.layout));
        std::vector<Expr> args;
        for (const int i : side.loops) {
            args.emplace_back(vars_[size_t(i)]);
        }
        return inputs_.back()(args);
    }
};

std::string text_of(const RandomProduct::Layout &layout) {
    return fmt::format("mins {} extents {} strides {}", layout.mins, layout.extents,
                       layout.strides);
}

} // namespace

Layer RandomProduct::make() const { return Maker(*this).run(); }

Buffer<> RandomProduct::output_buffer() const {
    std::vector<halide_dimension_t> shape;
    for (size_t d = 0; d < output.extents.size(); d++) {
        shape.emplace_back(output.mins[d], output.extents[d], output.strides[d]);
    }
    return strided_buffer(Int(output_bits), shape);
}

std::string RandomProduct::text() const {
    std::string text;
    for (size_t i = 0; i < loops.size(); i++) {
        text += fmt::format("{}{}: {} from {}\n", loops[i].reduction ? "r" : "x", i,
                            loops[i].extent, loops[i].min);
    }
    text += fmt::format("sum({}), combination {}, update {}{}\n", fmt::join(sum_order, ", "),
                        int(combination), int(update), turned ? ", turned" : "");
    for (const Operand &operand : operands) {
        text += fmt::format("{} {}{} front {} less {}: ", operand.tensor,
                            operand.type.is_int() ? "int" : "uint", operand.type.bits(),
                            int(operand.front), operand.zero_point);
        for (const Dimension &dimension : operand.dimensions) {
            text += fmt::format("[{}", dimension.constant);
            for (const Term &term : dimension.terms) {
                text += fmt::format(" + {} {}{}", term.coefficient,
                                    loops[size_t(term.loop)].reduction ? "r" : "x", term.loop);
            }
            text += "]";
        }
        text += " " + text_of(operand.layout) + "\n";
    }
    for (const auto &[name, sides] :
         {std::pair("bias", &bias), std::pair("scale", &scale), std::pair("shortcut", &shortcut)}) {
        for (const Side &side : *sides) {
            text += fmt::format("{} at {} {}\n", name, side.loops, text_of(side.layout));
        }
    }
    return text + fmt::format("output int{}, shift {}, {}\n", output_bits, shift, text_of(output));
}

} // namespace Orrery::test
