#include "tests/dataflows/rate.h"

#include "hwgen/support/error.h"

namespace Orrery::test {

Rate::Rate(const dataflows::Layer &layer, const dataflows::Dataflow &dataflow,
           const sim::DesignDescription &design, const sim::Result &result)
    : cycles_(result.cycles), least_(uint64_t(dataflows::least_cycles(layer, dataflow))),
      limit_(least_) {
    utilisation_ = double(layer.multiplications()) /
                   (double(dataflow.processing_elements()) * double(cycles_));
    for (size_t p = 0; p < design.processes.size(); p++) {
        const sim::ProcessDescription &process = design.processes[p];
        const sim::ProcessCounts &counts = result.processes[p];
        if (process.processing_elements > 0) {
            points_ = counts.busy;
            for (size_t s = 0; s < counts.stalls.size(); s++) {
                stalls_ +=
                    fmt::format(", {} cycles for {}", counts.stalls[s], process.stalls[s].cause);
            }
        } else {
            add_limit(counts.busy, fmt::format("{} takes {} cycles to fill or drain, the array {}",
                                               process.name, counts.busy, least_));
        }
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const sim::TensorDescription &tensor = design.tensors[t];
        const uint64_t bytes = result.ports[t].bytes;
        add_limit(result.ports[t].beats,
                  fmt::format("port {}: the array needs {:.2f} bytes per cycle, the bus has {}",
                              tensor.name, double(bytes) / double(least_),
                              tensor.port.bus_bytes()));
    }
}

void Rate::add_limit(uint64_t cycles, const std::string &what) {
    if (cycles > limit_) {
        limit_ = cycles;
        limited_by_ = what;
    }
}

std::string Rate::text() const {
    std::string text =
        fmt::format("{:7} cycles, least {:7}: {:5.1f} % of the array, {:5.1f} % of "
                    "what it could be",
                    cycles_, least_, 100 * utilisation_, 100 * double(least_) / double(cycles_));
    if (!limited_by_.empty()) {
        text += fmt::format(", {:5.1f} % of the limit: {}", 100 * double(limit_) / double(cycles_),
                            limited_by_);
    }
    return text;
}

std::string Rate::fault() const {
    if (points_ != least_) {
        return fmt::format("the array takes {} points, not {}", points_, least_);
    }
    if (cycles_ > 5000 && double(cycles_) * 0.9 > double(limit_)) {
        return text() + "; the array waited" + stalls_;
    }
    return "";
}

} // namespace Orrery::test
