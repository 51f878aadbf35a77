#include "tests/equivalence/random_schedule.h"

#include <algorithm>

namespace Orrery::test {
using namespace Halide;

RandomLayer random_matrix_multiply(unsigned seed, bool scheduled) {
    LayerBuilder b(seed);
    Dice &dice = b.dice;
    const int m_count = dice.between(1, 9), n_count = dice.between(1, 6),
              k_count = dice.between(1, 9);
    const bool biased = dice.once_in(2), largest = dice.once_in(6);
    b.layer.text = "matrix multiplication M" + std::to_string(m_count) + " N" +
                   std::to_string(n_count) + " K" + std::to_string(k_count) +
                   (biased ? " bias" : "") + (largest ? " max" : "");
    ImageParam a = b.input("a", b.data_type(), {k_count, n_count});
    ImageParam w = b.input("w", Int(8), {m_count, k_count});
    ImageParam bias = b.input("bias", Int(32), {m_count});
    Var m("m"), n("n"), mo("mo"), mi("mi"), no("no"), ni("ni");
    RVar ko("ko"), ki("ki");
    RDom k(0, k_count, "k");
    Func sum("sum"), output("output");
    sum(m, n) = biased ? bias(m) : Expr(0);
    const Expr product = cast<int32_t>(a(k, n)) * cast<int32_t>(w(m, k));
    if (largest) {
        sum(m, n) = max(sum(m, n), product);
    } else {
        sum(m, n) += product;
    }
    output(m, n) = b.requantised(sum(m, n), Expr(5));
    b.set_output(output, {m, n}, {m_count, n_count});
    if (!scheduled) {
        return b.layer;
    }

    const int tile_m = std::min(dice.between(1, 8), m_count),
              tile_n = std::min(dice.between(1, 3), n_count);
    output.split(m, mo, mi, tile_m, b.tail(m_count, tile_m))
        .split(n, no, ni, tile_n, b.tail(n_count, tile_n));
    std::vector<Var> inner{mi, ni}, outer{mo, no};
    dice.shuffle(inner);
    dice.shuffle(outer);
    std::vector<VarOrRVar> order{inner[0], inner[1], outer[0], outer[1]};
    output.reorder(order);
    b.layer.text += " output:" + text_of(order);
    if (dice.once_in(2)) {
        output.unroll(inner[0]);
        b.layer.text += " lanes " + inner[0].name();
    }
    const Var level = outer[dice.below(2)];
    sum.compute_at(output, level);
    b.layer.text += " sum@" + level.name();
    b.set_buffer(sum, false);
    sum.update().split(k, ko, ki, std::min(dice.between(1, 8), k_count), TailStrategy::GuardWithIf);
    const std::vector<VarOrRVar> loops = b.order(sum.update(), {m, n, ki, ko});
    b.maybe_array(sum, b.unroll(sum.update(), {m, n, ki}, 3));
    if (!dice.once_in(8)) {
        b.place(a, sum, loops, level);
    }
    if (!dice.once_in(8)) {
        b.place(w, sum, loops, level);
    }
    b.set_ports();
    return b.layer;
}

} // namespace Orrery::test
