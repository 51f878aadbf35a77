#pragma once
#include "sim/simulator.h"

#include <string>
#include <vector>

namespace Orrery::sim {

/// Watches a run: reports progress, and stops a design that does nothing any more.
///
/// Without a handshake on any memory port for RunOptions::watchdog_cycles, the counters are read
/// twice. When no counter of work has moved, the run fails; every process whose stall counters move
/// is named with the causes of its stall.
class Supervisor {
public:
    /// `start` is the cycle in which the design was started.
    Supervisor(const DesignDescription &design, Testbench &testbench, const RunOptions &options,
               uint64_t start);

    /// Called now and then during the run. Throws SimulationFailure.
    void look();

private:
    struct Sample {
        std::vector<uint32_t> work; ///< low words of busy, operations, reads and writes
        std::vector<std::vector<uint32_t>> stalls; ///< per process
    };
    Sample sample();
    std::string waiting_processes(const Sample &before, const Sample &after) const;

    const DesignDescription &design_;
    Testbench &testbench_;
    const RunOptions &options_;
    uint64_t start_, progress_cycle_, traffic_cycle_, handshakes_;
};

} // namespace Orrery::sim
