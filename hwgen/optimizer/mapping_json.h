#pragma once
#include "hwgen/optimizer/interstellar.h"
#include "hwgen/optimizer/search.h"

#include <string>

namespace Orrery::optimizer {

/// mapping.json: the mapping, and its energy by level and tensor. docs/optimizer.md describes it.
std::string mapping_json(const InterstellarModel &model, const LayerShape &shape,
                         const SearchResult &result);

} // namespace Orrery::optimizer
