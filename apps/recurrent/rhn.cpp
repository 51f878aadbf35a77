#include "apps/common/requantise.h"
#include "apps/common/table.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// A step of a recurrent highway network (Zilly et al., 2017) with int8 inputs and weights and an
/// int16 state, for a batch of sequences: `depth` layers behind each other, of which only the first
/// one sees the input.
///
///     s(j, 0, n)       = state(j, n)
///     gate(j, g, d, n) = int8 of tflite(bias(j, g, d) + sum over l of weights(l, j, g, d) s8(l, d,
///     n)
///                        + for d = 0: sum over l of input_weights(l, j, g) input(l, n),
///                        multiplier(g, d), shift(g, d))
///     h, t             = tanh(gate 0), sigmoid(gate 1)
///     s(j, d + 1, n)   = h t + s(j, d, n) (1 - t)
///     output(j, n)     = s(j, depth, n)
///
/// Gates have 4 digits behind the point, h, t and s have 15; s8 is s with 7. The carry gate is
/// 1 - t. One step's output is the next one's state.
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

    Input<Buffer<int8_t, 2>> input{"input"};                 ///< l, n
    Input<Buffer<int16_t, 2>> state{"state"};                ///< j, n
    Input<Buffer<int8_t, 3>> input_weights{"input_weights"}; ///< l, j, g
    Input<Buffer<int8_t, 4>> weights{"weights"};             ///< l, j, g, d
    Input<Buffer<int32_t, 3>> bias{"bias"};                  ///< j, g, d
    Input<Buffer<int32_t, 2>> multiplier{"multiplier"};      ///< g, d
    Input<Buffer<int8_t, 2>> shift{"shift"};                 ///< g, d
    Output<Buffer<int16_t, 2>> output{"output"};             ///< j, n

    void generate() {
        input.dim(0).set_bounds(0, inputs);
        state.dim(0).set_bounds(0, units);
        from_input.over = RDom(0, inputs, "rx");
        from_input.sum(j, g, n) = bias(j, g, 0);
        from_input.sum(j, g, n) += cast<int32_t>(input_weights(from_input.over, j, g)) *
                                   cast<int32_t>(input(from_input.over, n));
        Func before = state;
        for (int d = 0; d < depth; d++) {
            before = add_layer(before, d);
        }
        output(j, n) = before(j, n);
        output.bound(j, 0, units).bound(n, 0, batch);
    }

    void schedule() {
        Orrery::Accelerator hw = Orrery::accelerate(output);
        output.vectorize(j, lanes, TailStrategy::GuardWithIf);
        Func input_copy = input.in(from_input.sum);
        input_copy.compute_root().vectorize(input_copy.args()[0], bus_bits / 8,
                                            TailStrategy::GuardWithIf);
        for (Layer &layer : layers) {
            Var jo("jo"), ji("ji");
            layer.seen.compute_root().vectorize(l, lanes, TailStrategy::GuardWithIf);
            layer.gate.compute_root()
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
            if (&layer != &layers.back()) {
                layer.after.compute_root().vectorize(j, lanes, TailStrategy::GuardWithIf);
            }
        }
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
    Var l{"l"}, j{"j"}, g{"g"}, n{"n"};
    Product from_input;
    std::vector<Layer> layers;

    /// v / 2^bits, to the nearest, halves upwards.
    static Expr rounded(const Expr &v, int bits) { return (v + (1 << (bits - 1))) >> bits; }

    Func add_layer(const Func &before, int d) {
        Layer layer;
        const Expr s = cast<int32_t>(before(l, n));
        layer.seen(l, n) = saturating_cast<int8_t>(rounded(s, 8));
        Product &product = layer.product;
        product.over = RDom(0, units, "r");
        product.sum(j, g, n) = d == 0 ? Expr(from_input.sum(j, g, n)) : Expr(bias(j, g, d));
        product.sum(j, g, n) += cast<int32_t>(weights(product.over, j, g, d)) *
                                cast<int32_t>(layer.seen(product.over, n));
        layer.gate(j, g, n) = saturating_cast<int8_t>(
            requantise::tflite(product.sum(j, g, n), multiplier(g, d), shift(g, d)));
        const Expr h = cast<int32_t>(table::tanh(layer.gate(j, 0, n)));
        const Expr t = cast<int32_t>(table::sigmoid(layer.gate(j, 1, n)));
        const Expr mixed = h * t + cast<int32_t>(before(j, n)) * (32767 - t);
        layer.after(j, n) = saturating_cast<int16_t>(rounded(mixed, 15));
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
