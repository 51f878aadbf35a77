#pragma once
#include "apps/dataflows/convolution.h"

#include <orrery.h>

#include <map>
#include <string>

namespace Orrery::test {

/// The schedules as they are printed, compiled: see write_printed.cpp. By the name of the preset.
using PrintedSchedule = void (*)(dataflows::Convolution &algorithm);
extern const std::map<std::string, PrintedSchedule> printed_presets;

} // namespace Orrery::test
