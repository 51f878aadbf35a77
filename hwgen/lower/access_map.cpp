#include "hwgen/lower/access_map.h"

#include "hwgen/passes/lane_map.h"
#include "hwgen/support/error.h"

#include <algorithm>
#include <set>

namespace Orrery::lower {

using namespace netlist;
using hwir::Access;
using hwir::ExprId;
using hwir::ExprPool;
using hwir::Index;
using hwir::LoopKind;
using hwir::Op;

namespace {

/// Serial part of a coordinate, as an expression.
ExprId serial_expr(ExprPool &pool, const hwir::Process &process, const Index &index,
                   int64_t offset) {
    ExprId sum = pool.constant(offset);
    for (size_t i = 0; i < process.loops.size(); i++) {
        if (process.loops[i].kind == LoopKind::Serial && index.coefficients[i] != 0) {
            ExprId term =
                pool.mul(pool.counter(static_cast<int>(i)), pool.constant(index.coefficients[i]));
            sum = pool.add(sum, term);
        }
    }
    return index.base.defined() ? pool.add(sum, index.base) : sum;
}

int64_t word_of(const PortDimension &dim, int64_t lane) {
    return passes::floor_div(dim.residue + lane, dim.banks);
}

} // namespace

bool PortDimension::single_lane() const {
    return std::count(lane_value_at.begin(), lane_value_at.end(), -1) == banks - 1;
}

AccessMap::AccessMap(Build &b, const hwir::Process &p, const hwir::Buffer &buf,
                     std::vector<const Access *> group)
    : build(b), process(p), buffer(buf), accesses(std::move(group)), dims(buf.banks.size()),
      folded(buf.banks.size(), 0), word_coefficients(p.loops.size(), 0) {
    int64_t inner = 1;
    for (bool packed : {true, false}) {
        for (size_t d = 0; d < dims.size(); d++) {
            if (buffer.packed[d] == packed) {
                dims[d].packed = packed;
                dims[d].banks = buffer.banks[d];
                dims[d].inner = inner;
                inner *= buffer.banks[d];
                (packed ? pack_elements : bank_words) *= static_cast<int>(buffer.banks[d]);
            }
        }
    }
    int64_t stride = 1;
    for (size_t d = 0; d < dims.size(); d++) {
        dims[d].word_stride = stride;
        dims[d].words = (buffer.extents[d] + dims[d].banks - 1) / dims[d].banks;
        stride *= dims[d].words;
        add_dimension(static_cast<int>(d));
    }
}

int64_t AccessMap::lane_part(const Access &access, int d,
                             const std::vector<int64_t> &counters) const {
    const Index &index = access.indices[d];
    return passes::lane_value(build.pool, index, process, counters) + index.offset -
           accesses[0]->indices[d].offset;
}

void AccessMap::add_dimension(int d) {
    PortDimension &dim = dims[d];
    const Index &index = accesses[0]->indices[d];
    LaneSpace space(process, hwir::lane_loops(process));
    std::set<int64_t> values;
    for (const Access *a : accesses) {
        for (int64_t k = 0; k < space.count(); k++) {
            values.insert(lane_part(*a, d, space.counters(k)));
        }
    }
    folded[d] = *values.begin(); // lane parts count from the smallest one
    ExprPool &pool = build.pool;
    std::optional<int64_t> fixed = passes::static_residue(pool, process, index, dim.banks);
    dim.rotates = !fixed;
    dim.lane_value_at.assign(dim.banks, -1);
    int64_t offset = index.offset + folded[d];
    dim.residue = dim.rotates ? 0 : passes::floor_mod(*fixed + folded[d], dim.banks);
    for (int64_t v : values) {
        int64_t lane = v - folded[d];
        int64_t &here = dim.lane_value_at[passes::floor_mod(dim.residue + lane, dim.banks)];
        // A bank gives one word per cycle. The serial part is common to all lanes: this is all that
        // there is to check.
        ORRERY_CHECK(here == -1,
                     "{}: bank conflict in buffer {}: lane parts {} and {} of dimension {} in one "
                     "of {} banks",
                     process.name, buffer.name, here, lane, d, dim.banks);
        here = lane;
        ORRERY_CHECK(!dim.packed || dim.rotates || word_of(dim, lane) == word_of(dim, 0),
                     "{}: lane parts 0 and {} of dimension {} of buffer {} are in different words "
                     "of its packed banks",
                     process.name, lane, d, buffer.name);
    }
    if (index.modulus != 0) {
        return add_circle(d, offset);
    }
    ExprId serial = serial_expr(pool, process, index, offset), banks = pool.constant(dim.banks);
    if (dim.rotates) {
        dim.remainder = pool.make(Op::Mod, hwir::index_type, {serial, banks});
    }
    if (dim.words == 1) {
        return;
    }
    if (dim.rotates || !add_affine_words(d, offset)) {
        add_rest(pool.make(Op::Div, hwir::index_type, {serial, banks}), dim.word_stride);
    }
    if (dim.packed && !dim.rotates) { // one word address for all of the packed banks
        for (int64_t position = 0; position < dim.banks; position++) {
            if (dim.lane_value_at[position] != -1) {
                int64_t lane = dim.lane_value_at[position];
                word_offset += word_of(dim, lane) * dim.word_stride;
                break;
            }
        }
    }
}

void AccessMap::add_circle(int d, int64_t offset) {
    PortDimension &dim = dims[d];
    const Index &index = accesses[0]->indices[d];
    dim.modulus = index.modulus;
    ORRERY_CHECK(dim.banks == 1 || dim.banks == dim.modulus, "{} banks for a circle of {} in {}",
                 dim.banks, dim.modulus, buffer.name);
    const bool power_of_two = (dim.modulus & (dim.modulus - 1)) == 0;
    dim.circle_coefficients.assign(process.loops.size(), 0);
    if (index.base.defined() &&
        !power_of_two) { // nothing goes round at such a number but a division
        ExprPool &pool = build.pool;
        dim.circle_rest =
            pool.make(Op::Mod, hwir::index_type,
                      {serial_expr(pool, process, index, offset), pool.constant(dim.modulus)});
        return;
    }
    dim.circle_offset = passes::floor_mod(offset, dim.modulus);
    if (dim.modulus > 1) { // a circle of one row has a single place
        dim.circle_rest = index.base;
    }
    for (size_t i = 0; i < process.loops.size(); i++) {
        if (process.loops[i].kind == LoopKind::Serial && process.loops[i].max_extent > 1) {
            dim.circle_coefficients[i] = passes::floor_mod(index.coefficients[i], dim.modulus);
        }
    }
}

void AccessMap::add_rest(ExprId words, int64_t stride) {
    words = build.pool.mul(words, build.pool.constant(stride));
    word_rest = word_rest.defined() ? build.pool.add(word_rest, words) : words;
}

bool AccessMap::add_affine_words(int d, int64_t offset) {
    const PortDimension &dim = dims[d];
    const Index &index = accesses[0]->indices[d];
    int64_t of_base = 0; // base = banks * (base / banks) + of_base
    if (index.base.defined()) {
        auto residue = passes::static_residue(build.pool, index.base, process.loops, dim.banks);
        if (!residue) {
            return false;
        }
        of_base = *residue;
    }
    auto moves = [&](size_t i) {
        return process.loops[i].kind == LoopKind::Serial && process.loops[i].max_extent > 1;
    };
    for (size_t i = 0; i < process.loops.size(); i++) {
        if (moves(i) && index.coefficients[i] % dim.banks != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < process.loops.size(); i++) {
        word_coefficients[i] += moves(i) ? index.coefficients[i] / dim.banks * dim.word_stride : 0;
    }
    word_offset += passes::floor_div(offset + of_base, dim.banks) * dim.word_stride;
    if (index.base.defined()) {
        ExprId banks = build.pool.constant(dim.banks);
        add_rest(build.pool.make(Op::Div, hwir::index_type, {index.base, banks}), dim.word_stride);
    }
    return true;
}

std::vector<Integer> AccessMap::bank_digits(const Integer &bank) const {
    std::vector<Integer> digits;
    for (const PortDimension &d : dims) {
        const int64_t inner = d.inner / pack_elements;
        if (!d.packed && d.banks > 1) {
            Integer digit = bank / integer(inner);
            digits.push_back(inner * d.banks == bank_words ? digit : digit % integer(d.banks));
        }
    }
    return digits;
}

bool AccessMap::rotates() const {
    return std::any_of(dims.begin(), dims.end(),
                       [](const PortDimension &d) { return d.rotates && d.banks > 1; });
}

int64_t AccessMap::bank_coordinate(int d, int64_t flat_position) const {
    return flat_position / dims[d].inner % dims[d].banks;
}

int64_t AccessMap::bank_offset(int bank) const {
    int64_t offset = 0;
    for (size_t d = 0; d < dims.size(); d++) {
        const PortDimension &dim = dims[d];
        if (dim.packed || dim.rotates || dim.words == 1 || dim.modulus != 0) {
            continue;
        }
        int64_t b =
            bank_coordinate(static_cast<int>(d), static_cast<int64_t>(bank) * pack_elements);
        int64_t lane = dim.lane_value_at[b];
        offset += lane == -1 ? 0 : word_of(dim, lane) * dim.word_stride;
    }
    return offset;
}

int64_t AccessMap::position(int access, const std::vector<int64_t> &counters) const {
    int64_t flat = 0;
    for (size_t d = 0; d < dims.size(); d++) {
        int64_t lane = lane_part(*accesses[access], static_cast<int>(d), counters) - folded[d];
        flat += passes::floor_mod(dims[d].residue + lane, dims[d].banks) * dims[d].inner;
    }
    return flat;
}

Integer AccessMap::position_formula(int access, const LaneSpace &space) const {
    Integer flat = integer(0);
    for (size_t d = 0; d < dims.size(); d++) {
        const PortDimension &dim = dims[d];
        const Index &index = accesses[access]->indices[d];
        if (index.lane_table.defined()) {
            return nullptr;
        }
        if (dim.banks == 1) {
            continue;
        }
        int64_t delta = index.offset - accesses[0]->indices[d].offset - folded[d];
        int64_t start = passes::floor_mod(dim.residue + delta, dim.banks);
        int64_t largest = start;
        Integer sum = integer(start);
        for (int loop : space.loops()) {
            int64_t k = passes::floor_mod(index.coefficients[loop], dim.banks);
            largest += k * (process.loops[loop].max_extent - 1);
            sum = k == 0 ? sum : sum + integer_name(space.localparam(loop)) * integer(k);
        }
        flat = flat + (largest < dim.banks ? sum : sum % integer(dim.banks)) * integer(dim.inner);
    }
    return flat;
}

} // namespace Orrery::lower
