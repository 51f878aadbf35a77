#include "sim/testbench.h"

#include "hwgen/support/error.h"

#include <algorithm>
#include <sstream>

namespace Orrery::sim {

namespace {

constexpr int reset_cycles = 8;
constexpr uint64_t answer_cycles = 10'000; ///< an AXI4-Lite transaction takes no longer

} // namespace

Testbench::Testbench(const DesignDescription &design, const Model &model, uint64_t seed)
    : design_(design), model_(model) {
    size_t outputs = std::count_if(design.tensors.begin(), design.tensors.end(),
                                   [](const TensorDescription &t) { return t.is_output; });
    read_pins_.resize(design.tensors.size() - outputs + design.scratch.size());
    write_pins_.resize(outputs + design.scratch.size());
    pins_.reads = read_pins_.data();
    pins_.writes = write_pins_.data();
    instance_ = model_.functions->create(&pins_, static_cast<uint32_t>(Random(seed).next()));
}

Testbench::~Testbench() { model_.functions->destroy(instance_); }

void Testbench::connect(const std::vector<TensorMemory *> &memories, const MemoryTiming &timing,
                        uint64_t seed) {
    ORRERY_CHECK(memories.size() == design_.memory_count(), "one memory per tensor");
    timing_ = timing;
    random_ = Random(seed, 1);
    disconnect();
    for (size_t i = 0; i < memories.size(); i++) {
        const TensorDescription &tensor = design_.memory(i);
        const bool scratch = i >= design_.tensors.size();
        uint64_t port_seed = random_.next();
        if (tensor.is_output || scratch) {
            writes_.emplace_back(tensor.port, write_pins_[writes_.size()], *memories[i], timing,
                                 port_seed, violations_);
        }
        if (!tensor.is_output) {
            reads_.emplace_back(tensor.port, read_pins_[reads_.size()], *memories[i], timing,
                                port_seed, violations_);
        }
    }
}

void Testbench::disconnect() {
    reads_.clear();
    writes_.clear();
}

void Testbench::reset() {
    pins_.reset = 1;
    pins_.control = {};
    waiting_ = {};
    for (int i = 0; i < reset_cycles; i++) {
        model_.functions->settle(instance_);
        model_.functions->rise(instance_);
        cycle_++;
    }
    model_.functions->settle(instance_);
    for (AxiReadPort &port : reads_) {
        port.reset(cycle_);
    }
    for (AxiWritePort &port : writes_) {
        port.reset(cycle_);
    }
    model_.functions->rise(instance_);
    cycle_++;
    pins_.reset = 0;
    forget_interrupts();
}

void Testbench::tick() {
    model_.functions->settle(instance_);
    for (AxiReadPort &port : reads_) {
        port.clock(cycle_);
    }
    for (AxiWritePort &port : writes_) {
        port.clock(cycle_);
    }
    check_control();
    if (pins_.interrupt) {
        interrupts_++;
        interrupt_cycle_ = cycle_;
    }
    model_.functions->rise(instance_);
    cycle_++;
    if (model_.functions->stopped(instance_)) {
        throw SimulationFailure(
            fmt::format("the design stopped in cycle {}: {}", cycle_ - 1, take_messages()));
    }
}

void Testbench::check_control() {
    const ControlPins &c = pins_.control;
    if (!(c.bvalid | c.rvalid | waiting_.read | waiting_.write)) {
        return;
    }
    if (!answer_expected_) {
        violations_.add(cycle_, design_.control_prefix, "BVALID or RVALID without a transaction");
    }
    if (waiting_.write && !c.bvalid) {
        violations_.add(cycle_, design_.control_prefix, "BVALID fell before BREADY");
    }
    if (waiting_.read && (!c.rvalid || c.rdata != waiting_.data)) {
        violations_.add(cycle_, design_.control_prefix,
                        "RVALID fell or RDATA changed before RREADY");
    }
    waiting_ = {c.rvalid && !c.rready, c.bvalid && !c.bready, c.rdata};
}

bool Testbench::stall() {
    return timing_.stall_percent != 0 && random_.chance(timing_.stall_percent);
}

void Testbench::check_response(const char *channel, uint32_t offset, uint8_t response) {
    if (response != 0) {
        violations_.add(
            cycle_, design_.control_prefix,
            fmt::format("{} of offset {:#x} is {}, not OKAY", channel, offset, response));
    }
}

void Testbench::no_answer(const char *what, uint32_t offset) {
    throw SimulationFailure(fmt::format("the AXI4-Lite port {} did not complete the {} of offset "
                                        "{:#x} within {} cycles",
                                        design_.control_prefix, what, offset, answer_cycles));
}

void Testbench::write_register(uint32_t offset, uint32_t value) {
    ControlPins &c = pins_.control;
    bool address_taken = false, data_taken = false;
    c.awaddr = offset;
    c.wdata = value;
    c.wstrb = 0xf;
    answer_expected_ = true;
    for (uint64_t start = cycle_; cycle_ - start < answer_cycles;) {
        c.awvalid = c.awvalid || (!address_taken && !stall());
        c.wvalid = c.wvalid || (!data_taken && !stall());
        c.bready = address_taken && data_taken && !stall();
        bool taken_before = address_taken && data_taken;
        tick();
        if (c.awvalid && c.awready) {
            address_taken = true;
            c.awvalid = 0;
        }
        if (c.wvalid && c.wready) {
            data_taken = true;
            c.wvalid = 0;
            last_write_cycle_ = cycle_ - 1;
        }
        if (c.bvalid && !taken_before) {
            violations_.add(cycle_ - 1, design_.control_prefix,
                            "BVALID before the address and the data were taken");
        }
        if (c.bvalid && c.bready) {
            check_response("BRESP", offset, c.bresp);
            c.bready = 0;
            answer_expected_ = false;
            return;
        }
    }
    no_answer("write", offset);
}

uint32_t Testbench::read_register(uint32_t offset) {
    ControlPins &c = pins_.control;
    bool address_taken = false;
    c.araddr = offset;
    answer_expected_ = true;
    for (uint64_t start = cycle_; cycle_ - start < answer_cycles;) {
        c.arvalid = c.arvalid || (!address_taken && !stall());
        c.rready = address_taken && !stall();
        tick();
        if (c.arvalid && c.arready) {
            address_taken = true;
            c.arvalid = 0;
        }
        if (c.rvalid && c.rready) {
            check_response("RRESP", offset, c.rresp);
            c.rready = 0;
            answer_expected_ = false;
            return c.rdata;
        }
    }
    no_answer("read", offset);
}

uint64_t Testbench::read_counter(const CounterDescription &counter) {
    uint64_t low = read_register(counter.offset);
    uint64_t high = read_register(counter.offset + 4);
    return high << 32 | low;
}

uint64_t Testbench::handshakes() const {
    uint64_t sum = 0;
    for (const AxiReadPort &port : reads_) {
        sum += port.handshakes();
    }
    for (const AxiWritePort &port : writes_) {
        sum += port.handshakes();
    }
    return sum;
}

PortTraffic Testbench::traffic(size_t tensor) const {
    size_t same_before = std::count_if(design_.tensors.begin(), design_.tensors.begin() + tensor,
                                       [&](const TensorDescription &t) {
                                           return t.is_output == design_.tensors[tensor].is_output;
                                       });
    return design_.tensors[tensor].is_output ? writes_[same_before].traffic()
                                             : reads_[same_before].traffic();
}

PortTraffic Testbench::scratch_reads(size_t scratch) const {
    return reads_[reads_.size() - design_.scratch.size() + scratch].traffic();
}

PortTraffic Testbench::scratch_writes(size_t scratch) const {
    return writes_[writes_.size() - design_.scratch.size() + scratch].traffic();
}

void Testbench::check_idle() {
    for (AxiReadPort &port : reads_) {
        port.finish(cycle_);
    }
    for (AxiWritePort &port : writes_) {
        port.finish(cycle_);
    }
}

std::string Testbench::take_messages() {
    const std::string note = "unwritten: "; // of buffer_check
    std::istringstream text(model_.functions->take_messages(instance_));
    std::string messages, line;
    while (std::getline(text, line)) {
        if (line.rfind(note, 0) == 0) {
            unwritten_reads_.push_back(line.substr(note.size(), line.rfind('.') - note.size()));
        } else {
            messages += line + "\n";
        }
    }
    return messages;
}

bool Testbench::open_trace(const std::string &file) {
    return model_.functions->open_trace(instance_, file.c_str());
}

void Testbench::close_trace() { model_.functions->close_trace(instance_); }

} // namespace Orrery::sim
