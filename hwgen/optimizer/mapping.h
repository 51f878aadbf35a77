#pragma once
#include "hwgen/optimizer/hardware.h"
#include "hwgen/optimizer/problem.h"
#include "hwgen/support/arithmetic.h"

#include <vector>

namespace Orrery::optimizer {

/// A loop that is unrolled over processing elements.
struct SpatialLoop {
    int loop;
    int64_t factor;
};

/// One axis of the array: no loop, one, or two, of which the first one is near: its iterations lie
/// beside each other, those of the second one are as far apart as the first has iterations.
using Axis = std::vector<SpatialLoop>;

/// How a problem is run on hardware: a blocking of every loop, the order of the loops at each
/// level, and the loops in the array.
struct Mapping {
    std::vector<Axis> axes;
    std::vector<std::vector<int64_t>> temporal; ///< [level][loop]: iterations
    std::vector<std::vector<int>> order;        ///< [level]: loops, innermost first
    /// [level][loop]: iterations of the loop that lie inside of one of the level's, where these do
    /// not divide those around: the last one has what is left. 0 or missing: they are divided by
    /// the factor.
    std::vector<std::vector<int64_t>> ragged;
    /// [level]: tensors without a copy there; what is further in is filled from the next copy
    /// further out. Empty: all levels have copies of all tensors.
    std::vector<TensorSet> bypassed;

    /// Iterations of the loop in the array.
    int64_t spatial(int loop) const;
    /// Iterations inside of one of the level's, of a loop that has `around` of them there.
    int64_t inside(int level, int loop, int64_t around) const {
        const bool given = size_t(level) < ragged.size() && ragged[size_t(level)][size_t(loop)] > 0;
        const int64_t factor = temporal[size_t(level)][size_t(loop)];
        return given ? ragged[size_t(level)][size_t(loop)] : divided_up(around, factor);
    }
    bool bypasses(int level, size_t tensor) const {
        return size_t(level) < bypassed.size() && (bypassed[size_t(level)] >> tensor & 1) != 0;
    }
    /// Extents of a tile of the level: of a processing element below the array's level, else of the
    /// whole array. Where the array does not divide its tile, its last round is a partial one.
    std::vector<int64_t> tile(const Problem &problem, const Hardware &hardware, int level) const;
};

/// The loops of each axis, "C 16 | FY 3, K 4".
std::string axes_text(const Problem &problem, const Mapping &mapping);

/// The loop nest as text, outermost loop first, indented; loops of one iteration are left out. Then
/// a line for each tensor without a copy at a level, as --fix takes it.
std::string loop_nest(const Problem &problem, const Hardware &hardware, const Mapping &mapping);

} // namespace Orrery::optimizer
