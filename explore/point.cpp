#include "explore/point.h"

#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/hardware_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/search.h"

#include <fmt/format.h>

namespace Orrery::explore {

using namespace optimizer;

namespace {

Row search_interstellar(const InterstellarModel &model, const Constraints &constraints, Row row) {
    const SearchResult result = search(model, constraints, {});
    row.why_none = result.why_none;
    if (result.mapping) {
        row.energy_pj = model.unit().text(result.energy);
        row.spatial = axes_text(model.problem(), *result.mapping);
    }
    return row;
}

Row search_orrery(const InterstellarModel &model, const Constraints &constraints,
                  Objective objective, Row row) {
    const HardwareSearchResult result = search_hardware(model, constraints, objective, {});
    row.why_none = result.why_none;
    if (result.mapped) {
        const HardwareCost cost = hardware_cost(*result.mapped, model.hardware());
        row.energy_pj = level_energy_unit(model.hardware()).text(cost.total_energy);
        row.cycles = cost.cycles;
        row.spatial = axes_text(model.problem(), result.mapped->mapping);
    }
    return row;
}

Row search_model(const Sweep &sweep, const InterstellarModel &model, const Row &row) {
    Constraints constraints;
    constraints.factors = sweep.factors;
    for (const std::string &fix : sweep.fixes_of(row.point)) {
        parse_fix(fix, model.problem(), model.hardware(), constraints);
    }
    if (sweep.cost_model == "interstellar") {
        return search_interstellar(model, constraints, row);
    }
    return search_orrery(model, constraints, objectives().at(sweep.objective), row);
}

/// A field of CSV, in quotes where it has to be.
std::string quoted(const std::string &text) {
    if (text.find_first_of(",\"\n") == std::string::npos) {
        return text;
    }
    std::string result = "\"";
    for (const char c : text) {
        result += c == '"' ? "\"\"" : std::string(1, c);
    }
    return result + "\"";
}

} // namespace

Row search_point(const Sweep &sweep, size_t point) {
    Row row;
    row.point = point;
    const SweepLayer &layer = sweep.layer(point);
    const InterstellarModel model(convolution(layer.name, layer.shape), sweep.hardware_of(point));
    try {
        return search_model(sweep, model, row);
    } catch (const NotPossible &error) {
        row.why_none = error.what(); // the sweep has other layers and hardware
        return row;
    }
}

std::string row_text(const Row &row) {
    nlohmann::ordered_json line = {{"point", row.point}};
    if (row.energy_pj.empty()) {
        line["why_none"] = row.why_none;
    } else {
        line["energy_pj"] = row.energy_pj;
        line["spatial"] = row.spatial;
    }
    if (row.cycles) {
        line["cycles"] = *row.cycles;
    }
    return line.dump();
}

Row parse_row(const std::string &text) {
    const auto line = nlohmann::ordered_json::parse(text);
    Row row;
    row.point = line.at("point");
    row.energy_pj = line.value("energy_pj", "");
    row.spatial = line.value("spatial", "");
    row.why_none = line.value("why_none", "");
    if (line.contains("cycles")) {
        row.cycles = line["cycles"].get<int64_t>();
    }
    return row;
}

std::string results_csv(const Sweep &sweep, const std::vector<std::optional<Row>> &rows) {
    std::string text = "point,layer,elements";
    for (size_t l = 0; l + 1 < sweep.hardware[0].levels.size(); l++) {
        text += "," + quoted(sweep.hardware[0].levels[l].name + " bytes");
    }
    text += ",fixes,energy_pj,cycles,spatial,why_none\n";
    for (const std::optional<Row> &row : rows) {
        if (!row) {
            continue;
        }
        const Hardware &hardware = sweep.hardware_of(row->point);
        text += fmt::format("{},{},{}", row->point, quoted(sweep.layer(row->point).name),
                            array_text(hardware.array));
        for (int l = 0; l < hardware.last_level(); l++) {
            text += fmt::format(",{}", hardware.bytes(l));
        }
        text += fmt::format(",{},{},{},{},{}\n",
                            quoted(fmt::format("{}", fmt::join(sweep.fixes_of(row->point), "; "))),
                            row->energy_pj, row->cycles ? std::to_string(*row->cycles) : "",
                            quoted(row->spatial), quoted(row->why_none));
    }
    return text;
}

} // namespace Orrery::explore
