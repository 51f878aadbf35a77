#pragma once
#include "hwgen/optimizer/interstellar.h"
#include "hwgen/optimizer/search.h"

#include <string>

namespace Orrery::optimizer {

/// mapping.json: the mapping, and its energy by level and tensor. docs/optimizer.md describes it.
std::string mapping_json(const InterstellarModel &model, const SearchResult &result);

/// What mapping.json says: the layer or other problem, and the mapping with the names of its
/// levels.
struct MappedLayer {
    Problem problem;
    std::vector<std::string> levels; ///< from the processing element outwards
    int array_level = 0;
    Mapping mapping;

    int last_level() const { return int(levels.size()) - 1; }
};

/// User error, which names `file` and the field, for what is no mapping of its problem.
MappedLayer parse_mapping(const std::string &file, const std::string &text);

MappedLayer read_mapping(const std::string &file);

} // namespace Orrery::optimizer
