#include "sim/model_command.h"

#include "hwgen/model/energy.h"
#include "hwgen/model/explain.h"
#include "hwgen/support/error.h"
#include "sim/prediction.h"
#include "sim/report.h"
#include "sim/simulate_command.h"
#include "sim/table.h"

#include <nlohmann/json.hpp>

#include <ctime>
#include <fstream>

namespace Orrery::sim {

namespace {

using nlohmann::ordered_json;

/// The last simulation, from its report.
struct LastRun {
    Result result;
    MemoryTiming memory;
    std::vector<int64_t> scalars;
};

PortTraffic traffic(const ordered_json &j) {
    return {j.at("bursts"), j.at("beats"), j.at("bytes")};
}

/// The numbers of a report, in the order of the design.
LastRun parse_report(const ordered_json &j, const DesignDescription &design) {
    LastRun last;
    Result &result = last.result;
    const ordered_json &run = j.at("run");
    last.memory = {run.at("latency"), run.at("stall"), run.at("queue")};
    result.started = run.at("started").get<std::vector<uint64_t>>();
    result.bases = run.at("bases").get<std::vector<std::vector<uint64_t>>>();
    result.cycles = j.at("cycles");
    result.finished = j.at("invocations").get<std::vector<uint64_t>>();
    result.invocations = result.finished.size();
    for (const ScalarDescription &s : design.scalars) {
        const ordered_json &value = j.at("scalars").at(s.name);
        last.scalars.push_back(value.is_number_unsigned() ? int64_t(value.get<uint64_t>())
                                                          : value.get<int64_t>());
    }
    for (const ordered_json &p : j.at("processes")) {
        ProcessCounts counts{p.value("busy", uint64_t{0}), p.value("operations", uint64_t{0}), {}};
        for (const ordered_json &s : p.at("stalls")) {
            counts.stalls.push_back(s.at("cycles"));
        }
        result.processes.push_back(counts);
    }
    for (const ordered_json &b : j.at("buffers")) {
        result.buffers.push_back({b.value("reads", uint64_t{0}), b.value("writes", uint64_t{0})});
    }
    const ordered_json &ports = j.at("ports");
    for (size_t t = 0; t < design.tensors.size(); t++) {
        result.ports.push_back(traffic(ports.at(t)));
    }
    for (size_t s = 0; s < design.scratch.size(); s++) {
        const size_t at = design.tensors.size() + 2 * s;
        result.scratch.push_back({traffic(ports.at(at)), traffic(ports.at(at + 1))});
    }
    return last;
}

/// The last simulation of the design as it is now, if there is one that came to its end.
std::optional<LastRun> find_last_run(const std::filesystem::path &directory,
                                     const DesignDescription &design) {
    const std::filesystem::path file = last_report(directory);
    std::error_code missing;
    const auto simulated = std::filesystem::last_write_time(file, missing);
    if (missing || simulated < std::filesystem::last_write_time(directory / "design.hwir.json")) {
        return std::nullopt;
    }
    std::ifstream in(file);
    try {
        const ordered_json report = ordered_json::parse(in);
        const bool finished = report.at("check").at("failure") == "";
        return finished ? std::optional<LastRun>(parse_report(report, design)) : std::nullopt;
    } catch (const nlohmann::json::exception &error) {
        user_error("{}: {}", file.string(), error.what());
    }
}

std::string difference(const ComparedNumber &n) {
    if (n.predicted == n.simulated) {
        return "0";
    }
    return n.predicted > n.simulated ? "+" + grouped(n.predicted - n.simulated)
                                     : "-" + grouped(n.simulated - n.predicted);
}

std::string comparison_table(const std::vector<ComparedNumber> &numbers, bool simulated) {
    Table table;
    table.row(simulated ? std::vector<std::string>{"", "predicted", "simulated", "difference"}
                        : std::vector<std::string>{"", "predicted"});
    for (const ComparedNumber &n : numbers) {
        std::vector<std::string> row{n.name, grouped(n.predicted)};
        if (simulated) {
            row.push_back(grouped(n.simulated));
            row.push_back(difference(n));
        }
        table.row(row);
    }
    return table.text();
}

/// A result of the right shape, for a prediction that nothing is compared with.
Result empty_result(const DesignDescription &design) {
    Result result;
    for (const ProcessDescription &p : design.processes) {
        result.processes.push_back({0, 0, std::vector<uint64_t>(p.stalls.size())});
    }
    result.buffers.resize(design.buffers.size());
    result.ports.resize(design.tensors.size());
    result.scratch.resize(design.scratch.size());
    return result;
}

std::string prediction_json(const DesignDescription &design,
                            const std::vector<ComparedNumber> &numbers, bool simulated) {
    ordered_json list = ordered_json::array();
    for (const ComparedNumber &n : numbers) {
        list.push_back({{"name", n.name}, {"predicted", n.predicted}});
        if (simulated) {
            list.back()["simulated"] = n.simulated;
        }
    }
    return ordered_json{{"format", 1}, {"design", design.name}, {"numbers", list}}.dump(2) + "\n";
}

std::string energy_table(const std::vector<model::EnergyItem> &items) {
    Table table({1});
    table.row({"", "memory", "events", "energy", "of all", "area"});
    double all = 0, area = 0;
    for (const model::EnergyItem &item : items) {
        all += item.pj.value_or(0);
        area += item.area_mm2.value_or(0);
    }
    auto nanojoules = [](double pj) { return fmt::format("{:.3f} nJ", pj / 1000); };
    auto square = [](double mm2) { return fmt::format("{:.4f} mm2", mm2); };
    for (const model::EnergyItem &item : items) {
        const bool memory = item.macros != 0;
        table.row(
            {item.name,
             memory ? fmt::format("{} x {} bytes", item.macros, grouped(uint64_t(item.macro_bytes)))
                    : "",
             grouped(item.events), item.pj ? nanojoules(*item.pj) : "unknown",
             item.pj && all > 0 ? fmt::format("{:.1f} %", 100 * *item.pj / all) : "",
             item.area_mm2 ? square(*item.area_mm2) : ""});
    }
    table.row({"all that is known", "", "", nanojoules(all), "", area > 0 ? square(area) : ""});
    return table.text();
}

std::string losses_table(const HardwareIr &hardware, const model::Prediction &prediction) {
    Table table({5});
    table.row({"process", "busy", "idle lanes", "not running", "waits", "for"});
    const std::vector<model::ProcessLosses> all =
        model::losses(hardware.design, hardware.timing, prediction);
    for (size_t p = 0; p < all.size(); p++) {
        const model::ProcessLosses &lost = all[p];
        std::vector<std::string> row{hardware.design.processes[p].name, grouped(lost.busy),
                                     lost.ragged > 0 ? fmt::format("{:.1f}", lost.ragged) : "",
                                     grouped(lost.idle)};
        for (const model::Loss &wait : lost.waits) {
            row.push_back(grouped(wait.cycles));
            row.push_back(wait.cause);
            table.row(row);
            row = {"", "", "", ""};
        }
        if (lost.waits.empty()) {
            table.row(row);
        }
    }
    return table.text();
}

/// Where the cycles go, the place under the roof, and what would be faster.
std::string explanation(const HardwareIr &hardware, const model::Prediction &prediction,
                        const model::Run &run) {
    const hwir::Design &design = hardware.design;
    std::string text = "Where the cycles go (idle lanes: the busy cycles that they are worth)\n" +
                       losses_table(hardware, prediction);
    uint64_t operations = 0, bytes = 0;
    for (const model::ProcessPrediction &p : prediction.processes) {
        operations += p.operations;
    }
    for (const model::TensorPrediction &t : prediction.tensors) {
        bytes += t.read.bytes + t.written.bytes;
    }
    const std::vector<model::Bound> bounds = model::bounds(design, prediction);
    text += fmt::format(
        "\nUnder the roof: {} cycles, at least {} for {}, which is {:.1f} %; bound by {}\n",
        grouped(prediction.cycles), grouped(bounds[0].cycles), bounds[0].part,
        100.0 * double(bounds[0].cycles) / double(prediction.cycles),
        bounds[0].memory ? "memory" : "computation");
    for (size_t i = 1; i < bounds.size(); i++) {
        if (bounds[i].memory) {
            text += fmt::format("  next by memory: {}, {} cycles\n", bounds[i].part,
                                grouped(bounds[i].cycles));
            break;
        }
    }
    if (operations != 0 && bytes != 0) {
        text += fmt::format("  {} operations, {:.2f} per byte of DRAM, {:.2f} per cycle\n",
                            grouped(operations), double(operations) / double(bytes),
                            double(operations) / double(prediction.cycles));
    }
    Table table;
    for (const model::Relief &r : model::reliefs(design, hardware.timing, run, prediction.cycles)) {
        table.row({r.change, grouped(r.cycles),
                   fmt::format("-{:.2f} %", 100.0 * double(prediction.cycles - r.cycles) /
                                                double(prediction.cycles))});
    }
    const std::string faster = table.text();
    return text + (faster.empty() ? "\nNo further slot, wider bus, more bursts in flight or faster "
                                    "memory saves a cycle\n"
                                  : "\nCycles with\n" + faster);
}

/// What is to be predicted, and the simulation that it is compared with.
struct Question {
    model::Run run;
    std::optional<LastRun> last;
};

Question question(const ModelCommand &command, const DesignDescription &design) {
    Question q;
    if (command.memory.empty() && command.scalars.empty()) {
        q.last = find_last_run(command.directory, design);
    }
    if (q.last && q.last->memory.stall_percent != 0) {
        user_error("the last simulation had random stalls, which cannot be predicted; simulate "
                   "without them, or give --memory");
    }
    if (q.last) {
        const Result &result = q.last->result;
        q.run.memory = {q.last->memory.latency, q.last->memory.queue_bursts};
        q.run.starts = result.started;
        q.run.scalars.assign(result.started.size(), q.last->scalars);
        q.run.bases = result.bases;
        return q;
    }
    RunOptions options;
    parse_memory(command.memory, options);
    if (options.memory.stall_percent != 0 || options.misalignment < 0) {
        user_error("--memory {}: random stalls and addresses cannot be predicted", command.memory);
    }
    q.run.scalars.push_back(design.scalar_values(parse_scalars(command.scalars, design)));
    q.run.memory = {options.memory.latency, options.memory.queue_bursts};
    q.run.bases.emplace_back();
    for (size_t i = 0; i < design.memory_count(); i++) {
        const uint64_t element = uint64_t(design.memory(i).element_bytes());
        q.run.bases[0].push_back(uint64_t(options.misalignment) / element * element);
    }
    return q;
}

} // namespace

int predict(const ModelCommand &command) {
    const DesignDescription design = read_design(command.directory);
    const HardwareIr hardware = read_hardware_ir(command.directory);
    const Question q = question(command, design);
    const std::clock_t begin = std::clock();
    const model::Prediction prediction = model::predict(hardware.design, hardware.timing, q.run);
    const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    const std::vector<ComparedNumber> numbers =
        compare(hardware, prediction, q.last ? q.last->result : empty_result(design));
    fmt::print("{}", comparison_table(numbers, q.last.has_value()));
    fmt::print("\npredicted in {:.1f} ms of processor time\n", 1000 * seconds);
    fmt::print("\n{}\n", explanation(hardware, prediction, q.run));
    if (!command.technology.empty()) {
        const technology::Technology priced = technology::find_technology(command.technology);
        fmt::print("Energy and area of memories, {}\n{}\n", priced.name,
                   energy_table(model::energy(hardware.design, prediction, priced)));
    }
    if (!command.json_file.empty()) {
        write_atomically(command.json_file, prediction_json(design, numbers, q.last.has_value()));
    }
    if (!q.last) {
        fmt::print("no simulation of this design to compare with\n");
        return 0;
    }
    const auto wrong = std::count_if(numbers.begin(), numbers.end(), [](const ComparedNumber &n) {
        return n.predicted != n.simulated;
    });
    fmt::print("{}\n", wrong == 0 ? fmt::format("all {} numbers are those of the last simulation",
                                                numbers.size())
                                  : fmt::format("{} of {} numbers differ from the last simulation",
                                                wrong, numbers.size()));
    return wrong == 0 ? 0 : 1;
}

} // namespace Orrery::sim
