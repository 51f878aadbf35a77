// Layers without multiplications: pooling, and chains of stages that work element by element.
#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

/// Splits, reorders and unrolls a three-dimensional output; returns its loops, innermost first.
std::vector<VarOrRVar> tile(LayerBuilder &b, Func output, const std::vector<Var> &variables,
                            const std::vector<int> &shape) {
    std::vector<VarOrRVar> inner, outer;
    for (size_t d = 0; d < variables.size(); d++) {
        const std::string name = variables[d].name();
        const Var o(name + "o"), i(name + "i");
        const int most = shape[d] > 40 && b.dice.once_in(2) ? shape[d] : 5;
        const int factor = std::min(b.dice.between(1, most), shape[d]);
        output.split(variables[d], o, i, factor, b.tail(shape[d], factor));
        inner.push_back(i);
        outer.push_back(o);
    }
    b.dice.shuffle(inner);
    b.dice.shuffle(outer);
    inner.insert(inner.end(), outer.begin(), outer.end());
    output.reorder(inner);
    b.layer.text += " output:" + text_of(inner);
    if (b.dice.once_in(2) && shape[0] < 40) {
        output.unroll(inner[0].var);
        b.layer.text += " lanes " + inner[0].name();
    }
    return inner;
}

/// `kind` 0: maximum, 1: minimum, 2: sum.
Expr reduced(int kind, const Expr &old, const Expr &value) {
    return kind == 0 ? max(old, value) : kind == 1 ? min(old, value) : old + value;
}

/// One of several functions of the neighbourhood of an element.
Expr combined(int kind, Func first, Func second, const std::vector<Var> &v) {
    const Expr x = v[0], y = v[1], c = v[2];
    auto wide = [](const Expr &e) { return cast<int32_t>(e); };
    switch (kind) {
    case 0:
        return wide(first(x, y, c)) + wide(second(x, y, c)) * 3;
    case 1:
        return wide(first(x, y, c)) + 2 * wide(first(x + 1, y, c)) + wide(first(x + 2, y, c));
    case 2:
        return select(first(x, y, c) > second(x, y, c), wide(first(x, y, c)),
                      wide(second(x, y + 1, c)) >> 1);
    case 3:
        return wide(absd(first(x, y, c), second(x, y, c))) * (x + 1) - y;
    default:
        return wide(first(x, y, c)) / (wide(second(x, y, c)) % 7 + c + 1);
    }
}

} // namespace

RandomLayer random_pooling(unsigned seed, bool scheduled) {
    LayerBuilder b(seed);
    Dice &dice = b.dice;
    const std::vector<int> shape{dice.between(1, 6), dice.between(1, 6), dice.between(1, 6)};
    const int window = dice.between(1, 3), stride = dice.between(1, 3), kind = dice.below(3);
    const bool padded = dice.once_in(2);
    const int pad = padded ? window / 2 : 0;
    const int width = (shape[0] - 1) * stride + window, height = (shape[1] - 1) * stride + window;
    b.layer.text = "pooling " + std::to_string(shape[0]) + "x" + std::to_string(shape[1]) + "x" +
                   std::to_string(shape[2]) + " window " + std::to_string(window) + " stride " +
                   std::to_string(stride) + " kind " + std::to_string(kind) +
                   (padded ? " padded" : "");
    const Type type = b.data_type(), wide = kind == 2 ? Int(32) : type;
    ImageParam input = b.input("input", type, {width, height, shape[2]});
    Var x("x"), y("y"), c("c");
    RDom r(0, window, 0, window, "r");
    Func source("source"), pool("pool"), output("output");
    if (padded) {
        source = BoundaryConditions::constant_exterior(input,
                                                       kind == 0   ? type.min()
                                                       : kind == 1 ? type.max()
                                                                   : cast(type, 0),
                                                       {{0, width}, {0, height}, {0, shape[2]}});
    } else {
        source(x, y, c) = input(x, y, c);
    }
    pool(x, y, c) = kind == 0 ? wide.min() : kind == 1 ? wide.max() : cast(wide, 0);
    pool(x, y, c) = reduced(kind, pool(x, y, c),
                            cast(wide, source(x * stride + r.x - pad, y * stride + r.y - pad, c)));
    output(x, y, c) = kind == 2 ? saturating_cast(type, (pool(x, y, c) * 7 + 16) >> 5)
                                : cast(type, pool(x, y, c));
    b.set_output(output, {x, y, c}, shape);
    if (!scheduled) {
        return b.layer;
    }

    const std::vector<VarOrRVar> outer = tile(b, output, {x, y, c}, shape);
    const Var level = outer[dice.between(2, 5)].var;
    pool.compute_at(output, level);
    b.layer.text += " pool@" + level.name();
    b.set_buffer(pool, false);
    const std::vector<VarOrRVar> loops = b.order(pool.update(), {r.x, r.y, x, y, c});
    b.maybe_array(pool, b.unroll(pool.update(), loops, 3));
    if (!dice.once_in(6)) {
        b.place(source, pool, loops, level);
    }
    b.set_ports();
    return b.layer;
}

RandomLayer random_pointwise(unsigned seed, bool scheduled) {
    LayerBuilder b(seed);
    Dice &dice = b.dice;
    // Long rows cross the 4 KB pages that bursts must not cross.
    const int width = dice.once_in(4) ? dice.between(100, 1500) : dice.between(1, 9);
    const std::vector<int> shape{width, dice.between(1, 6), dice.between(1, 4)};
    const std::vector<int> larger{shape[0] + 2, shape[1] + 1, shape[2]};
    const int kind = dice.below(5);
    b.layer.text = "pointwise " + std::to_string(shape[0]) + "x" + std::to_string(shape[1]) + "x" +
                   std::to_string(shape[2]) + " kind " + std::to_string(kind);
    const Type type = b.data_type();
    ImageParam first = b.input("first", type, larger), second = b.input("second", type, larger);
    Var x("x"), y("y"), c("c");
    Func middle("middle"), output("output");
    middle(x, y, c) = combined(kind, first, second, {x, y, c});
    const bool transposed = dice.once_in(3);
    const Expr value = transposed ? middle(shape[0] - 1 - x, y, c) : middle(x, y, c);
    output(x, y, c) = b.requantised(value, Expr(3));
    b.layer.text += transposed ? " mirrored" : "";
    b.set_output(output, {x, y, c}, shape);
    if (!scheduled) {
        return b.layer;
    }

    const std::vector<VarOrRVar> loops = tile(b, output, {x, y, c}, shape);
    const int place = dice.between(1, 5);
    const Var level = loops[place].var;
    if (!dice.once_in(4)) {
        middle.compute_at(output, level);
        b.layer.text += " middle@" + level.name();
        b.set_buffer(middle, true);
    }
    for (const ImageParam &input : {first, second}) {
        if (dice.once_in(2) && (kind != 1 || input.name() == "first")) {
            Func copy = Func(input).in();
            b.compute_at(copy, output, loops[dice.between(place, 5)]);
            b.set_buffer(copy, true);
        }
    }
    b.set_ports();
    return b.layer;
}

} // namespace Orrery::test
