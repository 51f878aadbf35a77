#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

struct Shape {
    int channels, kernels, width, height, kernel_width, kernel_height, stride, left = 0, top = 0;
    bool padded, biased;

    explicit Shape(Dice &dice)
        : channels(dice.between(1, 6)), kernels(dice.between(1, 7)), width(dice.between(2, 7)),
          height(dice.between(2, 7)), kernel_width(dice.between(1, 3)),
          kernel_height(dice.between(1, 3)), stride(dice.between(1, 2)), padded(!dice.once_in(3)),
          biased(dice.once_in(2)) {
        if (padded) {
            left = kernel_width / 2;
            top = dice.below(kernel_height);
        }
    }
    std::vector<int> input() const {
        if (padded) {
            return {width * stride, height * stride, channels};
        }
        return {(width - 1) * stride + kernel_width, (height - 1) * stride + kernel_height,
                channels};
    }
    std::string text() const {
        return "convolution C" + std::to_string(channels) + " K" + std::to_string(kernels) + " " +
               std::to_string(width) + "x" + std::to_string(height) + " kernel " +
               std::to_string(kernel_width) + "x" + std::to_string(kernel_height) + " stride " +
               std::to_string(stride) + (padded ? " padded" : "") + (biased ? " bias" : "");
    }
};

/// The input as the convolution sees it: padded, or large enough.
Func source_of(Dice &dice, const ImageParam &input, const Shape &s) {
    if (s.padded) {
        Expr value = cast(input.type(), dice.once_in(3) ? 3 : 0);
        const std::vector<int> size = s.input();
        return BoundaryConditions::constant_exterior(input, value,
                                                     {{0, size[0]}, {0, size[1]}, {0, size[2]}});
    }
    Func source("source");
    Var x("x"), y("y"), c("c");
    source(x, y, c) = input(x, y, c);
    return source;
}

/// The layer and the names that its schedule uses.
struct Convolution {
    LayerBuilder b;
    Dice &dice = b.dice;
    Shape s{dice};
    Var x{"x"}, y{"y"}, k{"k"}, xo{"xo"}, xi{"xi"}, yo{"yo"}, yi{"yi"}, ko{"ko"}, ki{"ki"}, u{"u"};
    Var kt{"kt"}, kl{"kl"};
    RVar co{"co"}, ci{"ci"};
    RDom r{0, s.kernel_width, 0, s.kernel_height, 0, s.channels, "r"};
    ImageParam weights, bias, scale;
    Func source, sum{"sum"}, output{"output"};

    explicit Convolution(unsigned seed) : b(seed) {
        b.layer.text = s.text();
        const Type type = b.data_type();
        ImageParam input = b.input("input", type, s.input());
        // Sums stay within 31 bits.
        const Type weight_type =
            type.bits() == 16 ? Int(8) : dice.one_of<Type>({Int(8), Int(8), UInt(8), Int(16)});
        weights = b.input("weights", weight_type,
                          {s.kernel_width, s.kernel_height, s.channels, s.kernels});
        bias = b.input("bias", Int(32), {s.kernels});
        scale = b.input("scale", Int(8), {s.kernels});
        source = source_of(dice, input, s);
        sum(x, y, k) = s.biased ? bias(k) : Expr(0);
        sum(x, y, k) +=
            cast<int32_t>(source(x * s.stride + r.x - s.left, y * s.stride + r.y - s.top, r.z)) *
            cast<int32_t>(weights(r.x, r.y, r.z, k));
        output(x, y, k) =
            b.requantised(sum(x, y, k), dice.once_in(3) ? cast<int32_t>(scale(k)) : Expr(3));
        b.set_output(output, {x, y, k}, {s.width, s.height, s.kernels});
    }

    /// Tiles and lanes of the output, and where the accumulator is computed.
    Var schedule_output() {
        const int tile_k = std::min(dice.between(1, 8), s.kernels),
                  tile_y = std::min(dice.between(1, 4), s.height),
                  tile_x = std::min(dice.between(1, 4), s.width);
        output.split(k, ko, ki, tile_k, b.tail(s.kernels, tile_k))
            .split(y, yo, yi, tile_y, b.tail(s.height, tile_y))
            .split(x, xo, xi, tile_x, b.tail(s.width, tile_x));
        std::vector<Var> inner{xi, yi, ki}, outer{xo, yo, ko};
        dice.shuffle(inner);
        dice.shuffle(outer);
        std::vector<VarOrRVar> order(inner.begin(), inner.end());
        order.insert(order.end(), outer.begin(), outer.end());
        output.reorder(order);
        b.layer.text += " output:" + text_of(order);
        b.unroll(Stage(output), {inner[0], inner[1]}, 2);
        const Var level = dice.once_in(6) ? inner[2] : outer[dice.below(3)];
        sum.compute_at(output, level);
        b.layer.text += " sum@" + level.name();
        b.set_buffer(sum, false);
        return level;
    }

    /// Sums parts of the channels in a Func of their own.
    Func split_reduction(Stage update) {
        Func partial = update.rfactor({{co, u}});
        b.layer.text += " rfactor";
        std::vector<VarOrRVar> loops = b.order(sum.update(), {x, y, k, co});
        b.compute_at(partial, sum, loops[dice.between(0, 3)]);
        return partial;
    }

    void schedule() {
        const Var level = schedule_output();
        Stage update = sum.update();
        update.split(r.z, co, ci, std::min(dice.between(1, 8), s.channels),
                     TailStrategy::GuardWithIf);
        const bool hierarchical = dice.once_in(4);
        Func user = hierarchical ? split_reduction(update) : sum;
        std::vector<VarOrRVar> loops{r.x, r.y, ci, x, y}, lanes = loops;
        loops.push_back(hierarchical ? VarOrRVar(u) : VarOrRVar(co));
        if (hierarchical && dice.once_in(2)) {
            lanes.push_back(u);
        }
        if (dice.once_in(3)) { // lanes that do not divide the tile
            const int factor = dice.between(2, 4);
            user.update().split(k, kt, kl, factor,
                                dice.once_in(2) ? TailStrategy::RoundUp
                                                : TailStrategy::GuardWithIf);
            b.layer.text += " split-k" + std::to_string(factor);
            loops.insert(loops.end(), {kt, kl});
            lanes.push_back(kl);
        } else {
            loops.push_back(k);
            lanes.push_back(k);
        }
        loops = b.order(user.update(), loops);
        std::vector<VarOrRVar> candidates, places;
        for (const VarOrRVar &l : loops) {
            if (std::any_of(lanes.begin(), lanes.end(),
                            [&](const VarOrRVar &v) { return v.name() == l.name(); })) {
                candidates.push_back(l);
            }
            if (l.name() != "u") {
                places.push_back(l);
            }
        }
        b.maybe_array(user, b.unroll(user.update(), candidates, 3));
        if (!dice.once_in(8)) {
            b.place(source, user, places, level);
        }
        if (!dice.once_in(8)) {
            b.place(weights, user, places, level);
        }
        if (s.biased && !hierarchical && dice.once_in(2)) {
            Func copy = Func(bias).in(sum);
            b.compute_at(copy, output, level);
            b.set_buffer(copy, false);
        }
        b.set_ports();
    }
};

} // namespace

RandomLayer random_convolution(unsigned seed, bool scheduled) {
    Convolution convolution(seed);
    if (scheduled) {
        convolution.schedule();
    }
    return convolution.b.layer;
}

} // namespace Orrery::test
