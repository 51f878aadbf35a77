#pragma once
#include "hwgen/hwir/design.h"

/// How the lanes of accesses meet the banks of a buffer. A coordinate is serial part + lane part:
/// the serial part are the terms of serial counters, offset and base; the lane part are the terms
/// of lane counters and the lane table.
namespace Orrery::passes {

int64_t floor_div(int64_t a, int64_t b);
int64_t floor_mod(int64_t a, int64_t b); ///< 0 .. b - 1

/// Counters of all loops of the process (the serial ones 0) at a lane, 0 .. lane_count - 1; the
/// innermost lane loop is fastest.
std::vector<int64_t> lane_counters(const hwir::Process &process, int64_t lane);

/// Lane part of a coordinate; `counters` as given by lane_counters.
int64_t lane_value(const hwir::ExprPool &pool, const hwir::Index &index,
                   const hwir::Process &process, const std::vector<int64_t> &counters);

/// The distinct lane parts of a coordinate over all lanes, in increasing order.
std::vector<int64_t> lane_values(const hwir::ExprPool &pool, const hwir::Process &process,
                                 const hwir::Index &index);

/// Is the value of the expression always the same modulo `divisor`, and which? std::nullopt: it is
/// not, or it is not known.
std::optional<int64_t> static_residue(const hwir::ExprPool &pool, hwir::ExprId id,
                                      const std::vector<hwir::Loop> &loops, int64_t divisor);

/// The same of the serial part of a coordinate.
std::optional<int64_t> static_residue(const hwir::ExprPool &pool, const hwir::Process &process,
                                      const hwir::Index &index, int64_t divisor);

/// Do two accesses of a process differ only in offsets and lanes, so that one port can serve both
/// in the same cycle?
bool same_serial_part(const hwir::Process &process, const hwir::Access &a, const hwir::Access &b);

/// The lanes of some accesses of one process against the banks along dimension d. They have the
/// same serial part but for their offsets; that of the first one is the reference, and the others'
/// lane parts include the difference to it.
struct DimensionMap {
    bool rotates = false;             ///< the serial part is not always the same modulo the banks
    int64_t residue = 0;              ///< serial part modulo the banks where it does not rotate
    std::vector<int64_t> lane_values; ///< distinct, increasing
};
DimensionMap dimension_map(const hwir::ExprPool &pool, const hwir::Process &process,
                           const std::vector<const hwir::Access *> &accesses, int dimension,
                           int64_t banks);

} // namespace Orrery::passes
