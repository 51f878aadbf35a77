#include "machines.h"

#include "energy_table.h"
#include "hwgen/support/error.h"

#include <map>
#include <sstream>
#include <thread>

namespace experiments {
using namespace Orrery::optimizer;

namespace {

/// [component][bytes]: pJ; components without a size have 0.
const std::map<std::string, std::map<int64_t, double>> &energies() {
    static const std::map<std::string, std::map<int64_t, double>> table = [] {
        std::map<std::string, std::map<int64_t, double>> rows;
        std::istringstream lines(energy_table);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream cells(line);
            std::string component, bytes, pj;
            std::getline(cells, component, ',');
            std::getline(cells, bytes, ',');
            std::getline(cells, pj, ',');
            if (!line.empty() && line[0] != '#' && component != "component") {
                rows[component][bytes.empty() ? 0 : std::stoll(bytes)] = std::stod(pj);
            }
        }
        return rows;
    }();
    return table;
}

} // namespace

double register_file_pj(int64_t bytes) { return energies().at("register_file").at(bytes); }

double sram_pj(int64_t usable_bytes) {
    const std::map<int64_t, double> &srams = energies().at("sram");
    const auto last = std::prev(srams.end());
    int64_t bytes = 2 * usable_bytes;
    double factor = 1;
    while (bytes > last->first) {
        bytes /= 2;
        factor *= last->second / std::prev(last)->second;
    }
    return factor * srams.at(bytes);
}

double dram_pj() { return energies().at("dram").at(0); }
double hop_pj() { return energies().at("neighbour_hop").at(0); }
double multiply_pj() { return energies().at("mac_16b").at(0); }

Hardware machine(int64_t elements, const std::vector<int64_t> &register_bytes, int64_t sram_bytes) {
    Hardware hardware;
    for (const int64_t bytes : register_bytes) {
        hardware.levels.push_back(
            {fmt::format("RF {} B", bytes), bytes / 2, register_file_pj(bytes)});
    }
    hardware.levels.push_back(
        {fmt::format("SRAM {} KB", sram_bytes / 1024), sram_bytes / 2, sram_pj(sram_bytes)});
    hardware.levels.push_back({"DRAM", 0, dram_pj()});
    hardware.array = {elements, 2, int(register_bytes.size()) - 1, hop_pj()};
    hardware.utilisation = 0.75;
    hardware.replication = true;
    hardware.least_fill = 0;
    hardware.name = hardware.levels[0].name + ", " + hardware.levels[register_bytes.size()].name;
    return hardware;
}

Optimum optimum(const Problem &problem, const Hardware &hardware, const Constraints &constraints) {
    const InterstellarModel model(problem, hardware);
    SearchOptions options;
    options.threads = int(std::max(1u, std::thread::hardware_concurrency()));
    const SearchResult result = search(model, constraints, options);
    Optimum found;
    if (!result.mapping) {
        return found;
    }
    found.found = true;
    found.optimal = result.optimal;
    const InterstellarModel::Evaluation evaluation = model.evaluate(*result.mapping);
    for (int level = 0; level <= hardware.last_level(); level++) {
        found.parts.push_back(hardware.levels[level].name);
        found.pj.push_back(model.unit().picojoules(evaluation.level_energy(level)));
        if (level == hardware.array.level) {
            found.parts.push_back("hops");
            found.pj.push_back(model.unit().picojoules(evaluation.hop_energy()));
        }
    }
    found.total_pj = model.unit().picojoules(result.energy);
    int64_t used = 1;
    for (int d = 0; d < int(problem.loops.size()); d++) {
        used *= result.mapping->spatial(d);
    }
    found.utilisation = double(used) / double(hardware.array.elements);
    found.nest = loop_nest(problem, hardware, *result.mapping);
    return found;
}

} // namespace experiments
