#include "hwgen/optimizer/hardware.h"

#include <nlohmann/json.hpp>

namespace Orrery::optimizer {

using nlohmann::ordered_json;

std::string hardware_json(const Hardware &hardware) {
    const auto mm2 = [](int64_t area) { return double(area) / double(areas_per_mm2); };
    ordered_json levels = ordered_json::array();
    for (int l = 0; l <= hardware.last_level(); l++) {
        const MemoryLevel &level = hardware.levels[size_t(l)];
        ordered_json described = {{"name", level.name}};
        if (l < hardware.last_level()) {
            described["bytes"] = hardware.bytes(l);
        }
        if (level.read_pj == level.write_pj) {
            described["pj_per_access"] = level.read_pj;
        } else {
            described["read_pj"] = level.read_pj;
            described["write_pj"] = level.write_pj;
        }
        if (level.area) {
            described["area_mm2"] = mm2(*level.area);
        }
        levels.push_back(described);
    }
    const Array &array = hardware.array;
    ordered_json elements;
    if (array.shape.empty()) {
        elements = {{"elements", array.elements}, {"axes", array.axes}};
    } else {
        elements = {{"shape", array.shape}};
    }
    elements["level"] = hardware.levels[size_t(array.level)].name;
    if (array.pj_per_hop) {
        elements["pj_per_hop"] = *array.pj_per_hop;
    }
    if (array.area) {
        elements["area_mm2"] = mm2(*array.area);
    }
    const ordered_json document = {{"name", hardware.name},
                                   {"word_bits", hardware.word_bits},
                                   {"levels", levels},
                                   {"array", elements},
                                   {"utilisation", hardware.utilisation},
                                   {"replication", hardware.replication},
                                   {"least_fill", hardware.least_fill}};
    return document.dump();
}

} // namespace Orrery::optimizer
