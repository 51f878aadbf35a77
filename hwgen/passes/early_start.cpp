#include "hwgen/passes/early_start.h"

#include "hwgen/passes/lane_map.h"

#include <algorithm>
#include <numeric>

namespace Orrery::passes {
using namespace hwir;

namespace {

/// Progress is compared in every cycle: more bits than this are not worth it.
constexpr int64_t most_progress = int64_t{1} << 24;

/// Iterations that a loop has at most, for bounds.
int64_t iterations(const Loop &loop) { return std::max<int64_t>(1, loop.max_extent); }

/// Equality of one coordinate of the store and of the load:
///     sum(store x counter of the writer) = sum(load x counter of the reader) + base + what lies in least..most
struct Equation {
    std::vector<int64_t> store; ///< per loop of the writer
    std::vector<int64_t> load;  ///< per loop of the reader
    ExprId base;                ///< of the reader's counters; may be undefined
    int64_t least = 0, most = 0;
};

/// Divides by what all terms have in common; what is left over lies between whole numbers again.
///     16*block = 16*r + (-15..15)   ->   block = r + (0..0)
void divide(Equation &e) {
    int64_t common = e.base.defined() ? 1 : 0;
    for (const std::vector<int64_t> *side : {&e.store, &e.load}) {
        for (int64_t c : *side) {
            common = std::gcd(common, c);
        }
    }
    if (common <= 1) {
        return;
    }
    for (std::vector<int64_t> *side : {&e.store, &e.load}) {
        for (int64_t &c : *side) {
            c /= common;
        }
    }
    e.least = -floor_div(-e.least, common);
    e.most = floor_div(e.most, common);
}

/// scale x progress <= sum(coefficient x counter of the reader) + sum(factor x base) + offset, for
/// every point of the writer that writes an element that the load reads.
struct Bound {
    int64_t scale = 1;
    std::vector<int64_t> coefficients;
    std::vector<std::pair<ExprId, int64_t>> bases;
    int64_t offset = 0;
    int innermost = -1; ///< loop of the writer that the bound depends on
};

/// The accesses of one writer and one reader to a buffer.
class Pair {
public:
    Pair(ExprPool &p, const Process &w, const Process &r, int generation_depth)
        : pool(p), writer(w), reader(r), depth(generation_depth) {
        same_outer = depth <= reader.serial_count();
        for (int l = 0; l < depth && same_outer; l++) {
            const Loop &a = writer.loops[l], &b = reader.loops[l];
            same_outer = a.name == b.name && a.extent == b.extent && b.kind == LoopKind::Serial;
        }
    }

    std::vector<Equation> equations(const Access &load) const {
        std::vector<Equation> result;
        for (size_t d = 0; d < load.indices.size(); d++) {
            if (auto e = equation(writer.store.indices[d], load.indices[d])) {
                result.push_back(*e);
            }
        }
        return result;
    }

    /// `steps`: of the progress, per loop of the writer.
    Bound bound(const std::vector<Equation> &equations, std::vector<int64_t> steps) const;

private:
    std::optional<Equation> equation(const Index &store, const Index &load) const;
    bool uses_inner(ExprId base) const;
    ExprPool &pool;
    const Process &writer, &reader;
    const int depth;
    bool same_outer; ///< the loops around the generation have the same counters in both
};

bool Pair::uses_inner(ExprId base) const {
    for (size_t l = size_t(depth); l < writer.loops.size(); l++) {
        if (uses_counter(pool, base, int(l))) {
            return true;
        }
    }
    return false;
}

std::optional<Equation> Pair::equation(const Index &store, const Index &load) const {
    if (store.modulus != 0 || load.modulus != 0 ||
        (store.base.defined() && (!same_outer || uses_inner(store.base)))) {
        return std::nullopt;
    }
    Equation e{store.coefficients, load.coefficients, load.base, 0, 0};
    for (size_t l = 0; l < writer.loops.size(); l++) {
        if (writer.loops[l].kind == LoopKind::Lane) {
            e.store[l] = 0;
        } else if (int(l) < depth && e.store[l] != 0) {
            if (!same_outer) {
                return std::nullopt;
            }
            e.load[l] -= e.store[l];
            e.store[l] = 0;
        }
    }
    for (size_t l = 0; l < reader.loops.size(); l++) {
        e.load[l] = reader.loops[l].kind == LoopKind::Lane ? 0 : e.load[l];
    }
    if (store.base.defined()) {
        ExprId zero = pool.constant(0);
        e.base = pool.sub(load.base.defined() ? load.base : zero, store.base);
    }
    std::vector<int64_t> written = lane_values(pool, writer, store),
                         read = lane_values(pool, reader, load);
    int64_t offset = load.offset - store.offset;
    e.least = offset + read.front() - written.back();
    e.most = offset + read.back() - written.front();
    divide(e);
    return e;
}

/// Takes a multiple of an equation off the progress for each of its loops, outermost first, until only loops are left that
/// no coordinate bounds.
Bound Pair::bound(const std::vector<Equation> &equations, std::vector<int64_t> steps) const {
    Bound b;
    b.coefficients.assign(reader.loops.size(), 0);
    std::vector<int64_t> factors(equations.size(), 0);
    for (size_t l = size_t(depth); l < steps.size(); l++) {
        auto fits = [&](size_t k) { return factors[k] == 0 && equations[k].store[l] != 0; };
        size_t k = 0;
        while (k < equations.size() && !fits(k)) {
            k++;
        }
        if (steps[l] == 0 || k == equations.size()) {
            continue;
        }
        int64_t most = std::abs(equations[k].store[l]);
        int64_t more = most / std::gcd(most, steps[l]);
        if (b.scale * more > most_progress) {
            continue;
        }
        b.scale *= more;
        for (int64_t &step : steps) {
            step *= more;
        }
        for (int64_t &factor : factors) {
            factor *= more;
        }
        factors[k] = steps[l] / equations[k].store[l];
        for (size_t i = size_t(depth); i < steps.size(); i++) {
            steps[i] -= factors[k] * equations[k].store[i];
            b.innermost = equations[k].store[i] != 0 ? std::max(b.innermost, int(i)) : b.innermost;
        }
    }
    for (size_t k = 0; k < equations.size(); k++) {
        for (size_t l = 0; l < b.coefficients.size(); l++) {
            b.coefficients[l] += factors[k] * equations[k].load[l];
        }
        b.offset += std::max(factors[k] * equations[k].least, factors[k] * equations[k].most);
        if (factors[k] != 0 && equations[k].base.defined()) {
            b.bases.emplace_back(equations[k].base, factors[k]);
        }
    }
    for (size_t l = size_t(depth); l < steps.size(); l++) {
        b.offset += std::max<int64_t>(0, steps[l] * (iterations(writer.loops[l]) - 1));
    }
    return b;
}

/// Divides by what is common to the scale and all terms; the offset is rounded down, because both sides are whole numbers.
void reduce(Bound &b) {
    int64_t common = b.scale;
    for (int64_t c : b.coefficients) {
        common = std::gcd(common, c);
    }
    for (const auto &[base, factor] : b.bases) {
        common = std::gcd(common, factor);
    }
    b.scale /= common;
    for (int64_t &c : b.coefficients) {
        c /= common;
    }
    for (auto &[base, factor] : b.bases) {
        factor /= common;
    }
    b.offset = floor_div(b.offset, common);
}

/// The early starts of one buffer.
class EarlyStart {
public:
    EarlyStart(Design &d, Buffer &b)
        : design(d), buffer(b), writer(d.processes[b.writers.back().process]),
          depth(b.writers.back().depth) {}

    void run() {
        int inside = writer.serial_count(); // loops up to here make the progress
        find_bounds(inside);
        int innermost = -1;
        for (const Reader &r : readers) {
            for (const Bound &b : r.bounds) {
                innermost = std::max(innermost, b.innermost);
            }
        }
        for (inside = innermost + 1; inside > depth; inside--) {
            find_bounds(inside);
            if (countable && set()) {
                return;
            }
        }
    }

private:
    struct Reader {
        TokenUse *use;
        std::vector<Bound> bounds; ///< one per load
    };
    Design &design;
    Buffer &buffer;
    const Process &writer;
    const int depth;
    std::vector<int64_t> steps; ///< of the progress, per loop of the writer
    bool countable = true;
    std::vector<Reader> readers;

    void find_bounds(int inside) {
        steps.assign(writer.loops.size(), 0);
        int64_t step = 1;
        for (int l = inside; l-- > depth && step <= most_progress;) {
            steps[l] = step;
            step *= iterations(writer.loops[l]);
        }
        countable = step <= most_progress;
        readers.clear();
        for (TokenUse &use : buffer.readers) {
            if (use.previous) {
                continue; // reads a generation that its writer has left, or leaves before it enters the next
            }
            const Process &reader = design.processes[use.process];
            Pair pair(design.exprs, writer, reader, depth);
            readers.push_back({&use, {}});
            for (const Access &load : reader.loads) {
                if (load.kind == MemoryKind::Buffer && load.memory == number()) {
                    Bound b = pair.bound(pair.equations(load), steps);
                    reduce(b);
                    readers.back().bounds.push_back(b);
                }
            }
        }
    }

    int number() const { return int(&buffer - design.buffers.data()); }

    /// Progress at the last point of a full generation.
    int64_t largest() const {
        int64_t sum = 0;
        for (size_t l = 0; l < steps.size(); l++) {
            sum += steps[l] * (iterations(writer.loops[l]) - 1);
        }
        return sum;
    }

    Index needed(const Process &reader, const Bound &b, int64_t scale) {
        Index index;
        int64_t factor = scale / b.scale;
        for (int64_t c : b.coefficients) {
            index.coefficients.push_back(c * factor);
        }
        index.offset = b.offset * factor;
        ExprPool &pool = design.exprs;
        for (const auto &[base, f] : b.bases) {
            ExprId term = pool.mul(base, pool.constant(f * factor));
            index.base = index.base.defined() ? pool.add(index.base, term) : term;
        }
        index.coefficients.resize(reader.loops.size(), 0);
        return index;
    }

    /// Bounds that differ in the offset only: the largest counts.
    static void add(std::vector<Index> &all, const Index &one) {
        for (Index &known : all) {
            if (known.coefficients == one.coefficients && known.base == one.base) {
                known.offset = std::max(known.offset, one.offset);
                return;
            }
        }
        all.push_back(one);
    }

    /// Sets what is of use; false: the numbers are too large.
    bool set() {
        int64_t scale = 1;
        for (const Reader &r : readers) {
            for (const Bound &b : r.bounds) {
                scale = std::lcm(scale, b.scale);
                if (scale * (largest() + 1) > most_progress) {
                    return false;
                }
            }
        }
        bool early = false;
        for (const Reader &r : readers) {
            const Process &reader = design.processes[r.use->process];
            std::vector<Index> all;
            bool useful = true;
            for (const Bound &b : r.bounds) {
                Index index = needed(reader, b, scale);
                Interval values = bounds(design.exprs, reader, index);
                if (values.min < -most_progress || values.max > most_progress) {
                    return false;
                }
                useful = useful && values.min < scale * largest();
                add(all, index);
            }
            r.use->needed = useful ? all : std::vector<Index>();
            early = early || !r.use->needed.empty();
        }
        if (early) {
            buffer.progress.emplace();
            for (int64_t step : steps) {
                buffer.progress->coefficients.push_back(step * scale);
            }
        }
        return true;
    }
};

/// Is an element final when the last writer writes it the last time, and is the memory free to be read meanwhile? An
/// accumulation reads its memory in each of its points.
bool may_start_early(const Design &design, const Buffer &buffer) {
    if (buffer.writers.empty()) {
        return false;
    }
    const Process &writer = design.processes[buffer.writers.back().process];
    const int number = int(&buffer - design.buffers.data());
    bool reads_itself = std::any_of(writer.loads.begin(), writer.loads.end(), [&](const Access &a) {
        return a.kind == MemoryKind::Buffer && a.memory == number;
    });
    return !writer.accumulation && !reads_itself;
}

} // namespace

void early_start(Design &design) {
    for (Buffer &buffer : design.buffers) {
        if (!buffer.slides() && may_start_early(design, buffer)) {
            EarlyStart(design, buffer).run();
        }
    }
}

} // namespace Orrery::passes
