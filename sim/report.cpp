#include "sim/report.h"
#include "sim/table.h"

#include "hwgen/support/error.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace Orrery::sim {

namespace {

using nlohmann::ordered_json;

/// Operations, and the most that are possible, of all processes on an array.
struct ArrayWork {
    uint64_t operations = 0;
    double possible = 0;
    int64_t processing_elements = 0;
};

ArrayWork array_work(const DesignDescription &design, const Result &result) {
    ArrayWork work;
    for (size_t p = 0; p < design.processes.size(); p++) {
        const ProcessDescription &process = design.processes[p];
        if (process.processing_elements == 0 || !process.operations) {
            continue;
        }
        int64_t points = std::max(process.lane_points(), process.processing_elements);
        work.operations += result.processes[p].operations;
        work.possible += double(points) * double(result.cycles);
        work.processing_elements += process.processing_elements;
    }
    return work;
}

double cycles_per_second(const Result &result) {
    return result.seconds > 0 ? double(result.simulated_cycles) / result.seconds : 0;
}

std::string percent(uint64_t part, uint64_t whole) {
    return whole == 0 ? "" : fmt::format("{:.1f} %", 100.0 * double(part) / double(whole));
}

std::string process_table(const DesignDescription &design, const Result &result) {
    Table table({4});
    table.row({"process", "busy", "of cycles", "stalled", "waiting for"});
    for (size_t p = 0; p < design.processes.size(); p++) {
        const ProcessDescription &process = design.processes[p];
        const ProcessCounts &counts = result.processes[p];
        std::string busy = process.busy ? grouped(counts.busy) : "-";
        std::vector<std::string> row{process.name, busy,
                                     process.busy ? percent(counts.busy, result.cycles) : ""};
        bool any = false;
        for (size_t i = 0; i < process.stalls.size(); i++) {
            if (counts.stalls[i] == 0) {
                continue;
            }
            if (any) {
                row = {"", "", ""};
            }
            any = true;
            row.push_back(grouped(counts.stalls[i]));
            row.push_back(process.stalls[i].cause);
            table.row(row);
        }
        if (!any) {
            row.push_back(process.stalls.empty() ? "-" : "0");
            table.row(row);
        }
    }
    return table.text();
}

std::string buffer_table(const DesignDescription &design, const Result &result) {
    Table table({1});
    table.row({"buffer", "memory", "bits", "reads", "writes"});
    for (size_t b = 0; b < design.buffers.size(); b++) {
        const BufferDescription &buffer = design.buffers[b];
        table.row({buffer.name, buffer.memory, grouped(buffer.bits),
                   buffer.reads.empty() ? "-" : grouped(result.buffers[b].reads),
                   buffer.writes.empty() ? "-" : grouped(result.buffers[b].writes)});
    }
    return table.text();
}

std::string port_table(const DesignDescription &design, const Result &result) {
    Table table({1});
    table.row({"port", "direction", "bytes", "bursts", "beats", "of cycles"});
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const TensorDescription &tensor = design.tensors[t];
        const PortTraffic &traffic = result.ports[t];
        table.row({tensor.name, tensor.is_output ? "write" : "read", grouped(traffic.bytes),
                   grouped(traffic.bursts), grouped(traffic.beats),
                   percent(traffic.beats, result.cycles)});
    }
    for (size_t t = 0; t < design.scratch.size(); t++) {
        const Result::ScratchTraffic &scratch = result.scratch[t];
        for (bool reads : {true, false}) {
            const PortTraffic &traffic = reads ? scratch.read : scratch.written;
            table.row({design.scratch[t].name, reads ? "scratch read" : "scratch write",
                       grouped(traffic.bytes), grouped(traffic.bursts), grouped(traffic.beats),
                       percent(traffic.beats, result.cycles)});
        }
    }
    return table.text();
}

ordered_json process_json(const ProcessDescription &process, const ProcessCounts &counts) {
    ordered_json j = {{"name", process.name}, {"func", process.func}, {"stage", process.stage}};
    if (process.processing_elements != 0) {
        j["processing_elements"] = process.processing_elements;
    }
    if (process.busy) {
        j["busy"] = counts.busy;
    }
    if (process.operations) {
        j["operations"] = counts.operations;
    }
    j["stalls"] = ordered_json::array();
    for (size_t i = 0; i < process.stalls.size(); i++) {
        j["stalls"].push_back({{"cause", process.stalls[i].cause}, {"cycles", counts.stalls[i]}});
    }
    return j;
}

ordered_json buffer_json(const BufferDescription &buffer, const BufferCounts &counts) {
    ordered_json j = {{"name", buffer.name}, {"memory", buffer.memory}, {"bits", buffer.bits}};
    if (!buffer.reads.empty()) {
        j["reads"] = counts.reads;
    }
    if (!buffer.writes.empty()) {
        j["writes"] = counts.writes;
    }
    return j;
}

ordered_json port_json(const TensorDescription &tensor, const char *direction,
                       const PortTraffic &traffic) {
    return {{"tensor", tensor.name},
            {"direction", direction},
            {"bytes", traffic.bytes},
            {"bursts", traffic.bursts},
            {"beats", traffic.beats}};
}

ordered_json verdict_json(const Outcome &outcome) {
    ordered_json j = {{"passed", outcome.passed()},
                      {"elements", outcome.elements},
                      {"differing", outcome.differing},
                      {"unwritten", outcome.result.unwritten_elements},
                      {"violations", outcome.result.violation_count},
                      {"failure", outcome.result.failure}};
    j["first_differences"] = ordered_json::array();
    for (const Difference &d : outcome.differences) {
        j["first_differences"].push_back({{"tensor", d.tensor},
                                          {"coordinates", d.coordinates},
                                          {"got", d.got},
                                          {"expected", d.expected}});
    }
    j["first_violations"] = ordered_json::array();
    for (const Violation &v : outcome.result.violations) {
        j["first_violations"].push_back({{"cycle", v.cycle}, {"port", v.port}, {"rule", v.rule}});
    }
    return j;
}

} // namespace

/// "3, one every 36,864 cycles": from the end of the first one to that of the last one.
std::string invocations_text(const Result &result) {
    std::string text = grouped(result.invocations);
    if (result.finished.size() == result.invocations) {
        uint64_t rest = result.finished.back() - result.finished.front();
        text += fmt::format(", one every {} cycles", grouped(rest / (result.invocations - 1)));
    }
    return text;
}

double array_utilisation(const DesignDescription &design, const Result &result) {
    ArrayWork work = array_work(design, result);
    return work.possible > 0 ? double(work.operations) / work.possible : -1;
}

std::string report_table(const DesignDescription &design, const Outcome &outcome) {
    const Result &result = outcome.result;
    Table summary({1});
    summary.row({"design", design.name});
    for (size_t s = 0; s < outcome.scalars.size(); s++) {
        summary.row(
            {"scalar " + design.scalars[s].name, design.scalars[s].text(outcome.scalars[s])});
    }
    summary.row({"cycles", grouped(result.cycles)});
    if (result.invocations > 1) {
        summary.row({"invocations", invocations_text(result)});
    }
    ArrayWork work = array_work(design, result);
    if (work.possible > 0) {
        summary.row(
            {"array utilisation", fmt::format("{:.2f} % ({} operations on {} processing elements)",
                                              100 * array_utilisation(design, result),
                                              grouped(work.operations), work.processing_elements)});
    }
    summary.row({"simulation", fmt::format("{} cycles per second",
                                           grouped(uint64_t(cycles_per_second(result))))});
    std::string text = summary.text();
    if (!design.processes.empty()) {
        text += "\n" + process_table(design, result);
    }
    if (!design.buffers.empty()) {
        text += "\n" + buffer_table(design, result);
    }
    return text + "\n" + port_table(design, result);
}

std::string report_json(const DesignDescription &design, const Outcome &outcome) {
    const Result &result = outcome.result;
    ordered_json j = {{"format", 1},
                      {"design", design.name},
                      {"cycles", result.cycles},
                      {"invocations", result.finished},
                      {"run",
                       {{"latency", outcome.memory.latency},
                        {"stall", outcome.memory.stall_percent},
                        {"queue", outcome.memory.queue_bursts},
                        {"started", result.started},
                        {"bases", result.bases}}}};
    for (size_t s = 0; s < outcome.scalars.size(); s++) {
        const ScalarDescription &scalar = design.scalars[s];
        bool natural = scalar.type.code == halide_type_uint;
        j["scalars"][scalar.name] =
            natural ? ordered_json(uint64_t(outcome.scalars[s])) : ordered_json(outcome.scalars[s]);
    }
    ArrayWork work = array_work(design, result);
    if (work.possible > 0) {
        j["array"] = {{"processing_elements", work.processing_elements},
                      {"operations", work.operations},
                      {"utilisation", array_utilisation(design, result)}};
    }
    j["check"] = verdict_json(outcome);
    j["processes"] = ordered_json::array();
    for (size_t p = 0; p < design.processes.size(); p++) {
        j["processes"].push_back(process_json(design.processes[p], result.processes[p]));
    }
    j["buffers"] = ordered_json::array();
    for (size_t b = 0; b < design.buffers.size(); b++) {
        j["buffers"].push_back(buffer_json(design.buffers[b], result.buffers[b]));
    }
    j["ports"] = ordered_json::array();
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const TensorDescription &tensor = design.tensors[t];
        j["ports"].push_back(
            port_json(tensor, tensor.is_output ? "output" : "input", result.ports[t]));
    }
    for (size_t t = 0; t < design.scratch.size(); t++) {
        const TensorDescription &tensor = design.scratch[t];
        j["ports"].push_back(port_json(tensor, "scratch read", result.scratch[t].read));
        j["ports"].push_back(port_json(tensor, "scratch write", result.scratch[t].written));
    }
    j["simulation"] = {{"seconds", result.seconds},
                       {"cycles", result.simulated_cycles},
                       {"cycles_per_second", cycles_per_second(result)}};
    return j.dump(2) + "\n";
}

void write_atomically(const std::filesystem::path &file, const std::string &text) {
    std::filesystem::path temporary = file;
    temporary += fmt::format(".{}.partial", getpid());
    std::ofstream out(temporary, std::ios::binary);
    out << text;
    out.close();
    std::error_code error;
    if (out) {
        std::filesystem::rename(temporary, file, error);
    }
    if (!out || error) {
        std::filesystem::remove(temporary, error);
        user_error("{}: cannot be written", file.string());
    }
}

} // namespace Orrery::sim
