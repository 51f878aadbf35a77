#include "tests/equivalence/random_layer.h"

#include <algorithm>
#include <random>

namespace Orrery::test {
using namespace Halide;

namespace {

/// Random choices, each of them independent of the compiler's library: std::shuffle and the
/// distributions are not.
class Dice {
public:
    explicit Dice(unsigned seed) : engine(seed) {}
    /// 0 .. n - 1
    int below(int n) { return int(engine() % unsigned(n)); }
    int between(int low, int high) { return low + below(high - low + 1); }
    bool once_in(int n) { return below(n) == 0; }
    template <typename T>
    void shuffle(std::vector<T> &items) {
        for (size_t i = items.size(); i > 1; i--) {
            std::swap(items[i - 1], items[below(int(i))]);
        }
    }

private:
    std::mt19937 engine;
};

std::string text_of(const std::vector<VarOrRVar> &loops) {
    std::string text;
    for (const VarOrRVar &l : loops) {
        text += " " + l.name();
    }
    return text;
}

/// A tail that is legal where `n` is split by `factor`.
TailStrategy random_tail(Dice &dice, int n, int factor) {
    if (dice.once_in(4) && factor <= n) {
        return TailStrategy::ShiftInwards;
    }
    return TailStrategy::GuardWithIf;
}

ImageParam make_input(const std::string &name, Type type, const std::vector<int> &shape) {
    ImageParam input(type, int(shape.size()), name);
    int stride = 1;
    for (size_t d = 0; d < shape.size(); d++) {
        input.dim(int(d)).set_bounds(0, shape[d]).set_stride(stride);
        stride *= shape[d];
    }
    return input;
}

Type random_data_type(Dice &dice) {
    const Type types[] = {Int(8), UInt(8), Int(16), UInt(16)};
    return types[std::min(dice.below(8), 3)];
}

/// What follows the accumulator: plain, shifted and saturated, or scaled per channel.
Expr requantised(Dice &dice, const Expr &sum, const Expr &scale) {
    switch (dice.below(4)) {
    case 0:
        return sum;
    case 1:
        return cast<int8_t>(clamp(sum >> 4, -128, 127));
    case 2:
        return cast<uint8_t>(clamp((max(sum, 0) + 8) >> 4, 0, 255));
    default:
        return saturating_cast<int8_t>(rounding_shift_right(sum * scale, 6));
    }
}

/// The loops of a stage in random order, some of the innermost ones or of any as lanes.
class StageScheduler {
public:
    StageScheduler(Dice &d, std::string &t) : dice(d), text(t) {}

    std::vector<VarOrRVar> order(Stage stage, std::vector<VarOrRVar> loops) {
        dice.shuffle(loops);
        stage.reorder(loops);
        text += " " + stage.name() + ":" + text_of(loops);
        return loops;
    }

    /// Makes up to `most` of the loops lanes.
    std::vector<VarOrRVar> unroll(Stage stage, const std::vector<VarOrRVar> &loops, int most) {
        std::vector<VarOrRVar> lanes;
        for (const VarOrRVar &l : loops) {
            if (int(lanes.size()) < most && dice.once_in(3)) {
                stage.unroll(l);
                lanes.push_back(l);
            }
        }
        if (!lanes.empty()) {
            text += " lanes" + text_of(lanes);
        }
        return lanes;
    }

private:
    Dice &dice;
    std::string &text;
};

/// Parts of a layer that every kind has.
struct Builder {
    Dice dice;
    RandomLayer layer;
    bool scheduled;
    StageScheduler stages{dice, layer.text};

    Builder(unsigned seed, bool s) : dice(seed), scheduled(s) {}

    /// One or two copies of `source` for `user`, at random levels: `inner` are loops of the user's
    /// update, innermost first, `level` the loop of the output at which the accumulator is
    /// computed.
    void place(Func source, Func user, const std::vector<VarOrRVar> &inner, Var level) {
        Func copy = source.in(user);
        put(copy, user, inner, level);
        if (dice.once_in(4)) {
            Func outer = copy;
            Func nearer = copy.in(user);
            outer.compute_root();
            if (dice.once_in(2)) {
                outer.compute_at(layer.output, level);
            } else {
                // compute_root was its level
                layer.text += " outer@root";
            }
            put(nearer, user, inner, level);
        }
    }

    void put(Func f, Func user, const std::vector<VarOrRVar> &inner, Var level) {
        if (dice.once_in(2)) {
            f.compute_at(layer.output, level);
            layer.text += " " + f.name() + "@" + level.name();
        } else {
            VarOrRVar at = inner[dice.between(1, int(inner.size()) - 1)];
            if (at.is_rvar) {
                f.compute_at(user, at.rvar);
            } else {
                f.compute_at(user, at.var);
            }
            layer.text += " " + f.name() + "@" + user.name() + "." + at.name();
        }
        widen(f);
        if (dice.once_in(2)) {
            layer.schedule.buffers[f.name()].slots = 2;
            layer.text += " slots2";
        }
    }

    /// Fills of several elements per cycle.
    void widen(Func f) {
        Var innermost = f.args()[0], outermost = f.args().back();
        int kind = dice.below(6);
        int width = dice.between(2, 4);
        if (kind < 2) {
            f.vectorize(innermost, width, kind ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
            layer.text += kind ? " vectorize-up" : " vectorize";
        } else if (kind == 2) {
            f.unroll(outermost, 2, TailStrategy::GuardWithIf);
            layer.text += " unroll-outer";
        }
    }

    /// The lanes of an update stage as an array of processing elements.
    void maybe_array(const Func &f, const std::vector<VarOrRVar> &lanes) {
        if (lanes.empty() || dice.once_in(2)) {
            return;
        }
        ArrayDirective array;
        for (const VarOrRVar &l : lanes) {
            (dice.once_in(2) ? array.rows : array.columns).push_back(l.name());
        }
        layer.schedule.arrays[{f.name(), 1}] = array;
        layer.text += " array";
    }
};

struct Shape {
    int channels, kernels, width, height, kernel_width, kernel_height, stride;
};

Shape random_shape(Dice &dice) {
    return {dice.between(1, 6), dice.between(1, 7), dice.between(2, 7), dice.between(2, 7),
            dice.between(1, 3), dice.between(1, 3), dice.between(1, 2)};
}

/// The input as the convolution sees it: padded, or large enough.
Func source_of(Dice &dice, const ImageParam &input, bool padded, const Shape &s) {
    Func source("source");
    if (padded) {
        Expr value = cast(input.type(), dice.once_in(3) ? 3 : 0);
        return BoundaryConditions::constant_exterior(
            input, value, {{0, s.width * s.stride}, {0, s.height * s.stride}, {0, s.channels}});
    }
    Var x("x"), y("y"), c("c");
    source(x, y, c) = input(x, y, c);
    return source;
}

} // namespace

RandomLayer random_convolution(unsigned seed, bool scheduled) {
    Builder b(seed, scheduled);
    Dice &dice = b.dice;
    Shape s = random_shape(dice);
    bool padded = !dice.once_in(3), biased = dice.once_in(2);
    int left = padded ? s.kernel_width / 2 : 0, top = padded ? dice.below(s.kernel_height) : 0;
    std::vector<int> input_shape{s.width * s.stride, s.height * s.stride, s.channels};
    if (!padded) {
        input_shape = {(s.width - 1) * s.stride + s.kernel_width,
                       (s.height - 1) * s.stride + s.kernel_height, s.channels};
    }
    ImageParam input = make_input("input", random_data_type(dice), input_shape);
    ImageParam weights =
        make_input("weights", Int(8), {s.kernel_width, s.kernel_height, s.channels, s.kernels});
    ImageParam bias = make_input("bias", Int(32), {s.kernels}),
               scale = make_input("scale", Int(8), {s.kernels});

    Var x("x"), y("y"), k("k"), xo("xo"), xi("xi"), yo("yo"), yi("yi"), ko("ko"), ki("ki"), u("u");
    RVar co("co"), ci("ci");
    RDom r(0, s.kernel_width, 0, s.kernel_height, 0, s.channels, "r");
    Func padded_input = source_of(dice, input, padded, s), sum("sum"), output("output");
    sum(x, y, k) = biased ? bias(k) : Expr(0);
    sum(x, y, k) +=
        cast<int32_t>(padded_input(x * s.stride + r.x - left, y * s.stride + r.y - top, r.z)) *
        cast<int32_t>(weights(r.x, r.y, r.z, k));
    bool scaled = dice.once_in(4);
    Expr result = requantised(dice, sum(x, y, k), scaled ? cast<int32_t>(scale(k)) : Expr(3));
    output(x, y, k) = result;
    output.bound(x, 0, s.width).bound(y, 0, s.height).bound(k, 0, s.kernels);

    RandomLayer &layer = b.layer;
    layer.output = output;
    layer.output_shape = {s.width, s.height, s.kernels};
    layer.schedule.output = output.name();
    layer.text = "convolution C" + std::to_string(s.channels) + " K" + std::to_string(s.kernels) +
                 " " + std::to_string(s.width) + "x" + std::to_string(s.height) + " kernel " +
                 std::to_string(s.kernel_width) + "x" + std::to_string(s.kernel_height) +
                 " stride " + std::to_string(s.stride) + (padded ? " padded" : "") +
                 (biased ? " bias" : "");
    layer.inputs = {input, weights};
    std::vector<ImageParam> used{bias, scale};
    // Only those that the algorithm reads are arguments.
    for (const Argument &a : Pipeline(output).infer_arguments()) {
        for (const ImageParam &p : used) {
            if (a.name == p.name()) {
                layer.inputs.push_back(p);
            }
        }
    }
    if (!scheduled) {
        return layer;
    }

    int tile_k = std::min(dice.between(1, 4), s.kernels),
        tile_y = std::min(dice.between(1, 4), s.height);
    int tile_x = std::min(dice.between(1, 4), s.width);
    output.split(k, ko, ki, tile_k, random_tail(dice, s.kernels, tile_k))
        .split(y, yo, yi, tile_y, random_tail(dice, s.height, tile_y))
        .split(x, xo, xi, tile_x, random_tail(dice, s.width, tile_x));
    std::vector<Var> inner{xi, yi, ki}, outer{xo, yo, ko};
    dice.shuffle(inner);
    dice.shuffle(outer);
    std::vector<VarOrRVar> order(inner.begin(), inner.end());
    order.insert(order.end(), outer.begin(), outer.end());
    output.reorder(order);
    layer.text += " output:" + text_of(order);
    if (dice.once_in(3)) {
        output.unroll(inner[0]);
        layer.text += " lanes " + inner[0].name();
    }
    Var level = dice.once_in(6) ? inner[2] : outer[dice.below(3)];
    sum.compute_at(output, level);
    layer.text += " sum@" + level.name();
    layer.schedule.buffers[sum.name()].slots = dice.between(1, 2);

    Stage update = sum.update();
    int tile_c = std::min(dice.between(1, 4), s.channels);
    update.split(r.z, co, ci, tile_c, TailStrategy::GuardWithIf);
    bool hierarchical = dice.once_in(4);
    Func user = sum;
    if (hierarchical) {
        Func partial = update.rfactor({{co, u}});
        user = partial;
        layer.text += " rfactor";
        std::vector<VarOrRVar> loops = b.stages.order(sum.update(), {x, y, k, co});
        VarOrRVar at = loops[dice.between(0, 3)];
        if (at.is_rvar) {
            partial.compute_at(sum, at.rvar);
        } else {
            partial.compute_at(sum, at.var);
        }
        layer.text += " partial@" + at.name();
    }
    std::vector<VarOrRVar> loops{r.x, r.y, ci, x, y, k};
    loops.push_back(hierarchical ? VarOrRVar(u) : VarOrRVar(co));
    loops = b.stages.order(user.update(), loops);
    std::vector<VarOrRVar> candidates = loops, places;
    candidates.erase(
        std::remove_if(candidates.begin(), candidates.end(),
                       [](const VarOrRVar &v) { return v.name() == "u" || v.name() == "co"; }),
        candidates.end());
    b.maybe_array(user, b.stages.unroll(user.update(), candidates, 3));
    for (const VarOrRVar &l : loops) {
        if (l.name() != "u") {
            places.push_back(l);
        }
    }
    if (!dice.once_in(8)) {
        b.place(padded_input, user, places, level);
    }
    if (!dice.once_in(8)) {
        b.place(weights, user, places, level);
    }
    return layer;
}

RandomLayer random_matrix_multiply(unsigned seed, bool scheduled) {
    Builder b(seed, scheduled);
    Dice &dice = b.dice;
    int m_count = dice.between(1, 9), n_count = dice.between(1, 6), k_count = dice.between(1, 9);
    bool biased = dice.once_in(2);
    ImageParam a = make_input("a", random_data_type(dice), {k_count, n_count});
    ImageParam w = make_input("w", Int(8), {m_count, k_count});
    ImageParam bias = make_input("bias", Int(32), {m_count});
    Var m("m"), n("n"), mo("mo"), mi("mi"), no("no"), ni("ni");
    RVar ko("ko"), ki("ki");
    RDom k(0, k_count, "k");
    Func sum("sum"), output("output");
    sum(m, n) = biased ? bias(m) : Expr(0);
    bool largest = dice.once_in(6);
    Expr product = cast<int32_t>(a(k, n)) * cast<int32_t>(w(m, k));
    if (largest) {
        sum(m, n) = max(sum(m, n), product);
    } else {
        sum(m, n) += product;
    }
    output(m, n) = requantised(dice, sum(m, n), Expr(5));
    output.bound(m, 0, m_count).bound(n, 0, n_count);

    RandomLayer &layer = b.layer;
    layer.output = output;
    layer.output_shape = {m_count, n_count};
    layer.schedule.output = output.name();
    layer.inputs = {a, w};
    if (biased) {
        layer.inputs.push_back(bias);
    }
    layer.text = "matrix multiplication M" + std::to_string(m_count) + " N" +
                 std::to_string(n_count) + " K" + std::to_string(k_count) +
                 (biased ? " bias" : "") + (largest ? " max" : "");
    if (!scheduled) {
        return layer;
    }

    int tile_m = std::min(dice.between(1, 5), m_count),
        tile_n = std::min(dice.between(1, 3), n_count);
    output.split(m, mo, mi, tile_m, random_tail(dice, m_count, tile_m))
        .split(n, no, ni, tile_n, random_tail(dice, n_count, tile_n));
    std::vector<Var> inner{mi, ni}, outer{mo, no};
    dice.shuffle(inner);
    dice.shuffle(outer);
    std::vector<VarOrRVar> order{inner[0], inner[1], outer[0], outer[1]};
    output.reorder(order);
    layer.text += " output:" + text_of(order);
    if (dice.once_in(2)) {
        output.unroll(inner[0]);
        layer.text += " lanes " + inner[0].name();
    }
    Var level = outer[dice.below(2)];
    sum.compute_at(output, level);
    layer.text += " sum@" + level.name();
    layer.schedule.buffers[sum.name()].slots = dice.between(1, 2);
    sum.update().split(k, ko, ki, std::min(dice.between(1, 4), k_count), TailStrategy::GuardWithIf);
    std::vector<VarOrRVar> loops = b.stages.order(sum.update(), {m, n, ki, ko});
    b.maybe_array(sum, b.stages.unroll(sum.update(), {m, n, ki}, 2));
    if (!dice.once_in(8)) {
        b.place(a, sum, loops, level);
    }
    if (!dice.once_in(8)) {
        b.place(w, sum, loops, level);
    }
    return layer;
}

namespace {

template <typename T>
void fill(Buffer<> &buffer, Dice &dice) {
    bool small = dice.once_in(4);
    Buffer<T>(buffer).for_each_value(
        [&](T &v) { v = T(small ? dice.below(4) : dice.below(1 << 16) - (1 << 15)); });
}

} // namespace

Buffer<> random_buffer(Type type, const std::vector<int> &shape, unsigned seed) {
    Buffer<> buffer(type, shape);
    Dice dice(seed);
    if (type == Int(8)) {
        fill<int8_t>(buffer, dice);
    } else if (type == UInt(8)) {
        fill<uint8_t>(buffer, dice);
    } else if (type == Int(16)) {
        fill<int16_t>(buffer, dice);
    } else if (type == UInt(16)) {
        fill<uint16_t>(buffer, dice);
    } else {
        fill<int32_t>(buffer, dice);
    }
    return buffer;
}

} // namespace Orrery::test
