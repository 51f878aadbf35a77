#pragma once
#include "hwgen/lower/build.h"

namespace Orrery::lower {

/// How the accesses that share a port of a buffer meet its banks.
///
/// A port carries one element per bank, flattened: packed dimensions first (fastest), then the others, each group in the order
/// of the dimensions. In every dimension d an access reaches coordinate S + L: S is the part of the serial counters, L that of
/// the lanes. Element S + L is in bank (S + L) mod banks, word (S + L) / banks. Where S is always the same modulo the banks,
/// lanes and banks are wired to each other; otherwise the port rotates by S mod banks.
///
/// A coordinate modulo M (a circle) has one bank or M banks. S mod M then comes from a counter that goes round: it is the word
/// of the one bank, or the rotation between M banks of one word each.
struct PortDimension {
    int64_t banks = 1;
    bool packed = false;
    bool rotates = false;
    int64_t residue = 0;      ///< S mod banks if it does not rotate
    int64_t words = 1;        ///< of the dimension in one bank; a single one is always word 0
    int64_t word_stride = 1;  ///< words per step of the word coordinate
    int64_t inner = 1;        ///< elements of the flat order below this dimension
    hwir::ExprId remainder;   ///< S mod banks if it rotates
    int64_t modulus = 0;      ///< M, of a circle
    std::vector<int64_t> circle_coefficients; ///< S of a circle, per loop ...
    int64_t circle_offset = 0;
    hwir::ExprId circle_rest; ///< ... and the rest, only where M is a power of two; may be undefined
    /// Lane part L per bank position (position = L mod banks, shifted by `residue` when static); -1: no lane there.
    std::vector<int64_t> lane_value_at;
    bool single_lane() const;
};

class AccessMap {
public:
    /// `accesses` belong to one process and differ only in offsets and lanes.
    AccessMap(Build &build, const hwir::Process &process, const hwir::Buffer &buffer,
              std::vector<const hwir::Access *> accesses);

    int banks() const { return bank_words; } ///< wide words: product of the banks of dimensions that are not packed
    int pack() const { return pack_elements; }
    int elements() const { return bank_words * pack_elements; }

    const std::vector<PortDimension> &dimensions() const { return dims; }
    bool rotates() const; ///< in any dimension
    /// Coordinates of a wide word as formulas of its number.
    std::vector<netlist::Integer> bank_digits(const netlist::Integer &bank) const;

    /// Word address, equal for all banks but for bank_offset and the rotation: affine part and the rest.
    const std::vector<int64_t> &coefficients() const { return word_coefficients; }
    int64_t offset() const { return word_offset; }
    hwir::ExprId rest() const { return word_rest; } ///< may be undefined

    /// Constant word offset of a wide word `bank` from its static dimensions.
    int64_t bank_offset(int bank) const;

    /// Position before the rotation of the element that access `access` wants at the given lane counters.
    int64_t position(int access, const std::vector<int64_t> &counters) const;
    /// The same as a formula of the localparams of `space`, or null if there is none.
    netlist::Integer position_formula(int access, const LaneSpace &space) const;

    /// Bank coordinate along dimension d of the flat position.
    int64_t bank_coordinate(int d, int64_t flat_position) const;

private:
    int64_t lane_part(const hwir::Access &access, int d, const std::vector<int64_t> &counters) const;
    void add_dimension(int d);
    void add_circle(int d, int64_t offset);
    bool add_affine_words(int d, int64_t offset);
    void add_rest(hwir::ExprId words, int64_t stride);
    Build &build;
    const hwir::Process &process;
    const hwir::Buffer &buffer;
    std::vector<const hwir::Access *> accesses;
    std::vector<PortDimension> dims;
    std::vector<int64_t> folded; ///< per dimension: the smallest lane part, counted to S
    int bank_words = 1, pack_elements = 1;
    std::vector<int64_t> word_coefficients;
    int64_t word_offset = 0;
    hwir::ExprId word_rest;
};

} // namespace Orrery::lower
