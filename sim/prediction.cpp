#include "sim/prediction.h"

#include "hwgen/hwir/serialize.h"
#include "hwgen/model/timeline.h"
#include "hwgen/support/error.h"
#include "hwgen/support/file.h"

namespace Orrery::sim {

HardwareIr read_hardware_ir(const std::filesystem::path &directory) {
    const std::filesystem::path file = directory / "design.hwir.json";
    HardwareIr hardware;
    hwir::from_json(read_file(file, "Generate the design again"), file.string(), hardware.design,
                    hardware.timing);
    return hardware;
}

namespace {

class Comparison {
public:
    Comparison(const HardwareIr &h, const model::Prediction &p, const Result &r)
        : design(h.design), timing(h.timing), prediction(p), result(r) {}

    std::vector<ComparedNumber> run() {
        add("cycles", prediction.cycles, result.cycles, true);
        for (size_t p = 0; p < design.processes.size(); p++) {
            add_process(p);
        }
        for (size_t b = 0; b < design.buffers.size(); b++) {
            add("reads of " + design.buffers[b].name, prediction.buffers[b].reads,
                result.buffers[b].reads);
            add("writes to " + design.buffers[b].name, prediction.buffers[b].writes,
                result.buffers[b].writes);
        }
        size_t tensor = 0, scratch = 0; // as in the result
        for (size_t t = 0; t < design.tensors.size(); t++) {
            const hwir::Tensor &described = design.tensors[t];
            const bool is_scratch = described.direction == hwir::Direction::Scratch;
            const PortTraffic none;
            const bool reads = described.direction != hwir::Direction::Output;
            const bool writes = described.direction != hwir::Direction::Input;
            const PortTraffic *measured[2] = {&none, &none};
            if (is_scratch) {
                measured[0] = &result.scratch[scratch].read;
                measured[1] = &result.scratch[scratch++].written;
            } else {
                measured[writes] = &result.ports[tensor++];
            }
            if (reads) {
                add_traffic(described.name + " read", prediction.tensors[t].read, *measured[0]);
            }
            if (writes) {
                add_traffic(described.name + " written", prediction.tensors[t].written,
                            *measured[1]);
            }
        }
        return std::move(numbers);
    }

private:
    void add(std::string name, uint64_t predicted, uint64_t simulated, bool in_cycles = false) {
        numbers.push_back({std::move(name), predicted, simulated, in_cycles});
    }

    void add_process(size_t p) {
        const std::string &name = design.processes[p].name;
        const model::ProcessPrediction &predicted = prediction.processes[p];
        const ProcessCounts &measured = result.processes[p];
        add(name + " busy", predicted.busy, measured.busy);
        if (design.processes[p].array) {
            add(name + " operations", predicted.operations, measured.operations);
        }
        const std::vector<hwir::Wait> &waits = timing.processes[p].waits;
        ORRERY_CHECK(waits.size() == measured.stalls.size() &&
                         waits.size() == predicted.stalls.size(),
                     "{}: reasons to wait", name);
        for (size_t i = 0; i < waits.size(); i++) {
            add(name + " stalled: " + waits[i].cause, predicted.stalls[i], measured.stalls[i],
                true);
        }
    }

    void add_traffic(const std::string &name, const model::Traffic &predicted,
                     const PortTraffic &measured) {
        add(name + ": bytes", predicted.bytes, measured.bytes);
        add(name + ": bursts", predicted.bursts, measured.bursts);
        add(name + ": beats", predicted.beats, measured.beats);
    }

    const hwir::Design &design;
    const hwir::Timing &timing;
    const model::Prediction &prediction;
    const Result &result;
    std::vector<ComparedNumber> numbers;
};

} // namespace

std::vector<ComparedNumber> compare(const HardwareIr &hardware, const model::Prediction &prediction,
                                    const Result &result) {
    return Comparison(hardware, prediction, result).run();
}

std::string wrong_predictions(const std::filesystem::path &directory, const RunOptions &options,
                              const Result &result) {
    const HardwareIr hardware = read_hardware_ir(directory);
    const model::Run run{{options.memory.latency, options.memory.queue_bursts},
                         result.started,
                         result.scalars,
                         result.bases};
    std::string wrong;
    for (const ComparedNumber &n :
         compare(hardware, model::predict(hardware.design, hardware.timing, run), result)) {
        if (n.predicted != n.simulated) {
            wrong +=
                fmt::format("  {}: predicted {}, simulated {}\n", n.name, n.predicted, n.simulated);
        }
    }
    return wrong;
}

} // namespace Orrery::sim
