#pragma once
#include "hwgen/hwir/design.h"

namespace Orrery::test {

/// Writes hand-made processes down.
class ProcessWriter {
public:
    ProcessWriter(hwir::ExprPool &p, std::string func, int stage) : pool(p) {
        process.func = func;
        process.stage = stage;
        process.name = func + "_s" + std::to_string(stage);
    }
    hwir::ExprId serial(const std::string &name, hwir::ExprId extent, int64_t most) {
        process.loops.push_back({name, hwir::LoopKind::Serial, extent, most});
        return pool.counter(int(process.loops.size()) - 1);
    }
    hwir::ExprId serial(const std::string &name, int64_t extent) {
        return serial(name, pool.constant(extent), extent);
    }
    hwir::ExprId lane(const std::string &name, int64_t extent) {
        process.loops.push_back({name, hwir::LoopKind::Lane, pool.constant(extent), extent});
        return pool.counter(int(process.loops.size()) - 1);
    }
    /// sum(coefficient x loop) + offset; call it after all loops are there.
    hwir::Index index(std::vector<std::pair<hwir::ExprId, int64_t>> terms,
                      int64_t offset = 0) const {
        hwir::Index i;
        i.coefficients.assign(process.loops.size(), 0);
        for (auto [counter, coefficient] : terms) {
            i.coefficients[pool[counter].value] += coefficient;
        }
        i.offset = offset;
        return i;
    }
    /// A load; its value is given back.
    hwir::ExprId load(hwir::MemoryKind kind, int memory, hwir::Type type,
                      std::vector<hwir::Index> indices, std::vector<hwir::ExprId> predicate = {}) {
        process.loads.push_back({kind, memory, std::move(indices), std::move(predicate)});
        return pool.load(int(process.loads.size()) - 1, type);
    }
    void store(hwir::MemoryKind kind, int memory, std::vector<hwir::Index> indices,
               hwir::ExprId value = {}) {
        process.store = {kind, memory, std::move(indices), {}};
        process.value = value;
    }

    hwir::ExprPool &pool;
    hwir::Process process;
};

inline constexpr hwir::Type int8{8, true};
inline constexpr hwir::Type int32{32, true};

inline hwir::Tensor dense_tensor(const std::string &name, hwir::Type type,
                                 hwir::Direction direction, std::vector<int64_t> extents) {
    hwir::Tensor t;
    t.name = name;
    t.type = type;
    t.direction = direction;
    int64_t stride = 1;
    for (int64_t e : extents) {
        t.dimensions.push_back({0, e, stride});
        stride *= e;
    }
    return t;
}

/// c(m, n) = int8(sum_k a(k, n) * b(m, k) >> 2) with M = 6 in tiles of 4 lanes, N = 3, K = 5 in
/// pairs of lanes: both ragged.
///
/// Processes: a_tile_s0 (whole a once), b_tile_s0 (per tile, m in 4 lanes), acc_s1 (lanes k x m),
/// c_s0 (lanes m). Buffers: a_tile [5, 3], b_tile [4, 5] with two slots, acc [4, 3] with two slots.
/// Tensors: a [5, 3], b [6, 5], c [6, 3].
inline hwir::Design matrix_multiply() {
    using namespace hwir;
    Design d;
    d.name = "matmul";
    ExprPool &e = d.exprs;
    auto constant = [&](int64_t v) { return e.constant(v); };
    d.tensors = {dense_tensor("a", int8, Direction::Input, {5, 3}),
                 dense_tensor("b", int8, Direction::Input, {6, 5}),
                 dense_tensor("c", int8, Direction::Output, {6, 3})};
    auto inside = [&](ExprId mo, ExprId mi) {
        return e.less(e.add(e.mul(mo, constant(4)), mi), constant(6));
    };

    ProcessWriter a(e, "a_tile", 0);
    {
        ExprId n = a.serial("a_tile.s0.n", 3), k = a.serial("a_tile.s0.k", 5);
        ExprId v = a.load(MemoryKind::Tensor, 0, int8, {a.index({{k, 1}}), a.index({{n, 1}})});
        a.store(MemoryKind::Buffer, 0, {a.index({{k, 1}}), a.index({{n, 1}})}, v);
    }
    ProcessWriter b(e, "b_tile", 0);
    {
        ExprId mo = b.serial("c.s0.mo", 2), k = b.serial("b_tile.s0.k", 5),
               mi = b.lane("b_tile.s0.m", 4);
        b.process.enables = {inside(mo, mi)};
        ExprId v =
            b.load(MemoryKind::Tensor, 1, int8, {b.index({{mo, 4}, {mi, 1}}), b.index({{k, 1}})});
        b.store(MemoryKind::Buffer, 1, {b.index({{mi, 1}}), b.index({{k, 1}})}, v);
    }
    ProcessWriter acc(e, "acc", 1);
    {
        ExprId mo = acc.serial("c.s0.mo", 2), n = acc.serial("acc.s1.n", 3),
               ko = acc.serial("acc.s1.ko", 3);
        ExprId ki = acc.lane("acc.s1.ki", 2), mi = acc.lane("acc.s1.m", 4);
        acc.process.enables = {inside(mo, mi),
                               e.less(e.add(e.mul(ko, constant(2)), ki), constant(5))};
        Index k = acc.index({{ko, 2}, {ki, 1}}), m = acc.index({{mi, 1}}),
              row = acc.index({{n, 1}});
        ExprId x = acc.load(MemoryKind::Buffer, 0, int8, {k, row});
        ExprId y = acc.load(MemoryKind::Buffer, 1, int8, {m, k});
        acc.load(MemoryKind::Buffer, 2, int32, {m, row});
        acc.store(MemoryKind::Buffer, 2, {m, row});
        acc.process.accumulation = Accumulation{
            2, ReduceOp::Sum, e.mul(e.cast(int32, x), e.cast(int32, y)), constant(0), {2}};
        acc.process.array = Array{{3}, {4}};
    }
    ProcessWriter c(e, "c", 0);
    {
        ExprId mo = c.serial("c.s0.mo", 2), n = c.serial("c.s0.n", 3), mi = c.lane("c.s0.mi", 4);
        c.process.enables = {inside(mo, mi)};
        ExprId v = c.load(MemoryKind::Buffer, 2, int32, {c.index({{mi, 1}}), c.index({{n, 1}})});
        c.store(MemoryKind::Tensor, 2, {c.index({{mo, 4}, {mi, 1}}), c.index({{n, 1}})},
                e.cast(int8, e.make(Op::ShiftRight, int32, {v, constant(2)})));
    }
    d.processes = {a.process, b.process, acc.process, c.process};

    Buffer a_tile, b_tile, sums;
    a_tile.name = a_tile.func = "a_tile";
    a_tile.type = int8;
    a_tile.extents = {5, 3};
    a_tile.writers = {{0, 0}};
    a_tile.readers = {{2, 0}};
    b_tile.name = b_tile.func = "b_tile";
    b_tile.type = int8;
    b_tile.extents = {4, 5};
    b_tile.slots = 2;
    b_tile.writers = {{1, 1}};
    b_tile.readers = {{2, 1}};
    sums.name = sums.func = "acc";
    sums.type = int32;
    sums.extents = {4, 3};
    sums.slots = 2;
    sums.writers = {{2, 1}};
    sums.readers = {{3, 1}};
    d.buffers = {a_tile, b_tile, sums};
    return d;
}

} // namespace Orrery::test
