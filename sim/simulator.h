#pragma once
#include "sim/tensors.h"
#include "sim/testbench.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace Orrery::sim {

struct RunOptions {
    std::map<std::string, int64_t> scalars; ///< by name; others take their default
    std::vector<std::map<std::string, int64_t>>
        invocation_scalars; ///< instead, of each invocation that has some
    const std::map<std::string, int64_t> &scalars_of(size_t invocation) const {
        return invocation < invocation_scalars.size() ? invocation_scalars[invocation] : scalars;
    }
    MemoryTiming memory;
    uint64_t seed = 1; ///< of addresses, stalls, unused bytes and the registers before reset
    uint64_t max_cycles =
        0; ///< 0: no limit; a design that makes no progress is stopped all the same
    /// Bytes by which the tensors' addresses miss a 4 KB boundary (rounded down to whole elements);
    /// negative: random.
    int64_t misalignment = 0;
    bool reset = false; ///< begin with a reset, as the first run does
    uint64_t watchdog_cycles = 20'000; ///< without traffic, before the counters are looked at
    std::string trace_file; ///< FST waveform; needs a model built with BuildOptions::trace
    std::function<void(uint64_t cycles)> progress; ///< called about every 65,536 cycles
};

struct ProcessCounts {
    uint64_t busy = 0, operations = 0;
    std::vector<uint64_t> stalls; ///< in the order of ProcessDescription::stalls
};

struct BufferCounts {
    uint64_t reads = 0, writes = 0;
};

/// What one run of the design gave: one invocation, or several that follow each other without a
/// pause.
struct Result {
    /// From start to done, of the design's own counter; of several invocations, from the first
    /// start to the last done as they were seen.
    uint64_t cycles = 0;
    uint64_t invocations = 1;
    std::vector<uint64_t> started; ///< cycle in which each one was started, from the first start
    std::vector<std::vector<int64_t>> scalars; ///< of each: in the order of the design
    std::vector<std::vector<uint64_t>>
        bases; ///< of each: addresses of the tensors, then of the scratch tensors
    std::vector<uint64_t> finished; ///< cycle in which each invocation ended, from the first start
    std::string failure;            ///< empty: the run came to its end
    std::string messages;           ///< text that the design printed
    std::vector<std::string> unwritten_reads; ///< memories that gave noise: see Testbench
    std::vector<Violation> violations;        ///< the first ones
    uint64_t violation_count = 0;
    uint64_t unwritten_elements = 0;      ///< of outputs, never stored by the design
    std::vector<ProcessCounts> processes; ///< as in the design's description
    std::vector<BufferCounts> buffers;
    std::vector<PortTraffic> ports; ///< one per tensor
    struct ScratchTraffic {
        PortTraffic read, written;
    };
    std::vector<ScratchTraffic> scratch; ///< one per scratch tensor
    double seconds = 0;                  ///< of wall clock, in the simulation
    uint64_t simulated_cycles =
        0; ///< in these seconds: setting up and reading of counters included

    /// The design ran to its end and broke no rule. Says nothing of the values.
    bool clean() const {
        return failure.empty() && violation_count == 0 && unwritten_elements == 0;
    }
};

/// The memory of a tensor of all invocations: invocation i begins i * step bytes behind the base.
struct PlacedTensor {
    TensorMemory memory;
    uint64_t step = 0;
    uint64_t from(size_t invocation) const { return invocation * step; }
};

/// Runs a verilated design on buffers, again and again if wanted. A run that fails is followed by a
/// reset.
class Simulator {
public:
    /// Reads the design, and builds the model unless it is there already.
    explicit Simulator(const std::filesystem::path &directory, const BuildOptions &options = {});
    /// For a model that is there.
    Simulator(DesignDescription design, Model model);
    ~Simulator();
    Simulator(Simulator &&) noexcept;

    const DesignDescription &design() const { return *design_; }
    const Model &model() const { return model_; }

    /// One run. `tensors` has one buffer per tensor of the design, in its order, of the shape that
    /// it has for the scalars of the run (DesignDescription::at); those of the inputs are read,
    /// those of the outputs written; scratch tensors get memory
    /// of their own. Throws UserError for buffers that do not fit; all that the
    /// design does wrong is in the result.
    Result run(std::vector<Buffer> &tensors, const RunOptions &options = {});
    /// Several invocations, each with tensors of its own and started while the one before is under
    /// way. The counters are those since the design was idle: of all of them, if it never was.
    Result run(std::vector<std::vector<Buffer>> &invocations, const RunOptions &options = {});

private:
    Result execute(const std::vector<PlacedTensor> &placed, size_t invocations,
                   const RunOptions &options, bool with_reset);
    void take_outputs(const std::vector<DesignDescription> &shapes, size_t tensor,
                      const PlacedTensor &placed, std::vector<std::vector<Buffer>> &invocations,
                      Result &result);

    std::unique_ptr<DesignDescription> design_;
    Model model_;
    std::unique_ptr<Testbench> testbench_;
};

} // namespace Orrery::sim
