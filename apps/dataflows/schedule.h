#pragma once
#include "dataflow.h"

namespace dataflows {

/// Schedules the convolution in this dataflow, directives included. Returns the text of what it
/// called: C++ that does the same in a generator with the same algorithm.
std::string schedule(const Convolution &convolution, const Dataflow &dataflow);

} // namespace dataflows
