#include "tests/equivalence/scalar_combinations.h"

#include "halide-fork/orrery.h"

namespace Orrery::test {

using namespace Halide;

ScalarLayer line_buffer_with_scalars(bool scheduled) {
    constexpr int height = 8; // along which the windows slide
    ImageParam input(Int(8), 3, "input"), weights(Int(8), 4, "weights");
    Param<int> channels("channels", 4, 1, 5), filters("filters", 3, 1, 6), shift("shift", 4, 0, 9);
    Param<int> width("width", 6, 2, 7);
    Param<int8_t> zero("zero", 3);
    Var c("c"), k("k"), x("x"), y("y"), ki("ki"), ko("ko");
    RVar co("co"), ci("ci");
    RDom r(0, channels, 0, 3, 0, 3, "r"), p(0, 2, 0, 2, "p");
    input.dim(0).set_bounds(0, channels);
    input.dim(1).set_bounds(0, width);
    input.dim(2).set_bounds(0, height);
    weights.dim(0).set_bounds(0, filters);
    weights.dim(1).set_bounds(0, channels);
    weights.dim(2).set_bounds(0, 3);
    weights.dim(3).set_bounds(0, 3);
    Func padded("padded"), sum("sum"), result("result"), pool("pool"), output("output");
    padded(c, x, y) = BoundaryConditions::constant_exterior(input, zero)(c, x, y);
    sum(k, x, y) = k * cast<int32_t>(zero);
    sum(k, x, y) += (cast<int32_t>(padded(r.x, x + r.y - 1, y + r.z - 1)) - zero) *
                    cast<int32_t>(weights(k, r.x, r.y, r.z));
    result(k, x, y) = cast<int8_t>(clamp(sum(k, x, y) >> shift, -128, 127));
    pool(k, x, y) = cast<int8_t>(-128);
    pool(k, x, y) = max(pool(k, x, y), result(k, x + p.x, y + p.y));
    output(k, x, y) = pool(k, x, y);
    output.bound(k, 0, filters).bound(x, 0, width - 1).bound(y, 0, height - 1);
    if (scheduled) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Accelerator hw = accelerate(output);
        output.reorder(k, x, y);
        pool.compute_at(output, x).update().reorder(k, p.x, p.y);
        result.reorder(k, x, y).store_root().compute_at(output, y);
        sum.compute_at(result, y)
            .update()
            .split(r.x, co, ci, 2, guard)
            .split(k, ko, ki, 3, guard)
            .reorder(ci, ki, x, r.y, r.z, co, ko);
        padded.store_root().compute_at(output, y);
        weights.in(sum).compute_root();
        hw.pe_array(sum.update(), {ci}, {ki});
        hw.systolic(sum.update());
        hw.buffer(padded).slots(2);
        hw.buffer(result).slots(2);
        hw.buffer(sum).slots(2);
    }
    return {output,
            {input, weights},
            {channels.parameter(), filters.parameter(), width.parameter(), shift.parameter(),
             zero.parameter()}};
}

ScalarLayer feature_map_with_scalars(bool scheduled) {
    ImageParam input(Int(8), 2, "input"), weights(Int(8), 2, "weights");
    Param<int> width("width", 5, 1, 9), height("height", 6, 1, 8), filters("filters", 4, 1, 7);
    Param<int16_t> offset("offset", -4);
    Var x("x"), y("y"), k("k"), ko("ko"), ki("ki"), yo("yo"), yi("yi");
    RDom r(0, 3, "r");
    input.dim(0).set_bounds(0, width + 2);
    input.dim(1).set_bounds(0, height + 2);
    weights.dim(0).set_bounds(0, filters);
    weights.dim(1).set_bounds(0, 3);
    Func map("map"), sum("sum"), output("output");
    map(x, y) = cast<int16_t>(input(x, y)) * 3 - input(x + 2, y) + offset;
    sum(k, x, y) = cast<int32_t>(offset);
    sum(k, x, y) += cast<int32_t>(map(x, y + r)) * cast<int32_t>(weights(k, r));
    output(k, x, y) = sum(k, x, y);
    output.bound(k, 0, filters).bound(x, 0, width).bound(y, 0, height);
    if (scheduled) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Accelerator hw = accelerate(output);
        output.split(y, yo, yi, 3, guard).reorder(k, x, yi, yo);
        sum.compute_at(output, yo).update().split(k, ko, ki, 2, guard).reorder(r, ki, x, y, ko);
        map.compute_root();
        map.in(sum).compute_at(output, yo);
        weights.in(sum).compute_root();
        hw.buffer(map, Memory::Dram);
        hw.port(map).bus_bits(64);
        hw.pe_array(sum.update(), {r}, {ki});
        hw.systolic(sum.update());
        hw.buffer(map.in(sum)).slots(2);
        hw.buffer(sum).slots(2);
    }
    return {output,
            {input, weights},
            {width.parameter(), height.parameter(), filters.parameter(), offset.parameter()}};
}

ScalarLayer spilled_with_scalars(bool scheduled) {
    ImageParam a(Int(8), 2, "a"), b(Int(8), 2, "b");
    Param<int> rows("rows", 5, 1, 9), columns("columns", 6, 1, 8), depth("depth", 7, 1, 14);
    Param<int> start("start", 1);
    Var n("n"), m("m"), u("u"), no("no"), ni("ni"), mo("mo"), mi("mi");
    RVar ko("ko"), ki("ki"), k1("k1"), k2("k2");
    RDom r(0, depth, "r");
    a.dim(0).set_bounds(0, depth);
    a.dim(1).set_bounds(0, rows);
    b.dim(0).set_bounds(0, columns);
    b.dim(1).set_bounds(0, depth);
    Func sum("sum"), output("output");
    sum(n, m) = start + n;
    sum(n, m) += cast<int32_t>(a(r, m)) * cast<int32_t>(b(n, r));
    output(n, m) = sum(n, m);
    output.bound(n, 0, columns).bound(m, 0, rows);
    if (scheduled) {
        const TailStrategy guard = TailStrategy::GuardWithIf;
        Accelerator hw = accelerate(output);
        sum.compute_root();
        hw.buffer(sum, Memory::Dram);
        sum.update().split(r, ko, ki, 5, guard);
        Func tile = sum.update().rfactor(ko, u);
        sum.update().tile(n, m, no, mo, ni, mi, 4, 3, guard).reorder(ni, mi, no, mo, ko);
        tile.compute_at(sum, no);
        tile.update().split(ki, k1, k2, 2, guard).reorder(k2, n, m, k1);
        hw.pe_array(tile.update(), {k2});
        hw.systolic(tile.update());
        hw.buffer(tile).slots(2);
        a.in(tile).compute_root();
        b.in(tile).compute_root();
    }
    return {output,
            {a, b},
            {rows.parameter(), columns.parameter(), depth.parameter(), start.parameter()}};
}

} // namespace Orrery::test
