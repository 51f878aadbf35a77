#include "apps/common/requantise.h"
#include "apps/common/table.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

enum class Cell { Lstm, Gru };

/// Steps of a recurrent layer with int8 inputs and weights and an int16 state, for a batch of
/// sequences.
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
/// state(j, s, n) is h (s = 0) and c (s = 1); one step's output is the next one's state. `steps` of
/// them are one behind the other in hardware.
class Recurrent : public Generator<Recurrent> {
public:
    GeneratorParam<Cell> cell{"cell", Cell::Lstm, {{"lstm", Cell::Lstm}, {"gru", Cell::Gru}}};
    GeneratorParam<int> inputs{"inputs", 16};
    GeneratorParam<int> units{"units", 16};
    GeneratorParam<int> batch{"batch", 1};
    GeneratorParam<int> steps{"steps", 1};

    GeneratorParam<int> rows{"rows", 16};          ///< of the array
    GeneratorParam<int> columns{"columns", 16};    ///< of the array
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<Buffer<int8_t, 3>> input{"input"};            ///< l, n, t
    Input<Buffer<int16_t, 3>> state{"state"};           ///< j, s, n
    Input<Buffer<int8_t, 3>> weights{"weights"};        ///< l, j, g
    Input<Buffer<int32_t, 2>> bias{"bias"};             ///< j, g
    Input<Buffer<int32_t, 1>> multiplier{"multiplier"}; ///< g
    Input<Buffer<int8_t, 1>> shift{"shift"};            ///< g
    Output<Buffer<int16_t, 3>> output{"output"};        ///< j, s, n

    void generate() {
        const int states = cell == Cell::Lstm ? 2 : 1, length = (int)inputs + (int)units;
        input.dim(0).set_bounds(0, inputs);
        input.dim(1).set_bounds(0, batch);
        state.dim(0).set_bounds(0, units);
        state.dim(1).set_bounds(0, states);
        weights.dim(0).set_bounds(0, length);
        r = RDom(0, length, "r");
        Func before = state;
        for (int t = 0; t < steps; t++) {
            before = step(before, t);
        }
        output(j, s, n) = before(j, s, n);
        output.bound(j, 0, units).bound(s, 0, states).bound(n, 0, batch);
    }

    void schedule() {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Orrery::Accelerator hw = Orrery::accelerate(output);
        for (Step &step : all) {
            Var jo("jo"), ji("ji");
            RVar lo("lo"), li("li");
            step.joined.compute_root();
            step.gate.compute_root().split(j, jo, ji, columns, guard).reorder(ji, n, g, jo);
            step.sum.compute_at(step.gate, g);
            step.sum.update().split(r, lo, li, rows, guard).reorder(li, j, n, lo, g);
            Func weight_tile = weights.in(step.sum), bias_tile = bias.in(step.sum);
            weight_tile.compute_at(step.gate, g)
                .vectorize(weight_tile.args()[0], bus_bits / 8, guard);
            bias_tile.compute_at(step.gate, g);
            multiplier.in(step.gate).compute_root();
            shift.in(step.gate).compute_root();
            hw.pe_array(step.sum.update(), {li}, {j});
            for (const Func &buffer : {weight_tile, bias_tile, step.sum}) {
                hw.buffer(buffer).slots(2);
            }
            if (cell == Cell::Lstm) {
                step.memory.compute_root();
            }
            if (&step != &all.back()) {
                step.after.compute_root();
            }
        }
        for (const Func &tensor : {Func(input), Func(state), Func(weights), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    struct Step {
        Func joined{"joined"}, sum{"sum"}, gate{"gate"}, memory{"memory"}, after{"after"};
    };
    Var l{"l"}, j{"j"}, g{"g"}, s{"s"}, n{"n"};
    RDom r;
    std::vector<Step> all;

    /// v / 2^bits, to the nearest, halves upwards.
    static Expr rounded(const Expr &v, int bits) { return (v + (1 << (bits - 1))) >> bits; }

    Func step(const Func &before, int t) {
        Step now;
        const int h_bits = cell == Cell::Lstm ? 0 : 8; // of h beyond those of the products
        const Expr h = cast<int32_t>(before(clamp(l - inputs, 0, units - 1), 0, n));
        now.joined(l, n) = select(l < inputs, input(clamp(l, 0, inputs - 1), n, t),
                                  saturating_cast<int8_t>(h_bits ? rounded(h, h_bits) : h));
        now.sum(j, g, n) = bias(j, g);
        now.sum(j, g, n) += cast<int32_t>(weights(r, j, g)) * cast<int32_t>(now.joined(r, n));
        now.gate(j, g, n) =
            saturating_cast<int8_t>(requantise::tflite(now.sum(j, g, n), multiplier(g), shift(g)));
        cell == Cell::Lstm ? lstm(now, before) : gru(now, before);
        all.push_back(now);
        return now.after;
    }

    Expr gate(const Step &now, int which) { return now.gate(j, which, n); }

    void lstm(Step &now, const Func &before) {
        const Expr kept =
            cast<int32_t>(table::sigmoid(gate(now, 1))) * cast<int32_t>(before(j, 1, n));
        const Expr added =
            cast<int32_t>(table::sigmoid(gate(now, 0))) * cast<int32_t>(table::tanh(gate(now, 2)));
        now.memory(j, n) = saturating_cast<int16_t>(rounded(kept, 15) + rounded(added, 18));
        const Expr seen =
            table::tanh(saturating_cast<int8_t>(rounded(cast<int32_t>(now.memory(j, n)), 8)));
        const Expr h =
            rounded(cast<int32_t>(table::sigmoid(gate(now, 3))) * cast<int32_t>(seen), 23);
        now.after(j, s, n) = select(s == 0, cast<int16_t>(clamp(h, -128, 127)), now.memory(j, n));
    }

    void gru(Step &now, const Func &before) {
        const Expr z = cast<int32_t>(table::sigmoid(gate(now, 0)));
        const Expr reset =
            cast<int32_t>(table::sigmoid(gate(now, 1))) * cast<int32_t>(gate(now, 3));
        const Expr candidate =
            table::tanh(saturating_cast<int8_t>(cast<int32_t>(gate(now, 2)) + rounded(reset, 15)));
        const Expr mixed =
            (32767 - z) * cast<int32_t>(candidate) + z * cast<int32_t>(before(j, s, n));
        now.after(j, s, n) = saturating_cast<int16_t>(rounded(mixed, 15));
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Recurrent, recurrent)
