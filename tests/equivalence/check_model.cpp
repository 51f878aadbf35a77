#include "tests/equivalence/check_model.h"

#include "hwgen/model/timeline.h"
#include "sim/prediction.h"

#include <fmt/format.h>

namespace Orrery::test {

std::string wrong_predictions(const std::filesystem::path &directory,
                              const sim::RunOptions &options, const sim::Result &result) {
    const sim::HardwareIr hardware = sim::read_hardware_ir(directory);
    model::Run run;
    run.memory = {options.memory.latency, options.memory.queue_bursts};
    run.starts = result.started;
    run.bases = result.bases;
    const model::Prediction prediction = model::predict(hardware.design, hardware.timing, run);
    std::string wrong;
    for (const sim::ComparedNumber &n : sim::compare(hardware, prediction, result)) {
        if (n.predicted != n.simulated) {
            wrong +=
                fmt::format("  {}: predicted {}, simulated {}\n", n.name, n.predicted, n.simulated);
        }
    }
    return wrong;
}

} // namespace Orrery::test
