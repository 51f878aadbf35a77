#include "hwgen/optimizer/front_search.h"
#include "hwgen/support/error.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

using nlohmann::ordered_json;

std::string mapping_file(size_t point) { return fmt::format("mapping-{}.json", point + 1); }

std::string front_json(const FrontResult &front, const Problem &problem,
                       const Resources &resources) {
    const EnergyUnit unit = level_energy_unit(resources.hardware[0]);
    ordered_json points = ordered_json::array();
    for (size_t i = 0; i < front.points.size(); i++) {
        const FrontPoint &point = front.points[i];
        ordered_json described = {{"energy_pj", unit.picojoules(point.energy)},
                                  {"cycles", point.cycles}};
        if (point.exact_cycles) {
            described["exact_cycles"] = *point.exact_cycles;
        }
        if (point.area) {
            described["area_mm2"] = double(*point.area) / double(areas_per_mm2);
        }
        described["hardware"] = hardware_text(resources.hardware[point.hardware]);
        described["array"] = axes_text(point.mapped.problem, point.mapped.mapping);
        described["mapping"] = mapping_file(i);
        points.push_back(described);
    }
    ordered_json document = {{"name", problem.name},
                             {"hardware", resources.name},
                             {"cost_model", "orrery"},
                             {"complete", front.complete}};
    if (front.open_area && resources.hardware.size() > 1) {
        document["open_from_area_mm2"] = double(*front.open_area) / double(areas_per_mm2);
    }
    document["points"] = points;
    return document.dump(2) + "\n";
}

std::string front_csv(const FrontResult &front, const Resources &resources) {
    const Hardware &first = resources.hardware[0];
    const EnergyUnit unit = level_energy_unit(first);
    std::string text = "point,energy_pj,cycles,exact_cycles,area_mm2,elements";
    for (int l = 0; l < first.last_level(); l++) {
        text += fmt::format(",\"{} bytes\"", first.levels[size_t(l)].name);
    }
    text += ",array\n";
    for (size_t i = 0; i < front.points.size(); i++) {
        const FrontPoint &point = front.points[i];
        const Hardware &hardware = resources.hardware[point.hardware];
        text += fmt::format("{},{},{},{},{},{}", i + 1, unit.text(point.energy), point.cycles,
                            point.exact_cycles ? std::to_string(*point.exact_cycles) : "",
                            point.area ? area_text(*point.area) : "", array_text(hardware.array));
        for (int l = 0; l < hardware.last_level(); l++) {
            text += fmt::format(",{}", hardware.bytes(l));
        }
        text += fmt::format(",\"{}\"\n", axes_text(point.mapped.problem, point.mapped.mapping));
    }
    return text;
}

} // namespace Orrery::optimizer
