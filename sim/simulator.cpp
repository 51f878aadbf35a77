#include "sim/simulator.h"

#include "hwgen/support/error.h"
#include "sim/supervisor.h"

#include <algorithm>
#include <chrono>
#include <fstream>

namespace Orrery::sim {

namespace {

constexpr uint32_t status_busy = 1, status_done = 2, status_bus_error = 4, status_refused = 8;
constexpr uint64_t most_under_way = 2; ///< invocations: one runs, one is started behind it
constexpr uint64_t page_bytes = 4096;
constexpr uint64_t cycles_between_looks = 1024;
constexpr int status_reads = 16; ///< after the interrupt, until the design must be done
constexpr uint64_t counter_error =
    16; ///< cycles by which the design's counter may differ from ours

uint32_t register_offset(const DesignDescription &design, const char *name) {
    const RegisterDescription *r = design.find_register(name);
    if (!r) {
        user_error("design {}: the register table has no \"{}\"", design.name, name);
    }
    return r->offset;
}

/// Memory for every tensor, each in pages of its own, in order, with random gaps; those of the
/// invocations one behind the other, with a gap of at least a bus word.
std::vector<PlacedTensor> place_tensors(const std::vector<DesignDescription> &shapes,
                                        const RunOptions &options, Random &random) {
    const DesignDescription &design = shapes.front();
    int address_bits = 64;
    for (size_t i = 0; i < design.memory_count(); i++) {
        const TensorDescription &t = design.memory(i);
        address_bits = std::min(address_bits, t.port.address_bits);
    }
    // All bases stay in the first quarter or the next one: upper address bits are used as well.
    uint64_t next = (uint64_t(1) << (address_bits - 2)) / page_bytes * (1 + random.below(2));
    std::vector<PlacedTensor> placed;
    for (size_t i = 0; i < design.memory_count(); i++) {
        const bool scratch = i >= design.tensors.size(); // one for all invocations
        uint64_t element = design.memory(i).element_bytes(), span = 0;
        for (const DesignDescription &shape : shapes) {
            span = std::max<uint64_t>(span, shape.memory(i).span_bytes());
        }
        uint64_t off = options.misalignment < 0 ? random.below(page_bytes)
                                                : uint64_t(options.misalignment) % page_bytes;
        uint64_t base = next * page_bytes + off / element * element;
        uint64_t step = scratch ? 0 : span;
        if (shapes.size() > 1 && !scratch) {
            uint64_t gap = TensorMemory::alignment + random.below(page_bytes);
            step = (step + gap) / element * element;
        }
        uint64_t size = (shapes.size() - 1) * step + span;
        placed.push_back({TensorMemory(base, size, random), step});
        if (scratch) {
            placed.back().memory.set_loose_order();
        }
        next = (base + size) / page_bytes + 2 + random.below(16);
        if (address_bits < 64 && next * page_bytes > (uint64_t(1) << address_bits)) {
            user_error("design {}: the tensors do not fit into {} address bits", design.name,
                       address_bits);
        }
    }
    return placed;
}

/// One run from the base addresses to the counters.
class Run {
public:
    Run(const DesignDescription &design, Testbench &testbench, const RunOptions &options,
        Result &result)
        : design_(design), testbench_(testbench), options_(options), result_(result) {}

    void execute(const std::vector<PlacedTensor> &placed, size_t invocations) {
        testbench_.forget_interrupts();
        invoke(placed, 0);
        Supervisor supervisor(design_, testbench_, options_, first_start_);
        for (size_t started = 1; result_.finished.size() < invocations;) {
            note_end();
            if (started < invocations && started < testbench_.interrupts() + most_under_way) {
                bool busy = testbench_.interrupts() < started;
                invoke(placed, started);
                note_end();
                never_idle_ = never_idle_ && busy && testbench_.interrupts() < started;
                started++;
                continue;
            }
            if (result_.finished.size() < invocations) {
                tick(supervisor);
            }
        }
        testbench_.check_idle();
        check_status();
        read_counters(result_.finished.back());
        testbench_.check_idle();
    }

private:
    void write_scalars(const std::vector<int64_t> &scalars) {
        for (size_t i = 0; i < scalars.size(); i++) {
            const ScalarDescription &scalar = design_.scalars[i];
            testbench_.write_register(scalar.offset, static_cast<uint32_t>(scalars[i]));
            if (scalar.type.bits > 32) {
                testbench_.write_register(scalar.offset + 4,
                                          static_cast<uint32_t>(scalars[i] >> 32));
            }
        }
    }

    /// Writes the addresses of an invocation and starts it.
    void invoke(const std::vector<PlacedTensor> &placed, size_t invocation) {
        result_.scalars.push_back(design_.scalar_values(options_.scalars_of(invocation)));
        write_scalars(result_.scalars.back());
        std::vector<uint64_t> bases;
        for (size_t i = 0; i < placed.size(); i++) {
            uint32_t offset = design_.memory(i).base_register;
            uint64_t base = placed[i].memory.base() + placed[i].from(invocation);
            bases.push_back(base);
            testbench_.write_register(offset, static_cast<uint32_t>(base));
            if (design_.memory(i).port.address_bits > 32) {
                testbench_.write_register(offset + 4, static_cast<uint32_t>(base >> 32));
            }
        }
        testbench_.write_register(register_offset(design_, "control"), 1);
        first_start_ = invocation == 0 ? testbench_.last_write_cycle() : first_start_;
        result_.started.push_back(testbench_.last_write_cycle() - first_start_);
        result_.bases.push_back(std::move(bases));
    }

    /// Notes the cycles in which invocations have ended. Two may end while a register is written:
    /// both count with the later cycle.
    void note_end() {
        while (result_.finished.size() < testbench_.interrupts()) {
            result_.finished.push_back(testbench_.interrupt_cycle() - first_start_);
        }
    }

    void tick(Supervisor &supervisor) {
        testbench_.tick();
        uint64_t cycles = testbench_.cycle() - first_start_;
        if (cycles % cycles_between_looks == 0 || cycles == options_.max_cycles + 1) {
            supervisor.look();
        }
        note_end();
    }

    void check_status() {
        uint32_t status = 0;
        for (int i = 0; i < status_reads; i++) {
            status = testbench_.read_register(register_offset(design_, "status"));
            if ((status & (status_busy | status_done)) == status_done) {
                break;
            }
        }
        if ((status & (status_busy | status_done)) != status_done) {
            throw SimulationFailure(
                fmt::format("interrupt, but the status is {:#x} (busy {}, done {})", status,
                            status & status_busy, (status & status_done) / status_done));
        }
        if (status & status_bus_error) {
            throw SimulationFailure("the design reports a bus error in its status");
        }
        if (status & status_refused) {
            throw SimulationFailure("the design has refused a start");
        }
    }

    uint64_t optional(const std::optional<CounterDescription> &counter) {
        return counter ? testbench_.read_counter(*counter) : 0;
    }

    uint64_t sum(const std::vector<CounterDescription> &counters) {
        uint64_t total = 0;
        for (const CounterDescription &counter : counters) {
            total += testbench_.read_counter(counter);
        }
        return total;
    }

    void read_counters(uint64_t measured) {
        result_.cycles = testbench_.read_counter({"cycles", register_offset(design_, "cycles")});
        if (!never_idle_) { // the design's counter has begun again
            result_.cycles = measured;
        }
        if (result_.cycles > measured + counter_error ||
            measured > result_.cycles + counter_error) {
            testbench_.violations().add(
                testbench_.cycle(), design_.control_prefix,
                fmt::format("the cycle counter says {}, from start to interrupt were {}",
                            result_.cycles, measured));
        }
        for (const ProcessDescription &process : design_.processes) {
            ProcessCounts counts;
            counts.busy = optional(process.busy);
            counts.operations = optional(process.operations);
            for (const StallDescription &stall : process.stalls) {
                counts.stalls.push_back(testbench_.read_counter(stall.counter));
            }
            result_.processes.push_back(counts);
        }
        for (const BufferDescription &buffer : design_.buffers) {
            uint64_t reads = sum(buffer.reads);
            result_.buffers.push_back({reads, sum(buffer.writes)});
        }
    }

    const DesignDescription &design_;
    Testbench &testbench_;
    const RunOptions &options_;
    Result &result_;
    uint64_t first_start_ = 0;
    bool never_idle_ = true; ///< between the invocations, for certain
};

/// Elements with a byte that the design has not stored.
uint64_t count_unwritten(const TensorDescription &tensor, const TensorMemory &memory,
                         uint64_t from) {
    uint64_t count = 0;
    int64_t bytes = tensor.element_bytes();
    for_each_element(tensor, [&](const int *, int64_t offset) {
        bool stored = true;
        for (int64_t b = 0; b < bytes; b++) {
            stored = stored && memory.stored(from + offset * bytes + b);
        }
        count += !stored;
    });
    return count;
}

/// Bytes between the elements, and between the invocations, that the design has stored.
uint64_t count_stray(const std::vector<DesignDescription> &shapes, size_t tensor,
                     const PlacedTensor &placed) {
    const TensorMemory &memory = placed.memory;
    std::vector<bool> stray(memory.size());
    for (size_t i = 0; i < stray.size(); i++) {
        stray[i] = memory.stored(i);
    }
    for (size_t n = 0; n < shapes.size(); n++) {
        int64_t bytes = shapes[n].tensors[tensor].element_bytes();
        for_each_element(shapes[n].tensors[tensor], [&](const int *, int64_t offset) {
            std::fill_n(stray.begin() + placed.from(n) + offset * bytes, bytes, false);
        });
    }
    return std::count(stray.begin(), stray.end(), true);
}

void open_waveform(Testbench &testbench, const std::string &file) {
    if (!testbench.open_trace(file)) {
        user_error("{}: the waveform cannot be written (is the model built with tracing?)", file);
    }
    // The library that writes waveforms does not say that a file cannot be made.
    if (!std::ofstream(file, std::ios::app)) {
        testbench.close_trace();
        user_error("{}: the waveform cannot be written there", file);
    }
}

} // namespace

Simulator::Simulator(const std::filesystem::path &directory, const BuildOptions &options)
    : design_(std::make_unique<DesignDescription>(read_design(directory))),
      model_(build_model(*design_, options)) {}

Simulator::Simulator(DesignDescription design, Model model)
    : design_(std::make_unique<DesignDescription>(std::move(design))), model_(std::move(model)) {}

Simulator::~Simulator() = default;
Simulator::Simulator(Simulator &&) noexcept = default;

Result Simulator::run(std::vector<Buffer> &tensors, const RunOptions &options) {
    std::vector<std::vector<Buffer>> one{std::move(tensors)};
    try {
        Result result = run(one, options);
        tensors = std::move(one[0]);
        return result;
    } catch (...) {
        tensors = std::move(one[0]);
        throw;
    }
}

Result Simulator::run(std::vector<std::vector<Buffer>> &invocations, const RunOptions &options) {
    if (invocations.empty()) {
        user_error("design {}: no invocation is given", design_->name);
    }
    for (const std::vector<Buffer> &tensors : invocations) {
        if (tensors.size() != design_->tensors.size()) {
            user_error("design {} has {} tensors, {} buffers are given", design_->name,
                       design_->tensors.size(), tensors.size());
        }
    }
    std::vector<DesignDescription> shapes; // of each invocation; what is impossible is refused here
    for (size_t n = 0; n < invocations.size(); n++) {
        shapes.push_back(design_->at(design_->scalar_values(options.scalars_of(n))));
    }
    Random random(options.seed, 2);
    std::vector<PlacedTensor> placed = place_tensors(shapes, options, random);
    std::vector<TensorMemory *> memories;
    for (size_t i = 0; i < placed.size(); i++) {
        memories.push_back(&placed[i].memory);
        for (size_t n = 0; n < invocations.size() && i < design_->tensors.size(); n++) {
            const TensorDescription &tensor = shapes[n].tensors[i];
            check_buffer(tensor, invocations[n][i]);
            if (!tensor.is_output) {
                store_tensor(tensor, invocations[n][i], placed[i].memory, placed[i].from(n));
            }
        }
    }
    bool fresh = !testbench_ || options.reset;
    if (!testbench_) {
        testbench_ = std::make_unique<Testbench>(*design_, model_, options.seed);
    }
    testbench_->connect(memories, options.memory, options.seed);
    testbench_->violations().clear();
    if (!options.trace_file.empty()) {
        open_waveform(*testbench_, options.trace_file);
    }
    Result result = execute(placed, invocations.size(), options, fresh);
    testbench_->close_trace();
    for (size_t i = 0; i < design_->tensors.size(); i++) {
        result.ports.push_back(testbench_->traffic(i));
        if (design_->tensors[i].is_output) {
            take_outputs(shapes, i, placed[i], invocations, result);
        }
    }
    for (size_t i = 0; i < design_->scratch.size(); i++) {
        result.scratch.push_back({testbench_->scratch_reads(i), testbench_->scratch_writes(i)});
    }
    testbench_->disconnect();
    result.violations = testbench_->violations().violations();
    result.violation_count = testbench_->violations().count();
    if (!result.failure.empty() || result.violation_count != 0) {
        testbench_.reset(); // the next run starts from a new instance
    }
    return result;
}

Result Simulator::execute(const std::vector<PlacedTensor> &placed, size_t invocations,
                          const RunOptions &options, bool with_reset) {
    Result result;
    result.invocations = invocations;
    uint64_t first_cycle = testbench_->cycle();
    auto begin = std::chrono::steady_clock::now();
    try {
        if (with_reset) {
            testbench_->reset();
        }
        Run(*design_, *testbench_, options, result).execute(placed, invocations);
    } catch (const SimulationFailure &failure) {
        result.failure = failure.what();
    }
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    result.seconds = elapsed.count();
    result.simulated_cycles = testbench_->cycle() - first_cycle;
    result.messages = testbench_->take_messages();
    result.unwritten_reads = testbench_->unwritten_reads();
    // A run that failed has not read all of its counters.
    result.processes.resize(design_->processes.size());
    for (size_t p = 0; p < result.processes.size(); p++) {
        result.processes[p].stalls.resize(design_->processes[p].stalls.size());
    }
    result.buffers.resize(design_->buffers.size());
    return result;
}

void Simulator::take_outputs(const std::vector<DesignDescription> &shapes, size_t tensor,
                             const PlacedTensor &placed,
                             std::vector<std::vector<Buffer>> &invocations, Result &result) {
    for (size_t n = 0; n < invocations.size(); n++) {
        const TensorDescription &description = shapes[n].tensors[tensor];
        load_tensor(description, placed.memory, invocations[n][tensor], placed.from(n));
        result.unwritten_elements += count_unwritten(description, placed.memory, placed.from(n));
    }
    if (uint64_t stray = count_stray(shapes, tensor, placed)) {
        testbench_->violations().add(
            testbench_->cycle(), design_->tensors[tensor].port.prefix,
            fmt::format("{} bytes between the elements of the tensor were stored", stray));
    }
}

} // namespace Orrery::sim
