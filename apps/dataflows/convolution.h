#pragma once
#include "auto-schedule/convolution.h"

/// The algorithm that all dataflows of this folder schedule.
namespace dataflows {

using Orrery::scheduling::Convolution;
using Layer = Orrery::scheduling::ConvolutionLayer;

} // namespace dataflows
