// Sliding windows: Funcs that are stored further out than they are computed.
#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

namespace {

/// One or two layers with windows, one behind the other: convolution, depthwise convolution or
/// maximum, with padding, stride and dilation; sometimes a residual addition behind the second.
struct Windows {
    struct Stage1 {
        int kind, kernel_x, kernel_y, stride, dilation, channels;
        bool padded;
        RDom r;
        Func sum, result;
    };

    LayerBuilder b;
    Dice &dice = b.dice;
    int channels = dice.between(1, 4), kernels = dice.between(1, 5), width = dice.between(1, 6),
        height = dice.between(1, 9);
    bool chain = dice.once_in(2), residual = chain && dice.once_in(3);
    Var c{"c"}, x{"x"}, y{"y"}, co{"co"}, ci{"ci"}, yo{"yo"}, yi{"yi"}, xo{"xo"}, xi{"xi"};
    ImageParam input;
    std::vector<ImageParam> weights;
    std::vector<Stage1> layers;
    std::vector<Func> sources; ///< what layer i reads: the input or the layer before, padded
    Func output{"output"};

    explicit Windows(unsigned seed) : b(seed) {
        for (int i = 0; i < (chain ? 2 : 1); i++) {
            layers.push_back(random_stage(i));
        }
        int rows = height, columns = width;
        std::vector<std::pair<int, int>> shapes; // that a layer reads, without padding
        for (size_t i = layers.size(); i-- > 0;) {
            const Stage1 &s = layers[i];
            const int reach_x = (s.kernel_x - 1) * s.dilation,
                      reach_y = (s.kernel_y - 1) * s.dilation;
            columns = (columns - 1) * s.stride + 1 + (s.padded ? 0 : reach_x);
            rows = (rows - 1) * s.stride + 1 + (s.padded ? 0 : reach_y);
            shapes.insert(shapes.begin(), {columns, rows});
        }
        const Type type = b.data_type();
        input = b.input("input", type, {channels, shapes[0].first, shapes[0].second});
        Func before = Func(input);
        for (size_t i = 0; i < layers.size(); i++) {
            sources.push_back(source(i, before, type, shapes[i]));
            define(i, sources[i]);
            before = layers[i].result;
        }
        Expr value = before(c, x, y);
        if (residual) {
            const Expr from = clamp(c, 0, channels - 1);
            value = saturating_cast<int16_t>(cast<int32_t>(value) +
                                             input(min(from, channels - 1), x, y));
        }
        output(c, x, y) = value;
        b.layer.text = "windows" + description() + b.layer.text;
        b.set_output(output, {c, x, y}, {layers.back().channels, width, height});
    }

    Stage1 random_stage(int number) {
        Stage1 s;
        s.kind = dice.below(3);
        s.kernel_x = dice.between(1, 3);
        s.kernel_y = dice.between(1, 3);
        s.stride = dice.once_in(3) ? 2 : 1;
        s.dilation = dice.once_in(4) ? 2 : 1;
        s.padded = dice.once_in(2);
        const int before = number == 0 ? channels : layers[number - 1].channels;
        s.channels = s.kind == 0 ? kernels : before;
        const std::string suffix = std::to_string(number);
        s.r = s.kind == 0 ? RDom(0, before, 0, s.kernel_x, 0, s.kernel_y, "r" + suffix)
                          : RDom(0, 1, 0, s.kernel_x, 0, s.kernel_y, "r" + suffix);
        s.sum = Func("sum" + suffix);
        s.result = Func("result" + suffix);
        return s;
    }

    Func source(size_t i, const Func &before, Type type, std::pair<int, int> shape) {
        const Stage1 &s = layers[i];
        Func f("source" + std::to_string(i));
        if (s.padded) {
            const Func padded = BoundaryConditions::constant_exterior(
                before, cast(i == 0 ? type : before.type(), 0),
                {{Expr(), Expr()}, {0, shape.first}, {0, shape.second}});
            f(c, x, y) = padded(c, x, y);
        } else {
            f(c, x, y) = before(c, x, y);
        }
        return f;
    }

    void define(size_t i, Func from) {
        Stage1 &s = layers[i];
        const int pad_x = s.padded ? (s.kernel_x - 1) * s.dilation / 2 : 0;
        const int pad_y = s.padded ? (s.kernel_y - 1) * s.dilation / 2 : 0;
        const Expr at_x = x * s.stride + s.r.y * s.dilation - pad_x;
        const Expr at_y = y * s.stride + s.r.z * s.dilation - pad_y;
        if (s.kind == 2) {
            s.sum(c, x, y) = -1000;
            s.sum(c, x, y) = max(s.sum(c, x, y), cast<int32_t>(from(c, at_x, at_y)));
        } else {
            const Expr channel = s.kind == 0 ? Expr(s.r.x) : Expr(c);
            const int inner =
                s.kind == 0 ? (i == 0 ? channels : layers[i - 1].channels) : s.channels;
            weights.push_back(
                b.input("weights" + std::to_string(i), Int(8),
                        {s.kind == 0 ? s.channels : 1, inner, s.kernel_x, s.kernel_y}));
            s.sum(c, x, y) = cast<int32_t>(c) * 10;
            s.sum(c, x, y) += cast<int32_t>(from(channel, at_x, at_y)) *
                              cast<int32_t>(weights.back()(s.kind == 0 ? Expr(c) : Expr(0), channel,
                                                           s.r.y, s.r.z));
        }
        s.result(c, x, y) = b.requantised(s.sum(c, x, y), Expr(3));
    }

    std::string description() const {
        std::string text = " " + std::to_string(channels) + "x" + std::to_string(width) + "x" +
                           std::to_string(height) + (residual ? " residual" : "");
        for (const Stage1 &s : layers) {
            text += " [kind " + std::to_string(s.kind) + " kernel " + std::to_string(s.kernel_x) +
                    "x" + std::to_string(s.kernel_y) + " stride " + std::to_string(s.stride) +
                    " dilation " + std::to_string(s.dilation) + " K" + std::to_string(s.channels) +
                    (s.padded ? " padded]" : "]");
        }
        return text;
    }

    void schedule() {
        // Loops of the output, innermost first; lanes only ever inside.
        std::vector<VarOrRVar> loops;
        const int tile_c = dice.between(1, 3), kind = dice.below(4);
        output.split(c, co, ci, tile_c, TailStrategy::GuardWithIf);
        if (kind == 0) { // tiles of rows
            output.split(y, yo, yi, dice.between(1, 4), TailStrategy::GuardWithIf);
            loops = {x, yi, co, yo};
        } else if (kind == 1) { // channels outside
            loops = {x, y, co};
        } else if (kind == 2) { // columns outside
            output.split(x, xo, xi, dice.between(1, 3), TailStrategy::GuardWithIf);
            loops = {xi, co, y, xo};
        } else {
            loops = {co, x, y};
            dice.shuffle(loops);
        }
        std::vector<VarOrRVar> all{ci};
        all.insert(all.end(), loops.begin(), loops.end());
        output.reorder(all);
        b.layer.text += " output:" + text_of(all);
        if (dice.once_in(3)) {
            output.unroll(ci);
            b.layer.text += " lanes ci";
        }
        int level = dice.below(int(loops.size()));
        for (size_t i = layers.size(); i-- > 0;) {
            Stage1 &s = layers[i];
            if (i + 1 < layers.size()) {
                level = slide(s.result, loops, level, 2);
                std::vector<VarOrRVar> around{c, x, y};
                const int inside = dice.between(0, 3);
                if (inside < 3) {
                    b.compute_at(s.sum, s.result, around[inside]);
                } else {
                    level = slide(s.sum, loops, level, 4);
                }
                b.set_buffer(s.sum, false);
            } else {
                s.sum.compute_at(output, loops[level].var);
                b.layer.text += " " + s.sum.name() + "@" + loops[level].name();
                b.set_buffer(s.sum, false);
            }
            std::vector<VarOrRVar> update = b.order(s.sum.update(), {s.r.x, s.r.y, s.r.z, c, x, y});
            b.maybe_array(s.sum, b.unroll(s.sum.update(), update, 2));
            if (!dice.once_in(5)) {
                level = slide(sources[i], loops, level, 1);
                b.set_buffer(sources[i], true);
            }
        }
        if (residual && dice.once_in(2)) {
            Func copy = Func(input).in(output);
            copy.compute_at(output, loops[dice.below(int(loops.size()))].var);
            b.layer.text += " residual copy";
            b.set_buffer(copy, true);
        }
        b.set_ports();
    }

    /// Computes the Func at a loop that is not inside `level`, and stores it there or further out
    /// (not: once in `seldom`).
    int slide(Func f, const std::vector<VarOrRVar> &loops, int level, int seldom) {
        const int count = int(loops.size());
        const int compute = dice.once_in(3) ? dice.between(level, count - 1) : level;
        const int store =
            seldom > 1 && dice.once_in(seldom) ? compute : dice.between(compute, count);
        f.compute_at(output, loops[compute].var);
        b.layer.text += " " + f.name() + "@" + loops[compute].name();
        if (store == count) {
            f.store_root();
            b.layer.text += " stored@root";
        } else if (store > compute) {
            f.store_at(output, loops[store].var);
            b.layer.text += " stored@" + loops[store].name();
        }
        return compute;
    }
};

} // namespace

RandomLayer random_windows(unsigned seed, bool scheduled) {
    Windows windows(seed);
    if (scheduled) {
        windows.schedule();
    }
    return windows.b.layer;
}

} // namespace Orrery::test
