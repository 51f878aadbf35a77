#pragma once
#include "apps/dataflows/dataflow.h"

#include <vector>

namespace Orrery::test {

/// One design of the matrix.
struct MatrixCase {
    std::string name; ///< "FX_Y+K stride2": rows FX, columns Y, with K replicated on the columns
    dataflows::Layer layer;
    dataflows::Dataflow dataflow;
};

/// All 21 pairs of loops on a 2-D array, each alone, with a third loop on the rows and with one on
/// the columns, and the 7 loops on a 1-D array; and a layer that no array can do at full rate.
/// `all`: with every third loop, and every case with stride 1, stride 2 and dilation 2; otherwise
/// third loops and shapes take turns.
std::vector<MatrixCase> matrix_cases(bool all);

} // namespace Orrery::test
