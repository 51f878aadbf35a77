#include "hwgen/optimizer/mapping_json.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

namespace {

using nlohmann::ordered_json;

ordered_json layer_json(const LayerShape &shape) {
    return {{"N", shape.batch},         {"K", shape.filters},     {"C", shape.channels},
            {"OY", shape.out_height},   {"OX", shape.out_width},  {"FY", shape.kernel_height},
            {"FX", shape.kernel_width}, {"stride", shape.stride}, {"groups", shape.groups}};
}

ordered_json array_json(const Problem &problem, const Mapping &mapping) {
    ordered_json axes = ordered_json::array();
    for (const Axis &axis : mapping.axes) {
        ordered_json loops = ordered_json::array();
        for (const SpatialLoop &loop : axis) {
            loops.push_back({{"loop", problem.loops[loop.loop].name}, {"factor", loop.factor}});
        }
        axes.push_back(loops);
    }
    return axes;
}

ordered_json level_json(const InterstellarModel &model, const Mapping &mapping,
                        const InterstellarModel::Evaluation &evaluation, int level) {
    const Problem &problem = model.problem();
    ordered_json loops = ordered_json::array();
    const std::vector<int> &order = mapping.order[level];
    for (auto loop = order.rbegin(); loop != order.rend(); ++loop) {
        if (mapping.temporal[level][*loop] > 1) {
            loops.push_back(
                {{"loop", problem.loops[*loop].name}, {"factor", mapping.temporal[level][*loop]}});
        }
    }
    ordered_json tensors;
    for (size_t x = 0; x < problem.tensors.size(); x++) {
        tensors[problem.tensors[x].name] = {
            {"accesses_per_element", evaluation.accesses[level][x]},
            {"energy_pj", model.unit().picojoules(evaluation.energy[level][x])}};
    }
    return {{"name", model.hardware().levels[level].name},
            {"loops", loops},
            {"energy_pj", model.unit().picojoules(evaluation.level_energy(level))},
            {"tensors", tensors}};
}

} // namespace

std::string mapping_json(const InterstellarModel &model, const LayerShape &shape,
                         const SearchResult &result) {
    const Mapping &mapping = *result.mapping;
    const InterstellarModel::Evaluation evaluation = model.evaluate(mapping);
    ordered_json levels = ordered_json::array();
    for (int level = 0; level <= model.hardware().last_level(); level++) {
        levels.push_back(level_json(model, mapping, evaluation, level));
    }
    ordered_json hops;
    for (size_t x = 0; x < evaluation.hops.size(); x++) {
        hops[model.problem().tensors[x].name] = model.unit().picojoules(evaluation.hops[x]);
    }
    const ordered_json document = {
        {"layer", layer_json(shape)},
        {"name", model.problem().name},
        {"hardware", model.hardware().name},
        {"cost_model", "interstellar"},
        {"energy_pj", model.unit().picojoules(result.energy)},
        {"lower_bound_pj", model.unit().picojoules(result.bound)},
        {"optimal", result.optimal},
        {"array", array_json(model.problem(), mapping)},
        {"array_level", model.hardware().levels[model.hardware().array.level].name},
        {"levels", levels},
        {"hops_pj", hops}};
    return document.dump(2) + "\n";
}

} // namespace Orrery::optimizer
