#pragma once
#include "convolution.h"
#include "hwgen/optimizer/mapping_json.h"

namespace dataflows {

/// The layer of a mapping; one group only.
Layer layer_of(const Orrery::optimizer::MappedLayer &mapped);

} // namespace dataflows
