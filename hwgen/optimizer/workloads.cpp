#include "hwgen/optimizer/workloads.h"

#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/workloads_table.h"
#include "hwgen/support/error.h"

#include <map>
#include <set>
#include <sstream>

namespace Orrery::optimizer {

namespace {

std::vector<std::string> cells_of(const std::string &line) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) {
        cells.push_back(cell);
    }
    return cells;
}

std::vector<Workload> read_table(const std::string &text) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    const std::vector<std::string> names = cells_of(line);
    std::vector<Workload> rows;
    while (std::getline(lines, line)) {
        const std::vector<std::string> cells = cells_of(line);
        ORRERY_CHECK(cells.size() == names.size(), "workloads.csv: {}", line);
        std::map<std::string, std::string> cell;
        for (size_t i = 0; i < names.size(); i++) {
            cell[names[i]] = cells[i];
        }
        const auto number = [&](const char *name) { return std::stoll(cell.at(name)); };
        const LayerShape shape = {
            number("N"),  number("K"),      number("C"),
            number("OY"), number("OX"),     number("FY"),
            number("FX"), number("groups"), {number("stride"), number("stride")}};
        rows.push_back({cell.at("net"), cell.at("layer"), cell.at("op"), shape, number("count")});
    }
    return rows;
}

} // namespace

const std::vector<Workload> &workloads() {
    static const std::vector<Workload> rows = read_table(workloads_table);
    return rows;
}

const Workload &find_workload(const std::string &name) {
    std::set<std::string> networks;
    std::string layers;
    for (const Workload &row : workloads()) {
        if (row.network + "/" + row.layer == name) {
            return row;
        }
        networks.insert(row.network);
        if (name.compare(0, name.find('/'), row.network) == 0) {
            layers += " " + row.layer;
        }
    }
    std::string known;
    for (const std::string &network : networks) {
        known += " " + network;
    }
    user_error("{}: it is not in the table of workloads. Expected NETWORK/LAYER; {}{}", name,
               layers.empty() ? "networks are" : "layers of this network are",
               layers.empty() ? known : layers);
}

} // namespace Orrery::optimizer
