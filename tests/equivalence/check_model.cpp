#include "tests/equivalence/check_model.h"

#include "hwgen/hwir/serialize.h"
#include "hwgen/model/counts.h"
#include "sim/prediction.h"

#include <fmt/format.h>

namespace Orrery::test {

std::string wrong_predictions(const std::filesystem::path &directory,
                              const sim::RunOptions &options, const sim::Result &result) {
    const sim::HardwareIr hardware = sim::read_hardware_ir(directory);
    if (options.misalignment != 0 || result.invocations != 1) {
        return "";
    }
    const model::Prediction prediction = model::count(
        hardware.design, hardware.timing, std::vector<uint64_t>(hardware.design.tensors.size(), 0));
    std::string wrong;
    for (const sim::ComparedNumber &n : sim::compare(hardware, prediction, result)) {
        if (!n.in_cycles && n.predicted != n.simulated) {
            wrong +=
                fmt::format("  {}: predicted {}, simulated {}\n", n.name, n.predicted, n.simulated);
        }
    }
    return wrong;
}

} // namespace Orrery::test
