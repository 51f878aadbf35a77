#pragma once
#include "pins.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

/// The part of the glue between a verilated module and the simulator that is the same for every
/// design.
namespace Orrery::sim {

std::string &pending_messages();

// A data bus is 32, 64 or more bits wide.
inline void put_bus(IData &pin, const uint32_t *words) { pin = words[0]; }
inline void put_bus(QData &pin, const uint32_t *words) { std::memcpy(&pin, words, sizeof(pin)); }
template <std::size_t Words>
void put_bus(VlWide<Words> &pin, const uint32_t *words) {
    std::memcpy(&pin[0], words, 4 * Words);
}
inline void get_bus(const IData &pin, uint32_t *words) { words[0] = pin; }
inline void get_bus(const QData &pin, uint32_t *words) { std::memcpy(words, &pin, sizeof(pin)); }
template <std::size_t Words>
void get_bus(const VlWide<Words> &pin, uint32_t *words) {
    std::memcpy(words, &pin[0], 4 * Words);
}

/// One instance of the verilated module `Glue::Module`. Glue gives drive(module, pins),
/// sample(module, pins) and clock(module), a reference to the clock pin.
template <typename Glue>
class Instance {
public:
    Instance(Pins *pins, uint32_t seed) : pins_(*pins) {
        context_.fatalOnError(false);
        context_.randReset(2);
        context_.randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
#if VM_TRACE
        context_.traceEverOn(true);
#endif
        module_ = std::make_unique<typename Glue::Module>(&context_);
    }
    ~Instance() {
        close_trace();
        module_->final();
    }

    void settle() {
        Glue::drive(*module_, pins_);
        Glue::clock(*module_) = 0;
        evaluate();
        Glue::sample(*module_, pins_);
    }

    void rise() {
        Glue::clock(*module_) = 1;
        evaluate();
    }

    bool stopped() const { return failed_ || context_.gotFinish(); }

    const char *take_messages() {
        messages_ = pending_messages();
        pending_messages().clear();
        messages_ += failure_;
        failure_.clear();
        return messages_.c_str();
    }

    bool open_trace(const char *file) {
#if VM_TRACE
        close_trace();
        trace_ = std::make_unique<VerilatedFstC>();
        module_->trace(trace_.get(), 99);
        trace_->open(file);
        return trace_->isOpen();
#else
        (void)file;
        return false;
#endif
    }

    void close_trace() {
#if VM_TRACE
        if (trace_) {
            trace_->close();
            trace_.reset();
        }
#endif
    }

private:
    /// One unit of time: two per clock cycle.
    void evaluate() {
        try {
            module_->eval();
        } catch (const std::exception &error) {
            failed_ = true;
            failure_ += error.what();
            failure_ += '\n';
        }
#if VM_TRACE
        if (trace_) {
            trace_->dump(context_.time());
        }
#endif
        context_.timeInc(1);
    }

    Pins &pins_;
    VerilatedContext context_;
    std::unique_ptr<typename Glue::Module> module_;
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> trace_;
#endif
    bool failed_ = false;
    std::string messages_, failure_;
};

template <typename Glue>
constexpr ModelFunctions model_functions = {
    pins_version,
    VM_TRACE != 0,
    [](Pins *pins, uint32_t seed) -> void * { return new Instance<Glue>(pins, seed); },
    [](void *instance) { delete static_cast<Instance<Glue> *>(instance); },
    [](void *instance) { static_cast<Instance<Glue> *>(instance)->settle(); },
    [](void *instance) { static_cast<Instance<Glue> *>(instance)->rise(); },
    [](void *instance) { return static_cast<Instance<Glue> *>(instance)->stopped(); },
    [](void *instance) { return static_cast<Instance<Glue> *>(instance)->take_messages(); },
    [](void *instance, const char *file) {
        return static_cast<Instance<Glue> *>(instance)->open_trace(file);
    },
    [](void *instance) { static_cast<Instance<Glue> *>(instance)->close_trace(); },
};

} // namespace Orrery::sim
