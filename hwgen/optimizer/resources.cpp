#include "hwgen/optimizer/resources.h"

#include "hwgen/optimizer/hardware_cost.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace Orrery::optimizer {

namespace {

using nlohmann::json;

constexpr size_t most_combinations = 100'000;
const char *const level_lists[] = {"bytes", "pj_per_access", "read_pj", "write_pj", "area_mm2"};

/// Makes one description of each combination of lists.
class Expander {
public:
    Expander(const std::string &file, const json &pattern) : file_(file) { add_array(pattern); }

    const std::vector<json> &combinations() const { return combinations_; }

private:
    const std::string &file_;
    std::vector<json> combinations_;

    static bool is_list(const json &object, const char *name) {
        return object.is_object() && object.contains(name) && object[name].is_array();
    }

    void check_length(const std::string &field, size_t length) const {
        if (length == 0) {
            user_error("{}: {}: an empty list leaves no hardware", file_, field);
        }
    }

    void add_array(json pattern) {
        const json array = pattern.is_object() ? pattern.value("array", json()) : json();
        // A shape is a list itself.
        const bool elements = is_list(array, "elements");
        const bool shapes =
            is_list(array, "shape") && !array["shape"].empty() && array["shape"][0].is_array();
        if (!elements && !shapes) {
            add_levels(pattern, 0);
            return;
        }
        const char *name = elements ? "elements" : "shape";
        check_length(std::string("array.") + name, array[name].size());
        for (const json &choice : array[name]) {
            pattern["array"][name] = choice;
            add_levels(pattern, 0);
        }
    }

    void add_levels(json pattern, size_t level) {
        if (!pattern.is_object() || !is_list(pattern, "levels") ||
            level == pattern["levels"].size()) {
            if (combinations_.size() == most_combinations) {
                user_error("{}: more than {} combinations of the lists", file_, most_combinations);
            }
            combinations_.push_back(pattern);
            return;
        }
        const json here = pattern["levels"][level];
        const std::string field = fmt::format("levels[{}].", level);
        std::vector<const char *> lists;
        for (const char *name : level_lists) {
            if (is_list(here, name)) {
                check_length(field + name, here[name].size());
                lists.push_back(name);
            }
        }
        for (const char *name : lists) {
            if (here[name].size() != here[lists[0]].size()) {
                user_error("{}: {}{} and {} are lists of different lengths", file_, field, lists[0],
                           name);
            }
        }
        for (size_t i = 0; i < (lists.empty() ? 1 : here[lists[0]].size()); i++) {
            for (const char *name : lists) {
                pattern["levels"][level][name] = here[name][i];
            }
            add_levels(pattern, level + 1);
        }
    }
};

} // namespace

Resources parse_resources(const std::string &file, const std::string &text) {
    json pattern;
    try {
        pattern = json::parse(text);
    } catch (const json::exception &error) {
        user_error("{}: {}", file, error.what());
    }
    Resources resources;
    int digits = 0;
    const Expander expander(file, pattern);
    for (const json &combination : expander.combinations()) {
        resources.hardware.push_back(
            parse_hardware(file, combination.dump(), &resources.most_area));
        digits = std::max(digits, level_energy_unit(resources.hardware.back()).digits());
    }
    for (Hardware &hardware : resources.hardware) {
        hardware.energy_digits = digits;
    }
    resources.name = resources.hardware[0].name;
    return resources;
}

Resources read_resources(const std::string &file) {
    return parse_resources(file, read_file(file));
}

Hardware read_hardware(const std::string &file) {
    const Resources resources = read_resources(file);
    if (resources.hardware.size() != 1) {
        user_error("{}: its lists describe {} hardware; here, give the one to map to (orrery "
                   "optimize finds it)",
                   file, resources.hardware.size());
    }
    return resources.hardware[0];
}

int64_t keep_within_area(Resources &resources) {
    if (!resources.most_area) {
        return 0;
    }
    std::vector<Hardware> kept;
    int64_t least = INT64_MAX;
    for (const Hardware &hardware : resources.hardware) {
        std::string unknown;
        const std::optional<int64_t> area = hardware_area(hardware, &unknown);
        if (!area) {
            user_error("{}: {} is missing: the area is bounded, and so all parts must have one",
                       resources.name, unknown);
        }
        least = std::min(least, *area);
        if (*area <= *resources.most_area) {
            kept.push_back(hardware);
        }
    }
    if (kept.empty()) {
        user_error("{}: the smallest hardware takes {} mm2, more than the {} that are allowed",
                   resources.name, area_text(least), area_text(*resources.most_area));
    }
    const int64_t removed = int64_t(resources.hardware.size() - kept.size());
    resources.hardware = std::move(kept);
    return removed;
}

std::string hardware_text(const Hardware &hardware) {
    std::string text = array_text(hardware.array);
    for (int l = 0; l < hardware.last_level(); l++) {
        text += fmt::format(", {} {} B", hardware.levels[size_t(l)].name, hardware.bytes(l));
    }
    return text;
}

} // namespace Orrery::optimizer
