// How random products are drawn; random_product.cpp makes pipelines of them.
#include "tests/auto_schedule/random_product.h"

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

} // namespace

RandomProduct::RandomProduct(Dice &dice) { Draw(*this, dice).run(); }

} // namespace Orrery::test
