#include "sim/supervisor.h"

#include <fmt/format.h>

#include <algorithm>

namespace Orrery::sim {

namespace {

constexpr uint64_t progress_cycles = 65'536;
constexpr int cycles_between_samples = 256;

} // namespace

Supervisor::Supervisor(const DesignDescription &design, Testbench &testbench,
                       const RunOptions &options, uint64_t start)
    : design_(design), testbench_(testbench), options_(options), start_(start),
      progress_cycle_(start), traffic_cycle_(start), handshakes_(testbench.handshakes()) {}

void Supervisor::look() {
    uint64_t cycle = testbench_.cycle();
    if (options_.progress && cycle - progress_cycle_ >= progress_cycles) {
        progress_cycle_ = cycle;
        options_.progress(cycle - start_);
    }
    if (options_.max_cycles != 0 && cycle - start_ > options_.max_cycles) {
        throw SimulationFailure(
            fmt::format("the design is not done after {} cycles", options_.max_cycles));
    }
    if (uint64_t handshakes = testbench_.handshakes(); handshakes != handshakes_) {
        handshakes_ = handshakes;
        traffic_cycle_ = cycle;
    }
    if (cycle - traffic_cycle_ < options_.watchdog_cycles) {
        return;
    }
    uint64_t interrupts = testbench_.interrupts();
    Sample before = sample();
    for (int i = 0; i < cycles_between_samples; i++) {
        testbench_.tick();
    }
    Sample after = sample();
    if (before.work == after.work && testbench_.handshakes() == handshakes_ &&
        testbench_.interrupts() == interrupts) {
        throw SimulationFailure(fmt::format("the design has made no progress since cycle {}{}",
                                            traffic_cycle_ - start_,
                                            waiting_processes(before, after)));
    }
    traffic_cycle_ = testbench_.cycle();
}

Supervisor::Sample Supervisor::sample() {
    Sample s;
    auto read = [&](const CounterDescription &counter) {
        s.work.push_back(testbench_.read_register(counter.offset));
    };
    for (const ProcessDescription &process : design_.processes) {
        if (process.busy) {
            read(*process.busy);
        }
        if (process.operations) {
            read(*process.operations);
        }
        std::vector<uint32_t> &stalls = s.stalls.emplace_back();
        for (const StallDescription &stall : process.stalls) {
            stalls.push_back(testbench_.read_register(stall.counter.offset));
        }
    }
    for (const BufferDescription &buffer : design_.buffers) {
        std::for_each(buffer.reads.begin(), buffer.reads.end(), read);
        std::for_each(buffer.writes.begin(), buffer.writes.end(), read);
    }
    return s;
}

std::string Supervisor::waiting_processes(const Sample &before, const Sample &after) const {
    std::string text;
    for (size_t p = 0; p < design_.processes.size(); p++) {
        const ProcessDescription &process = design_.processes[p];
        std::string causes;
        for (size_t i = 0; i < process.stalls.size(); i++) {
            if (before.stalls[p][i] != after.stalls[p][i]) {
                causes += (causes.empty() ? "" : ", ") + process.stalls[i].cause;
            }
        }
        if (!causes.empty()) {
            text += fmt::format("\n  process {} waits for {}", process.name, causes);
        }
    }
    return text.empty() ? "; no process counts a stall" : text;
}

} // namespace Orrery::sim
