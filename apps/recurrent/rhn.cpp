#include "apps/common/requantise.h"
#include "apps/common/table.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// A recurrent highway network (Zilly et al., 2017) with int8 inputs and weights and an int16
/// state, for a batch of sequences. A step goes through `depth` layers behind each other, of which
/// only the first one sees the input. One set of hardware computes step after step; the state stays
/// on the chip.
///
///     s(j, 0, n, t)       = s(j, depth, n, t - 1), before the first step state(j, n)
///     gate(j, g, d, n, t) = int8 of tflite(bias(j, g, d) + sum over l of weights(l, j, g, d)
///                           s8(l, d, n, t) + for d = 0: sum over l of input_weights(l, j, g)
///                           input(l, n, t), multiplier(g, d), shift(g, d))
///     h, c                = tanh(gate 0), sigmoid(gate 1)
///     s(j, d + 1, n, t)   = h c + s(j, d, n, t) (1 - c)
///     output(j, n, t)     = s(j, depth, n, t)
///
/// Gates have 4 digits behind the point, h, c and s have 15; s8 is s with 7.
class Rhn : public Generator<Rhn> {
public:
    GeneratorParam<int> inputs{"inputs", 16};
    GeneratorParam<int> units{"units", 16};
    GeneratorParam<int> depth{"depth", 2};
    GeneratorParam<int> batch{"batch", 1};

    GeneratorParam<int> rows{"rows", 16};          ///< of each array
    GeneratorParam<int> columns{"columns", 16};    ///< of each array
    GeneratorParam<int> lanes{"lanes", 4};         ///< states that are computed per cycle
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<int32_t> steps{"steps", 8, 1, 4096};               ///< of a run
    Input<Buffer<int8_t, 3>> input{"input"};                 ///< l, n, t
    Input<Buffer<int16_t, 2>> state{"state"};                ///< j, n
    Input<Buffer<int16_t, 3>> before{"before"};              ///< the last layer, one step before
    Input<Buffer<int8_t, 3>> input_weights{"input_weights"}; ///< l, j, g
    Input<Buffer<int8_t, 4>> weights{"weights"};             ///< l, j, g, d
    Input<Buffer<int32_t, 3>> bias{"bias"};                  ///< j, g, d
    Input<Buffer<int32_t, 2>> multiplier{"multiplier"};      ///< g, d
    Input<Buffer<int8_t, 2>> shift{"shift"};                 ///< g, d
    Output<Buffer<int16_t, 3>> output{"output"};             ///< j, n, t

    void generate() {
        input.dim(0).set_bounds(0, inputs);
        input.dim(1).set_bounds(0, batch);
        input.dim(2).set_bounds(0, steps);
        state.dim(0).set_bounds(0, units);
        state.dim(1).set_bounds(0, batch);
        earlier(j, n, t) = select(t == 0, state(j, n), before(j, n, t));
        from_input.over = RDom(0, inputs, "rx");
        from_input.sum(j, g, n, t) = bias(j, g, 0);
        from_input.sum(j, g, n, t) += cast<int32_t>(input_weights(from_input.over, j, g)) *
                                      cast<int32_t>(input(from_input.over, n, t));
        Func last = earlier;
        for (int d = 0; d < depth; d++) {
            last = add_layer(last, d);
        }
        output(j, n, t) = last(j, n, t);
        output.bound(j, 0, units).bound(n, 0, batch).bound(t, 0, steps);
    }

    void schedule() {
        Orrery::Accelerator hw = Orrery::accelerate(output);
        output.vectorize(j, lanes, TailStrategy::GuardWithIf);
        Func input_copy = input.in(from_input.sum);
        state.in(earlier).compute_root();
        input_copy.compute_at(output, t).vectorize(input_copy.args()[0], bus_bits / 8,
                                                   TailStrategy::GuardWithIf);
        for (Layer &layer : layers) {
            Var jo("jo"), ji("ji");
            layer.seen.compute_at(output, t).vectorize(l, lanes, TailStrategy::GuardWithIf);
            layer.gate.compute_at(output, t)
                .split(j, jo, ji, columns, TailStrategy::GuardWithIf)
                .reorder(ji, n, g, jo);
            multiplier.in(layer.gate).compute_root();
            shift.in(layer.gate).compute_root();
            const bool first = &layer == &layers.front();
            if (first) {
                schedule_sum(hw, from_input, layer.gate, input_weights.in(from_input.sum));
            }
            schedule_sum(hw, layer.product, layer.gate, weights.in(layer.product.sum));
            Func bias_tile = bias.in(first ? from_input.sum : layer.product.sum);
            bias_tile.compute_at(layer.gate, g);
            hw.buffer(bias_tile).slots(2);
            layer.after.compute_at(output, t).vectorize(j, lanes, TailStrategy::GuardWithIf);
        }
        hw.feedback(before, layers.back().after);
        for (const Func &tensor :
             {Func(input), Func(state), Func(input_weights), Func(weights), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    struct Product {
        Func sum{"sum"};
        RDom over;
    };
    struct Layer {
        Func seen{"seen"}, gate{"gate"}, after{"after"};
        Product product;
    };
    Var l{"l"}, j{"j"}, g{"g"}, n{"n"}, t{"t"};
    Func earlier{"earlier"};
    Product from_input;
    std::vector<Layer> layers;

    /// v / 2^bits, to the nearest, halves upwards.
    static Expr rounded(const Expr &v, int bits) { return (v + (1 << (bits - 1))) >> bits; }

    Func add_layer(const Func &from, int d) {
        Layer layer;
        const Expr s = cast<int32_t>(from(l, n, t));
        layer.seen(l, n, t) = saturating_cast<int8_t>(rounded(s, 8));
        Product &product = layer.product;
        product.over = RDom(0, units, "r");
        product.sum(j, g, n, t) = d == 0 ? Expr(from_input.sum(j, g, n, t)) : Expr(bias(j, g, d));
        product.sum(j, g, n, t) += cast<int32_t>(weights(product.over, j, g, d)) *
                                   cast<int32_t>(layer.seen(product.over, n, t));
        layer.gate(j, g, n, t) = saturating_cast<int8_t>(
            requantise::tflite(product.sum(j, g, n, t), multiplier(g, d), shift(g, d)));
        const Expr h = cast<int32_t>(table::tanh(layer.gate(j, 0, n, t)));
        const Expr c = cast<int32_t>(table::sigmoid(layer.gate(j, 1, n, t)));
        const Expr mixed = h * c + cast<int32_t>(from(j, n, t)) * (32767 - c);
        layer.after(j, n, t) = saturating_cast<int16_t>(rounded(mixed, 15));
        layers.push_back(layer);
        return layer.after;
    }

    /// One tile of sums, for `columns` units of one gate, on an array of its own.
    void schedule_sum(Orrery::Accelerator &hw, Product &product, Func gate, Func weight_tile) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        RVar lo("lo"), li("li");
        product.sum.compute_at(gate, g);
        product.sum.update().split(product.over, lo, li, rows, guard).reorder(li, j, n, lo, g);
        weight_tile.compute_at(gate, g).vectorize(weight_tile.args()[0], bus_bits / 8, guard);
        hw.pe_array(product.sum.update(), {li}, {j});
        for (const Func &buffer : {weight_tile, product.sum}) {
            hw.buffer(buffer).slots(2);
        }
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Rhn, rhn)
