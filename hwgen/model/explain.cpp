#include "hwgen/model/explain.h"

#include "hwgen/hwir/timing.h"

#include <algorithm>
#include <map>
#include <set>

namespace Orrery::model {

namespace {

using Kind = hwir::Wait::Kind;

/// The tensors from which the values of a buffer come.
void add_sources(const hwir::Design &design, int buffer, std::set<int> &buffers,
                 std::set<std::string> &tensors) {
    if (!buffers.insert(buffer).second) {
        return;
    }
    for (const hwir::TokenUse &writer : design.buffers[buffer].writers) {
        for (const hwir::Access &load : design.processes[writer.process].loads) {
            if (load.kind == hwir::MemoryKind::Tensor) {
                tensors.insert(design.tensors[load.memory].name);
            } else {
                add_sources(design, load.memory, buffers, tensors);
            }
        }
    }
}

std::string joined(const std::set<std::string> &names) {
    std::string text;
    for (const std::string &n : names) {
        text += (text.empty() ? "" : ", ") + n;
    }
    return text;
}

std::string cause_of(const hwir::Design &design, const hwir::Wait &wait) {
    switch (wait.kind) {
    case Kind::Load:
    case Kind::Store:
        return "memory: " + design.tensors[design.streams[wait.number].tensor].name;
    case Kind::Write:
        return "readers of " + design.buffers[wait.number].name;
    case Kind::Read:
        break;
    }
    std::set<int> seen;
    std::set<std::string> tensors;
    add_sources(design, wait.number, seen, tensors);
    return design.buffers[wait.number].name +
           (tensors.empty() ? "" : " (from " + joined(tensors) + ")");
}

} // namespace

std::vector<ProcessLosses> losses(const hwir::Design &design, const hwir::Timing &timing,
                                  const Prediction &prediction) {
    std::vector<ProcessLosses> all;
    for (size_t p = 0; p < design.processes.size(); p++) {
        const ProcessPrediction &predicted = prediction.processes[p];
        ProcessLosses lost;
        lost.busy = predicted.busy;
        lost.lanes = uint64_t(hwir::lane_count(design.processes[p]));
        lost.ragged = double(predicted.idle_lanes) / double(lost.lanes);
        uint64_t under_way = predicted.busy;
        for (size_t i = 0; i < predicted.stalls.size(); i++) {
            under_way += predicted.stalls[i];
            if (predicted.stalls[i] != 0) {
                lost.waits.push_back(
                    {cause_of(design, timing.processes[p].waits[i]), predicted.stalls[i]});
            }
        }
        std::stable_sort(lost.waits.begin(), lost.waits.end(),
                         [](const Loss &a, const Loss &b) { return a.cycles > b.cycles; });
        lost.idle = prediction.cycles - std::min(prediction.cycles, under_way);
        all.push_back(std::move(lost));
    }
    return all;
}

std::vector<Bound> bounds(const hwir::Design &design, const Prediction &prediction) {
    std::vector<Bound> all;
    for (size_t p = 0; p < design.processes.size(); p++) {
        const hwir::Process &process = design.processes[p];
        all.push_back({(process.array ? "array " : "process ") + process.name,
                       prediction.processes[p].busy, false});
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const TensorPrediction &traffic = prediction.tensors[t];
        if (traffic.read.beats != 0) {
            all.push_back({"port " + design.tensors[t].name + " (read)", traffic.read.beats, true});
        }
        if (traffic.written.beats != 0) {
            all.push_back(
                {"port " + design.tensors[t].name + " (written)", traffic.written.beats, true});
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Bound &a, const Bound &b) { return a.cycles > b.cycles; });
    return all;
}

std::vector<Relief> reliefs(const hwir::Design &design, const hwir::Timing &timing, const Run &run,
                            uint64_t cycles) {
    std::vector<Relief> all;
    auto attempt = [&](const std::string &change, const hwir::Design &changed,
                       const Run &changed_run) {
        const uint64_t then = predict(changed, timing, changed_run).cycles;
        if (then < cycles) {
            all.push_back({change, then});
        }
    };
    for (size_t b = 0; b < design.buffers.size(); b++) {
        if (design.buffers[b].slots == 1) {
            hwir::Design changed = design;
            changed.buffers[b].slots = 2;
            attempt("2 slots in " + design.buffers[b].func, changed, run);
        }
    }
    constexpr int widest_bus = 512;
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const hwir::Tensor &tensor = design.tensors[t];
        hwir::Design changed = design;
        changed.tensors[t].outstanding_bursts *= 2;
        attempt("port " + tensor.name + ": " + std::to_string(2 * tensor.outstanding_bursts) +
                    " bursts in flight",
                changed, run);
        if (tensor.bus_bits < widest_bus) {
            changed = design;
            changed.tensors[t].bus_bits *= 2;
            attempt("port " + tensor.name + ": bus of " + std::to_string(2 * tensor.bus_bits) +
                        " bits",
                    changed, run);
        }
    }
    if (run.memory.latency > 1) {
        Run changed = run;
        changed.memory.latency = run.memory.latency / 2;
        attempt("memory: latency of " + std::to_string(changed.memory.latency) + " cycles", design,
                changed);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Relief &a, const Relief &b) { return a.cycles < b.cycles; });
    return all;
}

} // namespace Orrery::model
