#include "apps/common/requantise.h"
#include "apps/common/table.h"

#include <Halide.h>
#include <orrery.h>

namespace {

using namespace Halide;

/// Attention of several heads in int8, on the chip from Q, K, V to the output: no product of two
/// sequences goes to memory.
///
///     score(k, q, h)   = int8 of tflite(sum over d of query(d, q, h) key(d, k, h),
///     score_multiplier, score_shift) weight(k, q, h)  = round(2^15 exp((score(k, q, h) - highest
///     over k) / 16)), a table share(k, q, h)   = uint8 of weight(k, q, h) * inverse(q, h), inverse
///     = 2^31 / sum over k of weight output(d, q, h)  = int8 of tflite(sum over k of share(k, q, h)
///     value(d, k, h), output_multiplier, output_shift)
///
/// A share of 255 / 256 is 255. Scores have 4 digits behind the point.
class Attention : public Generator<Attention> {
public:
    GeneratorParam<int> heads{"heads", 2};
    GeneratorParam<int> length{"length", 16};      ///< of the sequence
    GeneratorParam<int> features{"features", 16};  ///< of a head
    GeneratorParam<int> tile{"tile", 16};          ///< queries at a time
    GeneratorParam<int> rows{"rows", 16};          ///< of both arrays
    GeneratorParam<int> columns{"columns", 16};    ///< of both arrays
    GeneratorParam<int> bus_bits{"bus_bits", 128}; ///< of every port

    Input<int32_t> score_multiplier{"score_multiplier", 1 << 30};
    Input<int8_t> score_shift{"score_shift", -6};
    Input<int32_t> output_multiplier{"output_multiplier", 1 << 30};
    Input<int8_t> output_shift{"output_shift", -7};
    Input<Buffer<int8_t, 3>> query{"query"};    ///< d, q, h
    Input<Buffer<int8_t, 3>> key{"key"};        ///< d, k, h
    Input<Buffer<int8_t, 3>> value{"value"};    ///< d, k, h
    Output<Buffer<int8_t, 3>> output{"output"}; ///< d, q, h

    void generate() {
        rd = RDom(0, features, "rd");
        rk = RDom(0, length, "rk");
        product(k, q, h) = 0;
        product(k, q, h) += cast<int32_t>(query(rd, q, h)) * cast<int32_t>(key(rd, k, h));
        score(k, q, h) = saturating_cast<int8_t>(
            requantise::tflite(product(k, q, h), score_multiplier, score_shift));
        highest(q, h) = Int(8).min();
        highest(q, h) = max(highest(q, h), score(rk, q, h));
        const Expr below =
            cast<uint8_t>(cast<int16_t>(highest(q, h)) - cast<int16_t>(score(k, q, h)));
        const Buffer<uint16_t> exponentials = table::of<uint16_t>(
            "exponentials", 0, 256, [](int v) { return 32768 * std::exp(-v / 16.0); });
        weight(k, q, h) = exponentials(cast<int32_t>(below));
        total(q, h) = cast<uint32_t>(0);
        total(q, h) += cast<uint32_t>(weight(rk, q, h));
        inverse(q, h) = Expr(uint32_t(1) << 31) / max(total(q, h), cast<uint32_t>(1));
        const Expr share32 =
            (cast<uint64_t>(weight(k, q, h)) * cast<uint64_t>(inverse(q, h)) + (1 << 22)) >> 23;
        share(k, q, h) = cast<uint8_t>(min(share32, 255));
        mixed(d, q, h) = 0;
        mixed(d, q, h) += cast<int32_t>(share(rk, q, h)) * cast<int32_t>(value(d, rk, h));
        output(d, q, h) = saturating_cast<int8_t>(
            requantise::tflite(mixed(d, q, h), output_multiplier, output_shift));
        output.bound(d, 0, features).bound(q, 0, length).bound(h, 0, heads);
    }

    void schedule() {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Var qo("qo"), qi("qi"), di("di"), dn("dn"), ki("ki"), ko("ko");
        RVar o1("o1"), i1("i1"), o2("o2"), i2("i2"), o3("o3"), i3("i3"), o4("o4"), i4("i4");
        output.split(q, qo, qi, tile, guard)
            .split(d, dn, di, columns, guard)
            .reorder(di, qi, dn, qo, h)
            .vectorize(di);
        // All of a tile of queries: the scores of all keys, their exponentials and shares.
        mixed.compute_at(output, dn).update().split(rk, o2, i2, rows, guard).reorder(i2, d, q, o2);
        for (Func stage : {share, weight, score}) {
            stage.compute_at(output, qo)
                .split(k, ko, ki, columns, guard)
                .reorder(ki, q, ko)
                .vectorize(ki);
        }
        product.compute_at(score, ko).update().split(rd, o1, i1, rows, guard).reorder(i1, k, q, o1);
        for (Func stage : {inverse, total, highest}) {
            stage.compute_at(output, qo);
        }
        highest.update().split(rk, o3, i3, columns, guard).reorder(i3, o3, q).unroll(i3);
        total.update().split(rk, o4, i4, columns, guard).reorder(i4, o4, q).unroll(i4);
        Func queries = query.in(product), keys = key.in(product), values = value.in(mixed);
        queries.compute_at(output, qo).vectorize(queries.args()[0], bus_bits / 8, guard);
        keys.compute_at(output, h).vectorize(keys.args()[0], bus_bits / 8, guard);
        values.compute_at(output, h).vectorize(values.args()[0], bus_bits / 8, guard);

        Orrery::Accelerator hw = Orrery::accelerate(output);
        hw.pe_array(product.update(), {i1}, {k});
        hw.pe_array(mixed.update(), {i2}, {d});
        for (const Func &buffer : {queries, keys, values, product, score, highest, weight, total,
                                   inverse, share, mixed}) {
            hw.buffer(buffer).slots(2);
        }
        for (const Func &tensor : {Func(query), Func(key), Func(value), Func(output)}) {
            hw.port(tensor).bus_bits(bus_bits).outstanding(64);
        }
    }

private:
    Var d{"d"}, q{"q"}, k{"k"}, h{"h"};
    RDom rd, rk;
    Func product{"product"}, score{"score"}, highest{"highest"}, weight{"weight"}, total{"total"},
        inverse{"inverse"}, share{"share"}, mixed{"mixed"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(Attention, attention)
