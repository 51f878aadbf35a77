#include "tests/auto_schedule/random_product.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace Orrery::test {

using namespace Halide;

namespace {

constexpr int most_points = 3000; ///< so that the interpreter is fast

class Draw {
public:
    Draw(RandomProduct &product, Dice &dice) : product_(product), dice_(dice) {}

    void run() {
        draw_loops();
        draw_operands();
        draw_arithmetic();
        draw_sides();
        std::vector<int> mins, extents;
        for (int i = 0; i < product_.outputs(); i++) {
            mins.push_back(loop(i).min);
            extents.push_back(loop(i).extent);
        }
        product_.output = layout(mins, extents);
    }

private:
    using Front = RandomProduct::Front;
    RandomProduct &product_;
    Dice &dice_;

    const RandomProduct::Loop &loop(int i) const { return product_.loops[size_t(i)]; }

    void draw_loops() {
        int points = 0;
        do {
            product_.loops.clear();
            const int outputs = dice_.between(1, 4), reductions = dice_.between(1, 3);
            points = 1;
            for (int i = 0; i < outputs + reductions; i++) {
                const int min = dice_.once_in(6) ? dice_.between(-2, 2) : 0;
                const int most = dice_.once_in(10) ? 20 : 7;
                product_.loops.push_back({min, dice_.between(1, most), i >= outputs});
                points *= product_.loops.back().extent;
            }
            product_.sum_order.resize(size_t(outputs));
        } while (points > most_points);
        std::iota(product_.sum_order.begin(), product_.sum_order.end(), 0);
        if (dice_.once_in(3)) {
            dice_.shuffle(product_.sum_order);
        }
    }

    void draw_operands() {
        const int count = dice_.one_of<int>({1, 2, 2, 2, 3});
        std::vector<std::vector<int>> indexing(static_cast<size_t>(count));
        for (int i = 0; i < int(product_.loops.size()); i++) {
            const int set = dice_.between(1, (1 << count) - 1);
            for (int operand = 0; operand < count; operand++) {
                if ((set >> operand & 1) != 0) {
                    indexing[size_t(operand)].push_back(i);
                }
            }
        }
        for (int operand = 0; operand < count; operand++) {
            draw_operand(std::string(1, char('a' + operand)), indexing[size_t(operand)]);
        }
    }

    void draw_operand(const std::string &name, std::vector<int> loops) {
        RandomProduct::Operand operand{
            name, dice_.one_of<Type>({Int(8), UInt(8), Int(16)}), {}, Front::None, {}, 0};
        dice_.shuffle(loops);
        while (!loops.empty()) {
            RandomProduct::Dimension dimension{{}, 0, 0, 0};
            const size_t terms = std::min(loops.size(), size_t(dice_.one_of<int>({1, 1, 2, 2, 3})));
            for (size_t i = 0; i < terms; i++) {
                dimension.terms.push_back(
                    {loops.back(), dice_.one_of<int>({-2, -1, 1, 1, 1, 1, 2, 2, 3, 4})});
                loops.pop_back();
            }
            operand.dimensions.push_back(dimension);
        }
        if (operand.dimensions.empty() || dice_.once_in(12)) { // always the same coordinate
            operand.dimensions.push_back({{}, 0, 0, 0});
        }
        for (RandomProduct::Dimension &dimension : operand.dimensions) {
            place(dimension);
        }
        operand.front =
            dice_.one_of<Front>({Front::None, Front::None, Front::None, Front::None, Front::Padded,
                                 Front::Padded, Front::PaddedTransposed, Front::Shifted,
                                 Front::Transposed, Front::Repeated, Front::Two});
        operand.zero_point = dice_.once_in(4) ? dice_.between(1, 9) : 0;
        draw_layout(operand);
        product_.operands.push_back(operand);
    }

    /// Begins at some coordinate.
    void place(RandomProduct::Dimension &dimension) {
        dimension.first = dice_.once_in(4) ? dice_.between(-2, 3) : 0;
        int least = 0, most = 0;
        for (const RandomProduct::Term &term : dimension.terms) {
            const int a = loop(term.loop).min * term.coefficient,
                      b = a + (loop(term.loop).extent - 1) * term.coefficient;
            least += std::min(a, b);
            most += std::max(a, b);
        }
        dimension.constant = dimension.first - least;
        dimension.last = dimension.constant + most;
    }

    /// A tensor that is padded or clamped ends before the coordinates do, others behind them. The
    /// last coordinate, or all in the middle, are inside, so that it is read.
    void draw_layout(RandomProduct::Operand &operand) {
        const bool clamped = operand.front == Front::Padded ||
                             operand.front == Front::PaddedTransposed ||
                             operand.front == Front::Repeated;
        std::vector<int> mins, extents;
        for (const RandomProduct::Dimension &dimension : operand.dimensions) {
            int first = dimension.first, last = dimension.last;
            if (clamped) {
                first = std::min(last, first + dice_.between(0, 2));
                last -= last - first > 6 ? dice_.between(0, 2) : 0;
            } else if (dice_.once_in(4)) {
                first -= dice_.between(0, 2);
                last += dice_.between(0, 3);
            }
            mins.push_back(first);
            extents.push_back(last - first + 1);
        }
        if (operand.front == Front::Transposed || operand.front == Front::PaddedTransposed) {
            std::reverse(mins.begin(), mins.end());
            std::reverse(extents.begin(), extents.end());
        }
        operand.layout = layout(mins, extents);
    }

    /// Dimensions in any order, with gaps between the elements now and then.
    RandomProduct::Layout layout(const std::vector<int> &mins, const std::vector<int> &extents) {
        RandomProduct::Layout layout{mins, extents, std::vector<int>(extents.size(), 0)};
        std::vector<size_t> order(extents.size());
        std::iota(order.begin(), order.end(), size_t(0));
        if (dice_.once_in(2)) {
            dice_.shuffle(order);
        }
        int stride = dice_.once_in(6) ? 2 : 1;
        for (const size_t d : order) {
            layout.strides[d] = stride;
            stride = stride * extents[d] + (dice_.once_in(6) ? dice_.between(1, 3) : 0);
        }
        return layout;
    }

    void draw_arithmetic() {
        using Combination = RandomProduct::Combination;
        using Update = RandomProduct::Update;
        product_.combination = dice_.one_of<Combination>(
            {Combination::Product, Combination::Product, Combination::Product,
             Combination::Difference, Combination::Least, Combination::Greatest});
        product_.update = dice_.one_of<Update>(
            {Update::Sum, Update::Sum, Update::Sum, Update::Minimum, Update::Maximum});
        product_.turned = dice_.once_in(3);
        product_.output_bits = dice_.one_of<int>({8, 16, 32});
        product_.shift = dice_.between(0, 9);
        narrow_operands();
    }

    /// Products and their sums fit into 32 bits.
    void narrow_operands() {
        const auto greatest = [&] {
            double product = 1;
            for (const RandomProduct::Operand &operand : product_.operands) {
                product *=
                    (operand.type.is_int() ? 1 : 2) * double(1 << (operand.type.bits() - 1)) * 2 +
                    operand.zero_point;
            }
            for (const RandomProduct::Loop &loop : product_.loops) {
                product *= loop.reduction ? loop.extent : 1;
            }
            return product;
        };
        for (const Type narrower : {UInt(8), Int(8), Int(4)}) {
            for (RandomProduct::Operand &operand : product_.operands) {
                if (greatest() > double(1 << 29) && operand.type != Int(8)) {
                    operand.type = narrower.bits() == 4 ? Int(8) : narrower;
                }
            }
        }
    }

    void draw_sides() {
        if (dice_.once_in(2)) {
            product_.bias.push_back(side(dice_.between(0, 1)));
        }
        if (dice_.once_in(4)) {
            product_.scale.push_back(side(1));
        }
        if (dice_.once_in(4)) {
            product_.shortcut.push_back(side(product_.outputs()));
        }
    }

    /// At so many of the output's coordinates.
    RandomProduct::Side side(int dimensions) {
        std::vector<int> loops(size_t(product_.outputs()), 0), mins, extents;
        std::iota(loops.begin(), loops.end(), 0);
        if (dimensions < product_.outputs() || dice_.once_in(3)) {
            dice_.shuffle(loops);
        }
        loops.resize(size_t(dimensions));
        for (const int i : loops) {
            mins.push_back(loop(i).min);
            extents.push_back(loop(i).extent);
        }
        return {loops, layout(mins, extents)};
    }
};

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

RandomProduct::RandomProduct(Dice &dice) { Draw(*this, dice).run(); }

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
