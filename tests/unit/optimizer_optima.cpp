#include "hwgen/optimizer/fix.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/optimizer/search.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

using namespace Orrery::optimizer;

namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> read_table(const std::string &file) {
    std::ifstream stream(file);
    REQUIRE(stream);
    std::vector<std::string> names;
    std::vector<Row> rows;
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        std::vector<std::string> cells;
        std::istringstream stream_of_cells(line + ",");
        for (std::string cell; std::getline(stream_of_cells, cell, ',');) {
            cells.push_back(cell);
        }
        if (names.empty()) {
            names = cells;
            continue;
        }
        REQUIRE(cells.size() >= names.size());
        rows.emplace_back();
        for (size_t i = 0; i < names.size(); i++) {
            rows.back()[names[i]] = cells[i];
        }
    }
    return rows;
}

Hardware hardware_of(const Row &row) {
    Hardware hardware;
    hardware.levels = {{"RF", std::stoll(row.at("rf_bytes")) / 2, std::stod(row.at("pj_rf"))},
                       {"SRAM", std::stoll(row.at("sram_bytes")) / 2, std::stod(row.at("pj_sram"))},
                       {"DRAM", 0, std::stod(row.at("pj_dram"))}};
    hardware.array = {256, 2, 0, 0.035};
    hardware.utilisation = 0.75;
    hardware.replication = true;
    return hardware;
}

/// The column `fixed` in the words of --fix.
const std::map<std::string, std::vector<std::string>> fixes = {
    {"C=16 K=16", {"spatial C=16 K=16"}},
    {"FY=5 OY=28 with FX temporal 5 in the RF", {"spatial FY=5 OY=28", "RF FX=5"}},
    {"as conv2_rs", {"spatial FY=5 OY=28", "RF FX=5"}},
    {"FY=3 OY=13 K=4 replicated with FX temporal 3 in the RF",
     {"spatial FY=3 OY=13 K=4", "RF FX=3"}},
    {"free with replication and utilisation >= 0.75", {}}};

/// With as many decimals as the table prints.
void check_digits(const std::string &printed, const InterstellarModel &model, int64_t energy) {
    if (printed.empty()) {
        return;
    }
    const size_t point = printed.find('.');
    const size_t decimals = point == std::string::npos ? 0 : printed.size() - point - 1;
    CHECK(fmt::format("{:.{}f}", model.unit().picojoules(energy), decimals) == printed);
}

} // namespace

TEST_CASE("The optima of the public optimizer, to the printed digits") {
    const std::vector<Row> rows =
        read_table(std::string(ORRERY_SOURCE_DIR) + "/data/interstellar-optima.csv");
    REQUIRE(rows.size() == 8);
    for (const Row &row : rows) {
        INFO(row.at("id"));
        std::string layer;
        for (const char *name : {"N", "K", "C", "OY", "OX", "FY", "FX", "stride"}) {
            layer += fmt::format("{}={} ", name, row.at(name));
        }
        const InterstellarModel model(convolution(row.at("id"), parse_layer(layer)),
                                      hardware_of(row));
        Constraints constraints;
        for (const std::string &fix : fixes.at(row.at("fixed"))) {
            parse_fix(fix, model.problem(), model.hardware(), constraints);
        }
        const SearchResult result = search(model, constraints, {});
        REQUIRE(result.mapping);
        CHECK(result.optimal);
        const InterstellarModel::Evaluation evaluation = model.evaluate(*result.mapping);
        CHECK(evaluation.total == result.energy);
        check_digits(row.at("energy_pj"), model, evaluation.total);
        check_digits(row.at("rf_pj"), model, evaluation.level_energy(0));
        check_digits(row.at("hop_pj"), model, evaluation.hop_energy());
        check_digits(row.at("sram_pj"), model, evaluation.level_energy(1));
        check_digits(row.at("dram_pj"), model, evaluation.level_energy(2));
    }
}
