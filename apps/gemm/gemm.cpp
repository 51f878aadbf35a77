#include "apps/common/layout.h"
#include "apps/common/requantise.h"
#include "hwgen/support/error.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// Matrix products, and fully connected layers of a batch: inner dimension down the rows of the
/// array, columns of the result across.
///
///     sum(j, i)    = bias(j) + sum over l of (a(l, i) - a_zero) (b(l, j) - b_zero)
///     output(j, i) = clamp(scaled(sum) + output_zero)
///
/// Operands have 8 or 16 bits; b may have 4, two to a byte along l, the lower half first. Either
/// operand may lie transposed in memory.
class Gemm : public Generator<Gemm> {
public:
    GeneratorParam<int> height{"height", 16}; ///< i: vectors of a batch
    GeneratorParam<int> width{"width", 16};   ///< j: outputs of a vector
    GeneratorParam<int> depth{"depth", 16};   ///< l: length of a vector
    GeneratorParam<bool> b_packed{
        "b_packed", false}; ///< 4-bit elements in bytes; b.type says whether they have a sign
    GeneratorParam<bool> a_transposed{"a_transposed", false}; ///< i is fastest in memory, not l
    GeneratorParam<bool> b_transposed{"b_transposed", true};  ///< l is fastest in memory, not j
    GeneratorParam<Type> sum_type{"sum_type", Int(32)};
    GeneratorParam<requantise::Rule> rule{"rule", requantise::Rule::TFLite,
                                          requantise::rule_names()};
    GeneratorParam<bool> has_bias{"has_bias", true};

    GeneratorParam<int> rows{"rows", 16};               ///< of the array
    GeneratorParam<int> columns{"columns", 16};         ///< of the array
    GeneratorParam<int> bus_bits{"bus_bits", 128};      ///< of every port
    GeneratorParam<int> tile_height{"tile_height", 64}; ///< vectors per tile

    Input<int16_t> a_zero{"a_zero", 0, -128, 255};
    Input<int16_t> b_zero{"b_zero", 0, -128, 255};
    Input<Buffer<void, 2>> a{"a"}; ///< l, i
    Input<Buffer<void, 2>> b{"b"}; ///< l, j; of packed ones l / 2, j
    Input<Buffer<int32_t, 1>> bias{"bias"};             ///< j; only with has_bias
    Input<Buffer<int32_t, 1>> multiplier{"multiplier"}; ///< j; these two and the next three only with requantisation
    Input<Buffer<int8_t, 1>> shift{"shift"};            ///< j
    Input<int16_t> output_zero{"output_zero", 0};
    Input<int16_t> output_min{"output_min", -32768}; ///< the activation; beside it, the output saturates
    Input<int16_t> output_max{"output_max", 32767};
    Output<Buffer<void, 2>> output{"output"}; ///< j, i; of sum_type without requantisation

    void generate() {
        if (b_packed && !b_transposed) {
            Orrery::user_error(
                "gemm: packed elements of b are neighbours along l; give b_transposed=true");
        }
        layout::set(a, {depth, height}, a_order());
        layout::set(b, {b_packed ? (depth + 1) / 2 : depth, width}, b_order());
        r = RDom(0, depth, "r");
        const Type wide = sum_type;
        sum(j, i) = has_bias ? cast(wide, bias(j)) : cast(wide, 0);
        sum(j, i) += (cast(wide, a(r, i)) - cast(wide, a_zero)) *
                     (cast(wide, element_of_b()) - cast(wide, b_zero));
        Expr result = sum(j, i);
        if (rule != requantise::Rule::None) {
            const Expr scaled = requantise::scale(rule, result, multiplier(j), shift(j));
            const Type type = scaled.type();
            result = clamp(scaled + cast(type, output_zero), cast(type, output_min),
                           cast(type, output_max));
        }
        output(j, i) = saturating_cast(output.type(), result);
        output.bound(j, 0, width).bound(i, 0, height);
    }

    void schedule() {
        if (using_autoscheduler()) {
            return; // autoscheduler=orrery or mapping=
        }
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Var io("io"), ii("ii"), jo("jo"), ji("ji"), jt("jt");
        RVar lo("lo"), li("li");
        output.split(j, jo, ji, columns, guard)
            .split(i, io, ii, std::min((int)tile_height, (int)height), guard)
            .reorder(ji, ii, jo, io)
            .vectorize(ji);
        sum.compute_at(output, jo);
        sum.update()
            .split(r, lo, li, rows, guard)
            .split(j, jt, ji, columns, guard)
            .reorder(li, ji, i, lo, jt);

        Func a_tile = a.in(sum), b_tile = b.in(sum);
        fill(a_tile.compute_at(output, io), a_order()[0], a.type());
        fill(b_tile.compute_at(output, jo), b_order()[0], b.type());
        std::vector<Func> buffers{a_tile, b_tile, sum}, tensors{a, b, output};
        if (has_bias) {
            buffers.push_back(bias.in(sum));
            tensors.push_back(bias);
        }
        if (rule != requantise::Rule::None) {
            buffers.push_back(multiplier.in(output));
            buffers.push_back(shift.in(output));
            tensors.push_back(multiplier);
            tensors.push_back(shift);
        }
        for (size_t n = 3; n < buffers.size(); n++) {
            buffers[n].compute_at(output, jo).vectorize(buffers[n].args()[0], columns, guard);
        }

        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(sum.update(), {li}, {ji});
        for (const Func &buffer : buffers) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : tensors) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    Var i{"i"}, j{"j"};
    RDom r;
    Func sum{"sum"};

    std::vector<int> a_order() const {
        return a_transposed ? std::vector<int>{1, 0} : std::vector<int>{0, 1};
    }
    std::vector<int> b_order() const {
        return b_transposed ? std::vector<int>{0, 1} : std::vector<int>{1, 0};
    }

    Expr element_of_b() {
        if (!b_packed) {
            return b(r, j);
        }
        const Expr pair = b(r / 2, j);
        const Expr upwards = select(r % 2 == 0, pair << 4, pair); // the element in the higher half,
        return upwards >> 4;                                      // and down again with its sign
    }

    /// A copy takes a beat of neighbours in memory per cycle.
    void fill(Func copy, int along, const Type &type) {
        copy.vectorize(copy.args()[along], bus_bits / type.bits(), TailStrategy::GuardWithIf);
    }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Gemm, gemm)
