// Several reductions one behind the other.
#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

/// A depthwise convolution, requantised, and a convolution of 1x1 on its results.
struct Chain {
    LayerBuilder b;
    Dice &dice = b.dice;
    int width = dice.between(1, 6), height = dice.between(1, 5), channels = dice.between(1, 5),
        kernels = dice.between(1, 5), kernel = dice.between(1, 3);
    bool residual = dice.once_in(3), twice = dice.once_in(3);
    Var x{"x"}, y{"y"}, c{"c"}, k{"k"}, xo{"xo"}, xi{"xi"}, ko{"ko"}, ki{"ki"}, xy{"xy"};
    RVar ro{"ro"}, ri{"ri"};
    RDom window{0, kernel, 0, kernel, "window"}, r{0, channels, "r"};
    ImageParam input, depth_weights, weights;
    Func depth{"depth"}, middle{"middle"}, sum{"sum"}, output{"output"};

    explicit Chain(unsigned seed) : b(seed) {
        const Type type = b.data_type();
        input = b.input("input", type, {width + kernel - 1, height + kernel - 1, channels});
        depth_weights = b.input("depth_weights", Int(8), {kernel, kernel, channels});
        weights = b.input("weights", Int(8), {channels, kernels});
        b.layer.text = "chain C" + std::to_string(channels) + " K" + std::to_string(kernels) + " " +
                       std::to_string(width) + "x" + std::to_string(height) + " kernel " +
                       std::to_string(kernel) + (residual ? " residual" : "") +
                       (twice ? " twice" : "") + b.layer.text;
        depth(x, y, c) = 0;
        depth(x, y, c) += cast<int32_t>(input(x + window.x, y + window.y, c)) *
                          cast<int32_t>(depth_weights(window.x, window.y, c));
        middle(x, y, c) = cast<uint8_t>(clamp(depth(x, y, c) >> 5, 0, 255));
        sum(x, y, k) = cast<int32_t>(k) * 10;
        sum(x, y, k) += cast<int32_t>(middle(x, y, r)) * cast<int32_t>(weights(r, k));
        if (twice) {
            sum(x, y, k) += cast<int32_t>(input(x, y, 0)) << 2;
        }
        Expr value = b.requantised(sum(x, y, k), Expr(3));
        if (residual) {
            value = saturating_cast<int16_t>(cast<int32_t>(value) + input(x, y, 0));
        }
        output(x, y, k) = value;
        b.set_output(output, {x, y, k}, {width, height, kernels});
    }

    void schedule() {
        const int tile_k = std::min(dice.between(1, 4), kernels),
                  tile_x = std::min(dice.between(1, 4), width);
        output.split(k, ko, ki, tile_k, b.tail(kernels, tile_k))
            .split(x, xo, xi, tile_x, b.tail(width, tile_x));
        std::vector<VarOrRVar> inner{xi, ki}, outer{xo, y, ko};
        dice.shuffle(inner);
        dice.shuffle(outer);
        std::vector<VarOrRVar> order = inner;
        order.insert(order.end(), outer.begin(), outer.end());
        output.reorder(order);
        b.layer.text += " output:" + text_of(order);
        b.unroll(Stage(output), inner, 2);
        const int sum_level = dice.between(2, 4);
        schedule_sum(order[sum_level].var);
        const Var at = order[dice.between(sum_level, 4)].var;
        middle.compute_at(output, at);
        b.layer.text += " middle@" + at.name();
        b.set_buffer(middle, true);
        schedule_depth();
        b.set_ports();
    }

    void schedule_sum(const Var &level) {
        sum.compute_at(output, level);
        b.layer.text += " sum@" + level.name();
        b.set_buffer(sum, false);
        Stage update = sum.update();
        update.split(r, ro, ri, std::min(dice.between(1, 4), channels), TailStrategy::GuardWithIf);
        std::vector<VarOrRVar> loops{ro, ri, k};
        if (dice.once_in(3)) {
            update.fuse(x, y, xy);
            loops.push_back(xy);
        } else {
            loops.push_back(x);
            loops.push_back(y);
        }
        loops = b.order(update, loops);
        std::vector<VarOrRVar> candidates = loops;
        candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                        [](const VarOrRVar &l) { return l.name() == "ro"; }),
                         candidates.end());
        b.maybe_array(sum, b.unroll(update, candidates, 2));
        if (!dice.once_in(4)) {
            b.place(weights, sum, loops, level);
        }
        if (twice) {
            b.unroll(sum.update(1), b.order(sum.update(1), {x, y, k}), 1);
        }
    }

    void schedule_depth() {
        const std::vector<VarOrRVar> around{x, y, c};
        b.compute_at(depth, middle, around[dice.between(1, 2)]);
        b.set_buffer(depth, false);
        const std::vector<VarOrRVar> loops = b.order(depth.update(), {window.x, window.y, x, y, c});
        b.maybe_array(depth, b.unroll(depth.update(), loops, 2));
        if (dice.once_in(2)) {
            Func copy = Func(depth_weights).in(depth);
            copy.compute_root();
            b.set_buffer(copy, true);
        }
        if (dice.once_in(2)) {
            Func copy = Func(input).in(depth);
            b.compute_at(copy, depth, loops[dice.between(1, 4)]);
            b.set_buffer(copy, true);
        }
    }
};

} // namespace

RandomLayer random_chain(unsigned seed, bool scheduled) {
    Chain chain(seed);
    if (scheduled) {
        chain.schedule();
    }
    return chain.b.layer;
}

} // namespace Orrery::test
