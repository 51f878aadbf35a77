#include "optimize/front_command.h"

#include "auto-schedule/problem_pipeline.h"
#include "auto-schedule/rating.h"
#include "hwgen/optimizer/resource_search.h"
#include "hwgen/support/error.h"
#include "sim/report.h"
#include "sim/status_line.h"
#include "sim/table.h"

#include <chrono>

namespace Orrery::optimize {

using namespace optimizer;
using sim::grouped;
using sim::Table;
using sim::write_atomically;

namespace {

namespace fs = std::filesystem;

std::string front_table(const FrontResult &front, const Resources &resources) {
    const EnergyUnit unit = level_energy_unit(resources.hardware[0]);
    const bool several = resources.hardware.size() > 1;
    Table table({6, 7});
    table.row({"point", "energy in uJ", "cycles", "exact",
               front.points[0].area ? "area in mm2" : "", "", "array", several ? "hardware" : ""});
    for (size_t i = 0; i < front.points.size(); i++) {
        const FrontPoint &point = front.points[i];
        table.row({std::to_string(i + 1),
                   fmt::format("{:.3f}", unit.picojoules(point.energy) / 1e6),
                   grouped(uint64_t(point.cycles)),
                   point.exact_cycles ? grouped(uint64_t(*point.exact_cycles)) : "-",
                   point.area ? area_text(*point.area) : "", "",
                   axes_text(point.mapped.problem, point.mapped.mapping),
                   several ? hardware_text(resources.hardware[point.hardware]) : ""});
    }
    return table.text();
}

/// What is proved of the front, and what was searched.
std::string proof_text(const FrontResult &front, const Resources &resources) {
    const EnergyUnit unit = level_energy_unit(resources.hardware[0]);
    const std::string searched =
        fmt::format("{} searches, {} mappings evaluated", front.searches, front.evaluated);
    if (front.complete) {
        return fmt::format("{} points, all that there are: every search was exhausted; {}\n",
                           front.points.size(), searched);
    }
    const bool several = resources.hardware.size() > 1;
    std::string proved =
        several ? fmt::format("of area below {} mm2 all points are proved, of this area ",
                              area_text(*front.open_area))
                : "proved are ";
    const bool begun =
        !front.points.empty() && front.points.back().area.value_or(0) == *front.open_area;
    proved +=
        begun ? fmt::format("all of at most {} pJ", unit.text(front.points.back().energy)) : "none";
    return fmt::format("time was over: {}; {}\n", proved, searched);
}

/// Makes hardware of each point while there is time, and says of which there is none.
void add_exact_cycles(FrontResult &front, const Problem &problem, const Deadline &deadline) {
    const Halide::Func output = scheduling::problem_pipeline(problem);
    sim::StatusLine status;
    for (size_t i = 0; i < front.points.size() && !deadline.over(); i++) {
        status.show(fmt::format("hardware of point {} of {}", i + 1, front.points.size()));
        try {
            front.points[i].exact_cycles = scheduling::exact_cycles(output, front.points[i].mapped);
        } catch (const UserError &error) {
            status.clear();
            fmt::print("point {} became no hardware: {}\n", i + 1, error.what());
        }
    }
    status.clear();
}

void write_front(const fs::path &directory, const FrontResult &front, const Problem &problem,
                 const Resources &resources) {
    std::error_code failed;
    fs::create_directories(directory, failed);
    // Those of a longer front that was here before are no part of this one.
    for (size_t i = front.points.size(); fs::remove(directory / mapping_file(i), failed); i++) {
    }
    for (size_t i = 0; i < front.points.size(); i++) {
        const FrontPoint &point = front.points[i];
        const Hardware &hardware = resources.hardware[point.hardware];
        write_atomically(directory / mapping_file(i),
                         hardware_mapping_json(point.mapped, hardware,
                                               hardware_cost(point.mapped, hardware),
                                               {"pareto", {}, point.exact_cycles}));
    }
    write_atomically(directory / "front.csv", front_csv(front, resources));
    write_atomically(directory / "front.json", front_json(front, problem, resources));
}

} // namespace

void optimize_front(const OptimizeCommand &command, const Problem &problem,
                    const Resources &resources, const Constraints &constraints,
                    const SearchOptions &options) {
    const auto begin = std::chrono::steady_clock::now();
    const Deadline deadline(options.seconds);
    FrontResult front = search_front(problem, resources, constraints, options);
    if (front.points.empty()) {
        user_error("{} on {}: {}", problem.name, resources.name,
                   front.complete ? front.why_none : "time was over before a point was found");
    }
    if (command.candidates != 0) {
        add_exact_cycles(front, problem, deadline);
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{} on {}, cost model orrery, Pareto front of energy{} cycles{}\n\n", problem.name,
               resources.name, resources.hardware.size() > 1 ? "," : " and",
               resources.hardware.size() > 1 ? " and area" : "");
    fmt::print("{}\n", front_table(front, resources));
    if (front.unmappable > 0) {
        fmt::print("{} of {} hardware without a mapping\n", front.unmappable,
                   resources.hardware.size());
    }
    fmt::print("{}{:.3f} s\n", proof_text(front, resources), seconds);
    write_front(command.directory, front, problem, resources);
}

} // namespace Orrery::optimize
