#pragma once
#include "hwgen/hwir/timing.h"
#include "hwgen/model/prediction.h"
#include "sim/simulator.h"

#include <filesystem>

/// The prediction of a design beside its simulation.
namespace Orrery::sim {

/// A design as the model reads it, from its directory's design.hwir.json.
struct HardwareIr {
    hwir::Design design;
    hwir::Timing timing;
};
HardwareIr read_hardware_ir(const std::filesystem::path &directory);

/// One number that was predicted and measured.
struct ComparedNumber {
    std::string name; ///< "acc_s1 stalled: data in tile"
    uint64_t predicted = 0, simulated = 0;
    bool in_cycles = false; ///< depends on time
};

/// All numbers of a run, in the order of the report: cycles, then those of processes, buffers and
/// ports.
std::vector<ComparedNumber> compare(const HardwareIr &hardware, const model::Prediction &prediction,
                                    const Result &result);

/// Predicts a run without random stalls that began with a reset, of the design in a directory, and
/// says which numbers differ from those measured; empty if none. For tests.
std::string wrong_predictions(const std::filesystem::path &directory, const RunOptions &options,
                              const Result &result);

} // namespace Orrery::sim
