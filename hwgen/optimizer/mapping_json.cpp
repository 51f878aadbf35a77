#include "hwgen/optimizer/mapping_json.h"

#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/optimizer/problem_json.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

namespace {

using nlohmann::ordered_json;

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

/// Loops of a level with more than one iteration, outermost first.
ordered_json loops_json(const Problem &problem, const Mapping &mapping, int level) {
    ordered_json loops = ordered_json::array();
    const std::vector<int> &order = mapping.order[level];
    for (auto loop = order.rbegin(); loop != order.rend(); ++loop) {
        if (mapping.temporal[level][*loop] > 1) {
            loops.push_back(
                {{"loop", problem.loops[*loop].name}, {"factor", mapping.temporal[level][*loop]}});
            if (!mapping.ragged.empty() && mapping.ragged[level][*loop] > 0) {
                loops.back()["tile"] = mapping.ragged[level][*loop];
            }
        }
    }
    return loops;
}

/// Names of the tensors without a copy at the level.
std::vector<std::string> bypass_json(const Problem &problem, const Mapping &mapping, int level) {
    std::vector<std::string> names;
    for (size_t x = 0; x < problem.tensors.size(); x++) {
        if (mapping.bypasses(level, x)) {
            names.push_back(problem.tensors[x].name);
        }
    }
    return names;
}

ordered_json level_json(const InterstellarModel &model, const Mapping &mapping,
                        const InterstellarModel::Evaluation &evaluation, int level) {
    const Problem &problem = model.problem();
    ordered_json tensors;
    for (size_t x = 0; x < problem.tensors.size(); x++) {
        tensors[problem.tensors[x].name] = {
            {"accesses_per_element", evaluation.accesses[level][x]},
            {"energy_pj", model.unit().picojoules(evaluation.energy[level][x])}};
    }
    return {{"name", model.hardware().levels[level].name},
            {"loops", loops_json(problem, mapping, level)},
            {"energy_pj", model.unit().picojoules(evaluation.level_energy(level))},
            {"tensors", tensors}};
}

} // namespace

std::string mapping_json(const InterstellarModel &model, const SearchResult &result) {
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
    ordered_json document = document_of(model.problem());
    document.update(
        ordered_json{{"hardware", model.hardware().name},
                     {"cost_model", "interstellar"},
                     {"energy_pj", model.unit().picojoules(result.energy)},
                     {"lower_bound_pj", model.unit().picojoules(result.bound)},
                     {"optimal", result.optimal},
                     {"array", array_json(model.problem(), mapping)},
                     {"array_level", model.hardware().levels[model.hardware().array.level].name},
                     {"levels", levels},
                     {"hops_pj", hops}});
    return document.dump(2) + "\n";
}

std::string hardware_mapping_json(const MappedLayer &mapped, const Hardware &hardware,
                                  const HardwareCost &cost, const MappingProof &proof) {
    const EnergyUnit unit = level_energy_unit(hardware);
    ordered_json levels = ordered_json::array();
    for (size_t level = 0; level < hardware.levels.size(); level++) {
        ordered_json tensors;
        int64_t energy = 0;
        for (size_t x = 0; x < mapped.problem.tensors.size(); x++) {
            tensors[mapped.problem.tensors[x].name] = {
                {"reads", cost.reads[level][x]},
                {"writes", cost.writes[level][x]},
                {"energy_pj", unit.picojoules(cost.energy[level][x])}};
            energy += cost.energy[level][x];
        }
        ordered_json described = {
            {"name", hardware.levels[level].name},
            {"loops", loops_json(mapped.problem, mapped.mapping, int(level))}};
        const auto bypass = bypass_json(mapped.problem, mapped.mapping, int(level));
        if (!bypass.empty()) {
            described["bypass"] = bypass;
        }
        described["energy_pj"] = unit.picojoules(energy);
        described["tensors"] = tensors;
        levels.push_back(described);
    }
    ordered_json document = document_of(mapped.problem);
    document.update(ordered_json{{"hardware", hardware.name},
                                 {"cost_model", "orrery"},
                                 {"objective", proof.objective},
                                 {"energy_pj", unit.picojoules(cost.total_energy)},
                                 {"cycles", cost.cycles}});
    if (proof.exact_cycles) {
        document["exact_cycles"] = *proof.exact_cycles;
    }
    if (const std::optional<int64_t> area = hardware_area(hardware)) {
        document["area_mm2"] = double(*area) / double(areas_per_mm2);
    }
    if (proof.optimal) {
        document["optimal"] = *proof.optimal;
    }
    if (proof.gap_percent) {
        document["gap_percent"] = *proof.gap_percent;
    }
    document["array"] = array_json(mapped.problem, mapped.mapping);
    document["array_level"] = mapped.levels[size_t(mapped.array_level)];
    document["levels"] = levels;
    document["hardware_description"] = ordered_json::parse(hardware_json(hardware));
    return document.dump(2) + "\n";
}

} // namespace Orrery::optimizer
