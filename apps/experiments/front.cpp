#include "chart.h"
#include "experiments.h"
#include "hwgen/optimizer/front_search.h"
#include "hwgen/optimizer/layer_shape.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"
#include "scatter.h"
#include "search_45nm.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>

namespace experiments {
using namespace Orrery::optimizer;

namespace {

/// A front.json, as `orrery optimize --objective pareto` writes it.
ScatterChart chart_of(const std::string &file, const std::string &text) {
    try {
        const auto front = nlohmann::json::parse(text);
        ScatterChart chart{front.at("name").get<std::string>() + " on " +
                               front.at("hardware").get<std::string>() + ": Pareto front",
                           "million cycles of the part that works longest",
                           "energy in uJ",
                           "area in mm2",
                           {}};
        for (const auto &point : front.at("points")) {
            chart.points.push_back({point.at("cycles").get<double>() / 1e6,
                                    point.at("energy_pj").get<double>() / 1e6,
                                    point.value("area_mm2", 0.0),
                                    point.at("hardware").get<std::string>() + "; " +
                                        point.at("array").get<std::string>()});
        }
        if (chart.points.empty()) {
            Orrery::user_error("{}: a front without points", file);
        }
        return chart;
    } catch (const nlohmann::json::exception &error) {
        Orrery::user_error("{}: is no front, as orrery optimize --objective pareto writes them: {}",
                           file, error.what());
    }
}

} // namespace

void plot_front(const std::string &file, const std::string &directory) {
    const ScatterChart chart = chart_of(file, Orrery::read_file(file));
    write_file(directory + "/front.svg", chart.svg());
    fmt::print("{} points of {}: {}/front.svg\n", chart.points.size(), file, directory);
}

void front(const std::string &directory) {
    const Resources resources = parse_resources("search-45nm.json", search_45nm);
    const LayerShape shape = parse_layer("K=384 C=256 OY=13 OX=13 FY=3 FX=3");
    const Problem problem = convolution("AlexNet conv3", shape);
    SearchOptions options;
    options.threads = int(std::max(1u, std::thread::hardware_concurrency()));
    Constraints constraints;
    constraints.factors = Factors::Divide; // with all tiles it takes a hundred times as long
    const FrontResult found = search_front(problem, resources, constraints, options);
    ORRERY_CHECK(found.complete, "the front of {} is not complete", problem.name);
    const auto [least, most] = std::minmax_element(
        found.points.begin(), found.points.end(),
        [](const FrontPoint &a, const FrontPoint &b) { return a.energy < b.energy; });
    const EnergyUnit unit = level_energy_unit(resources.hardware[0]);
    fmt::print("{} points of {} hardware: {:.3f} uJ, {} cycles, {} mm2 to {:.3f} uJ, {} cycles, {} "
               "mm2\n",
               found.points.size(), resources.hardware.size(), unit.picojoules(least->energy) / 1e6,
               least->cycles, area_text(*least->area), unit.picojoules(most->energy) / 1e6,
               most->cycles, area_text(*most->area));
    const std::string json = front_json(found, problem, resources);
    write_file(directory + "/front.csv", front_csv(found, resources));
    write_file(directory + "/front.json", json);
    write_file(directory + "/front.svg", chart_of("front.json", json).svg());
}

} // namespace experiments
