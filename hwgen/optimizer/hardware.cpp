#include "hwgen/optimizer/hardware.h"

#include "hwgen/support/error.h"

#include <cmath>

namespace Orrery::optimizer {

int64_t Array::width(int axis) const {
    if (!shape.empty()) {
        return shape[size_t(axis)];
    }
    if (axes == 1) {
        return elements;
    }
    int64_t root = int64_t(std::sqrt(double(elements)));
    while (root * root > elements) {
        root--;
    }
    while ((root + 1) * (root + 1) <= elements) {
        root++;
    }
    return root;
}

int Hardware::find_level(const std::string &level_name) const {
    for (size_t i = 0; i < levels.size(); i++) {
        if (levels[i].name == level_name) {
            return int(i);
        }
    }
    return -1;
}

int64_t Hardware::bytes(int level) const {
    return (levels[size_t(level)].words * word_bits + 7) / 8;
}

std::string area_text(int64_t area) {
    std::string text = std::to_string(area / areas_per_mm2);
    if (area % areas_per_mm2 != 0) {
        text += fmt::format(".{:09}", area % areas_per_mm2);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

std::optional<int64_t> hardware_area(const Hardware &hardware, std::string *unknown) {
    const auto is_unknown = [unknown](const std::string &part) {
        if (unknown) {
            *unknown = part;
        }
        return std::nullopt;
    };
    if (!hardware.array.area) {
        return is_unknown("array.area_mm2");
    }
    __extension__ __int128 element = *hardware.array.area, shared = 0;
    for (int l = 0; l < hardware.last_level(); l++) {
        const std::optional<int64_t> &area = hardware.levels[size_t(l)].area;
        if (!area) {
            return is_unknown(fmt::format("levels[{}].area_mm2", l));
        }
        (l <= hardware.array.level ? element : shared) += *area;
    }
    const auto all = element * hardware.array.elements + shared;
    if (all > INT64_MAX) {
        user_error("{}: the area is more than {} mm2", hardware.name, INT64_MAX / areas_per_mm2);
    }
    return int64_t(all);
}

std::string array_text(const Array &array) {
    return array.shape.empty() ? std::to_string(array.elements)
                               : fmt::format("{}", fmt::join(array.shape, " x "));
}

} // namespace Orrery::optimizer
