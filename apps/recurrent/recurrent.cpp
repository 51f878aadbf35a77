#include "apps/common/requantise.h"
#include "apps/common/table.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

enum class Cell { Lstm, Gru };

/// A recurrent layer with int8 inputs and weights and an int16 state, for a batch of sequences. One
/// set of hardware computes step after step; the state stays on the chip.
///
///     joined(l, n)  = input(l, n, t), then h(l - inputs, n) with 8 bits
///     gate(j, g, n) = int8 of tflite(bias(j, g) + sum over l of weights(l, j, g) joined(l, n),
///     multiplier(g), shift(g))
///
/// Gates have 4 digits behind the point; sigmoid and tanh are tables with results of 15.
///
///     LSTM, gates i f g o:   c' = sigmoid(f) c + sigmoid(i) tanh(g)      c: 12 digits behind the
///     point
///                            h' = sigmoid(o) tanh(c')                    h: 7
///     GRU, gates z r x u:    h' = (1 - sigmoid(z)) tanh(x + sigmoid(r) u) + sigmoid(z) h      h:
///     15
///
/// The weights of x are 0 for the state, those of u for the input (linear_before_reset in ONNX).
/// state(j, s, n) is h (s = 0) and c (s = 1) before the first step, output(j, s, n, t) those behind
/// step t.
class Recurrent : public Generator<Recurrent> {
public:
    GeneratorParam<Cell> cell{"cell", Cell::Lstm, {{"lstm", Cell::Lstm}, {"gru", Cell::Gru}}};
    GeneratorParam<int> inputs{"inputs", 16};
    GeneratorParam<int> units{"units", 16};
    GeneratorParam<int> batch{"batch", 1};

    GeneratorParam<int> rows{"rows", 16};          ///< of the array
    GeneratorParam<int> columns{"columns", 16};    ///< of the array
    GeneratorParam<int> lanes{"lanes", 4};         ///< states that are computed per cycle
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<int32_t> steps{"steps", 8, 1, 4096};          ///< of a run
    Input<Buffer<int8_t, 3>> input{"input"};            ///< l, n, t
    Input<Buffer<int16_t, 3>> state{"state"};           ///< j, s, n
    Input<Buffer<int16_t, 4>> before{"before"};         ///< `after`, one step before
    Input<Buffer<int8_t, 3>> weights{"weights"};        ///< l, j, g
    Input<Buffer<int32_t, 2>> bias{"bias"};             ///< j, g
    Input<Buffer<int32_t, 1>> multiplier{"multiplier"}; ///< g
    Input<Buffer<int8_t, 1>> shift{"shift"};            ///< g
    Output<Buffer<int16_t, 4>> output{"output"};        ///< j, s, n, t

    void generate() {
        const int length = (int)inputs + (int)units;
        input.dim(0).set_bounds(0, inputs);
        input.dim(1).set_bounds(0, batch);
        input.dim(2).set_bounds(0, steps);
        state.dim(0).set_bounds(0, units);
        state.dim(1).set_bounds(0, states());
        state.dim(2).set_bounds(0, batch);
        weights.dim(0).set_bounds(0, length);
        r = RDom(0, length, "r");

        earlier(j, s, n, t) = select(t == 0, state(j, s, n), before(j, s, n, t));
        const int h_bits = cell == Cell::Lstm ? 0 : 8; // of h beyond those of the products
        const Expr h = cast<int32_t>(earlier(max(l - inputs, 0), 0, n, t));
        joined(l, n, t) = select(l < inputs, input(min(l, inputs - 1), n, t),
                                 saturating_cast<int8_t>(h_bits ? rounded(h, h_bits) : h));
        sum(j, g, n, t) = bias(j, g);
        sum(j, g, n, t) += cast<int32_t>(weights(r, j, g)) * cast<int32_t>(joined(r, n, t));
        gate(j, g, n, t) =
            saturating_cast<int8_t>(requantise::tflite(sum(j, g, n, t), multiplier(g), shift(g)));
        cell == Cell::Lstm ? lstm() : gru();
        output(j, s, n, t) = after(j, s, n, t);
        output.bound(j, 0, units).bound(s, 0, states()).bound(n, 0, batch).bound(t, 0, steps);
    }

    void schedule() {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Var jo("jo"), ji("ji");
        RVar lo("lo"), li("li");
        joined.compute_at(output, t).vectorize(l, lanes, guard);
        gate.compute_at(output, t).split(j, jo, ji, columns, guard).reorder(ji, n, g, jo);
        sum.compute_at(gate, g);
        sum.update().split(r, lo, li, rows, guard).reorder(li, j, n, lo, g);
        Func weight_tile = weights.in(sum), bias_tile = bias.in(sum);
        weight_tile.compute_at(gate, g).vectorize(weight_tile.args()[0], bus_bits / 8, guard);
        bias_tile.compute_at(gate, g);
        Func initial = state.in(earlier);
        initial.compute_root().vectorize(initial.args()[0], bus_bits / 16, guard);
        multiplier.in(gate).compute_root();
        shift.in(gate).compute_root();
        after.compute_at(output, t).vectorize(j, lanes, guard);
        output.vectorize(j, lanes, guard);

        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(sum.update(), {li}, {j});
        hw.feedback(before, after);
        for (const Func &buffer : {weight_tile, bias_tile, sum}) {
            hw.buffer(buffer).slots(2);
        }
        if (cell == Cell::Lstm) {
            memory.compute_at(output, t).vectorize(j, lanes, guard);
        }
        for (const Func &tensor : {Func(input), Func(state), Func(weights), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    Var l{"l"}, j{"j"}, g{"g"}, s{"s"}, n{"n"}, t{"t"};
    RDom r;
    Func earlier{"earlier"}, joined{"joined"}, sum{"sum"}, gate{"gate"}, memory{"memory"},
        after{"after"};

    int states() const { return cell == Cell::Lstm ? 2 : 1; }

    /// v / 2^bits, to the nearest, halves upwards.
    static Expr rounded(const Expr &v, int bits) { return (v + (1 << (bits - 1))) >> bits; }

    Expr of_gate(int which) { return gate(j, which, n, t); }

    void lstm() {
        const Expr kept =
            cast<int32_t>(table::sigmoid(of_gate(1))) * cast<int32_t>(earlier(j, 1, n, t));
        const Expr added =
            cast<int32_t>(table::sigmoid(of_gate(0))) * cast<int32_t>(table::tanh(of_gate(2)));
        memory(j, n, t) = saturating_cast<int16_t>(rounded(kept, 15) + rounded(added, 18));
        const Expr seen =
            table::tanh(saturating_cast<int8_t>(rounded(cast<int32_t>(memory(j, n, t)), 8)));
        const Expr h = rounded(cast<int32_t>(table::sigmoid(of_gate(3))) * cast<int32_t>(seen), 23);
        after(j, s, n, t) = select(s == 0, cast<int16_t>(clamp(h, -128, 127)), memory(j, n, t));
    }

    void gru() {
        const Expr z = cast<int32_t>(table::sigmoid(of_gate(0)));
        const Expr reset = cast<int32_t>(table::sigmoid(of_gate(1))) * cast<int32_t>(of_gate(3));
        const Expr candidate =
            table::tanh(saturating_cast<int8_t>(cast<int32_t>(of_gate(2)) + rounded(reset, 15)));
        const Expr mixed =
            (32767 - z) * cast<int32_t>(candidate) + z * cast<int32_t>(earlier(j, s, n, t));
        after(j, s, n, t) = saturating_cast<int16_t>(rounded(mixed, 15));
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Recurrent, recurrent)
