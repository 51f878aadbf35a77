#include "sim/simulator.h"

#include "hwgen/support/error.h"
#include "sim/supervisor.h"

#include <algorithm>
#include <chrono>

namespace Orrery::sim {

namespace {

constexpr uint32_t status_busy = 1, status_done = 2, status_bus_error = 4;
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

/// Memory for every tensor, each in pages of its own, in order, with random gaps.
std::vector<TensorMemory> place_tensors(const DesignDescription &design, const RunOptions &options,
                                        Random &random) {
    int address_bits = 64;
    for (const TensorDescription &t : design.tensors) {
        address_bits = std::min(address_bits, t.port.address_bits);
    }
    // All bases stay in the first quarter or the next one: upper address bits are used as well.
    uint64_t next = (uint64_t(1) << (address_bits - 2)) / page_bytes * (1 + random.below(2));
    std::vector<TensorMemory> memories;
    for (const TensorDescription &t : design.tensors) {
        uint64_t element = t.element_bytes();
        uint64_t off = options.misalignment < 0 ? random.below(page_bytes)
                                                : uint64_t(options.misalignment) % page_bytes;
        uint64_t base = next * page_bytes + off / element * element;
        uint64_t size = t.span_bytes();
        memories.emplace_back(base, size, random);
        next = (base + size) / page_bytes + 2 + random.below(16);
        if (address_bits < 64 && next * page_bytes > (uint64_t(1) << address_bits)) {
            user_error("design {}: the tensors do not fit into {} address bits", design.name,
                       address_bits);
        }
    }
    return memories;
}

/// One run from the base addresses to the counters.
class Run {
public:
    Run(const DesignDescription &design, Testbench &testbench, const RunOptions &options,
        Result &result)
        : design_(design), testbench_(testbench), options_(options),
          scalars_(design.scalar_values(options.scalars)), result_(result) {}

    void execute(const std::vector<TensorMemory> &memories) {
        write_scalars();
        for (size_t i = 0; i < memories.size(); i++) {
            uint32_t offset = design_.tensors[i].base_register;
            testbench_.write_register(offset, static_cast<uint32_t>(memories[i].base()));
            if (design_.tensors[i].port.address_bits > 32) {
                testbench_.write_register(offset + 4,
                                          static_cast<uint32_t>(memories[i].base() >> 32));
            }
        }
        testbench_.forget_interrupt();
        testbench_.write_register(register_offset(design_, "control"), 1);
        uint64_t start = testbench_.last_write_cycle();
        wait(start);
        testbench_.check_idle();
        check_status();
        read_counters(testbench_.interrupt_cycle() - start);
        testbench_.check_idle();
    }

private:
    void write_scalars() {
        for (size_t i = 0; i < scalars_.size(); i++) {
            const ScalarDescription &scalar = design_.scalars[i];
            testbench_.write_register(scalar.offset, static_cast<uint32_t>(scalars_[i]));
            if (scalar.type.bits > 32) {
                testbench_.write_register(scalar.offset + 4,
                                          static_cast<uint32_t>(scalars_[i] >> 32));
            }
        }
    }

    void wait(uint64_t start) {
        Supervisor supervisor(design_, testbench_, options_, start);
        while (testbench_.interrupt_cycle() == 0) {
            testbench_.tick();
            uint64_t cycles = testbench_.cycle() - start;
            if (cycles % cycles_between_looks == 0 || cycles == options_.max_cycles + 1) {
                supervisor.look();
            }
        }
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
    const std::vector<int64_t> scalars_; ///< one per scalar of the design
    Result &result_;
};

/// Elements with a byte that the design has not stored.
uint64_t count_unwritten(const TensorDescription &tensor, const TensorMemory &memory) {
    uint64_t count = 0;
    int64_t bytes = tensor.element_bytes();
    for_each_element(tensor, [&](const int *, int64_t offset) {
        bool stored = true;
        for (int64_t b = 0; b < bytes; b++) {
            stored = stored && memory.stored(offset * bytes + b);
        }
        count += !stored;
    });
    return count;
}

/// Bytes between the elements of a tensor with gaps that the design has stored.
uint64_t count_stray(const TensorDescription &tensor, const TensorMemory &memory) {
    int64_t bytes = tensor.element_bytes();
    if (tensor.element_count() * bytes == tensor.span_bytes()) {
        return 0;
    }
    std::vector<bool> stray(tensor.span_bytes());
    for (size_t i = 0; i < stray.size(); i++) {
        stray[i] = memory.stored(i);
    }
    for_each_element(tensor, [&](const int *, int64_t offset) {
        std::fill_n(stray.begin() + offset * bytes, bytes, false);
    });
    return std::count(stray.begin(), stray.end(), true);
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
    if (tensors.size() != design_->tensors.size()) {
        user_error("design {} has {} tensors, {} buffers are given", design_->name,
                   design_->tensors.size(), tensors.size());
    }
    const DesignDescription design = design_->at(design_->scalar_values(options.scalars));
    Random random(options.seed, 2);
    std::vector<TensorMemory> memories = place_tensors(design, options, random);
    for (size_t i = 0; i < tensors.size(); i++) {
        check_buffer(design.tensors[i], tensors[i]);
        if (!design.tensors[i].is_output) {
            store_tensor(design.tensors[i], tensors[i], memories[i]);
        }
    }
    bool fresh = !testbench_;
    if (fresh) {
        testbench_ = std::make_unique<Testbench>(*design_, model_, options.seed);
    }
    testbench_->connect(memories, options.memory, options.seed);
    testbench_->violations().clear();
    if (!options.trace_file.empty() && !testbench_->open_trace(options.trace_file)) {
        user_error("{}: the waveform cannot be written (is the model built with tracing?)",
                   options.trace_file);
    }
    Result result = execute(memories, options, fresh);
    testbench_->close_trace();
    for (size_t i = 0; i < tensors.size(); i++) {
        result.ports.push_back(testbench_->traffic(i));
        if (design.tensors[i].is_output) {
            take_output(design.tensors[i], memories[i], tensors[i], result);
        }
    }
    testbench_->disconnect();
    result.violations = testbench_->violations().violations();
    result.violation_count = testbench_->violations().count();
    if (!result.failure.empty() || result.violation_count != 0) {
        testbench_.reset(); // the next run starts from a new instance
    }
    return result;
}

Result Simulator::execute(std::vector<TensorMemory> &memories, const RunOptions &options,
                          bool with_reset) {
    Result result;
    uint64_t first_cycle = testbench_->cycle();
    auto begin = std::chrono::steady_clock::now();
    try {
        if (with_reset) {
            testbench_->reset();
        }
        Run(*design_, *testbench_, options, result).execute(memories);
    } catch (const SimulationFailure &failure) {
        result.failure = failure.what();
    }
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    result.seconds = elapsed.count();
    result.simulated_cycles = testbench_->cycle() - first_cycle;
    result.messages = testbench_->take_messages();
    // A run that failed has not read all of its counters.
    result.processes.resize(design_->processes.size());
    for (size_t p = 0; p < result.processes.size(); p++) {
        result.processes[p].stalls.resize(design_->processes[p].stalls.size());
    }
    result.buffers.resize(design_->buffers.size());
    return result;
}

void Simulator::take_output(const TensorDescription &tensor, const TensorMemory &memory,
                            Buffer &buffer, Result &result) {
    load_tensor(tensor, memory, buffer);
    result.unwritten_elements += count_unwritten(tensor, memory);
    if (uint64_t stray = count_stray(tensor, memory)) {
        testbench_->violations().add(
            testbench_->cycle(), tensor.port.prefix,
            fmt::format("{} bytes between the elements of the tensor were stored", stray));
    }
}

} // namespace Orrery::sim
