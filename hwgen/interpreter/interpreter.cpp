#include "hwgen/interpreter/interpreter.h"

#include "hwgen/hwir/verify.h"
#include "hwgen/interpreter/sequencer.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace Orrery::interpreter {

namespace {

/// Runs all processes until they have ended, or one fails, or all wait.
class Network {
public:
    Network(const hwir::Design &d, std::vector<Tensor> &tensors, const Options &o)
        : options(o), memory(d, tensors), random(o.seed) {
        for (size_t p = 0; p < d.processes.size(); p++) {
            processes.push_back(std::make_unique<Sequencer>(d, int(p), memory));
        }
        order.resize(processes.size());
        std::iota(order.begin(), order.end(), 0);
    }

    Result run() {
        Result result;
        try {
            while (cycle()) {
                result.cycles += options.timed;
            }
            for (auto &stream : memory.streams) {
                stream->check_end();
            }
        } catch (const Failure &failure) {
            result.error = failure.what();
        }
        for (auto &p : processes) {
            result.processes.push_back(p->statistics());
        }
        for (auto &b : memory.buffers) {
            result.buffers.push_back(b.statistics);
        }
        for (auto &s : memory.streams) {
            result.streams.push_back(s->statistics());
        }
        return result;
    }

private:
    Options options;
    Memory memory;
    std::vector<std::unique_ptr<Sequencer>> processes;
    std::mt19937 random;
    std::vector<int> order;
    std::vector<Update> given; ///< tokens and progress that arrive at the end of the cycle

    /// Lets every process issue once (timed) or a random number of times; false when all have
    /// ended.
    bool cycle() {
        bool alive = false, progress = false;
        std::shuffle(order.begin(), order.end(), random);
        for (int i : order) {
            if (!processes[i]->ended()) {
                alive = true;
                progress = turn(*processes[i]) || progress;
            }
        }
        for (const Update &update : given) {
            *update.where = update.value;
        }
        progress = progress || !given.empty();
        given.clear();
        if (alive && !progress) {
            throw Failure(deadlock_text());
        }
        return alive;
    }

    /// Did the process issue a point, take or give a token, or end?
    bool turn(Sequencer &process) {
        int64_t before = process.token_events();
        int64_t steps = options.timed ? 1 : 1 + random() % 40;
        bool issued = false;
        for (int64_t i = 0; i < steps; i++) {
            Sequencer::Outcome outcome = process.step(options.timed ? &given : nullptr);
            if (outcome == Sequencer::Outcome::Waiting) {
                process.count_stall();
            }
            if (outcome != Sequencer::Outcome::Issued) {
                break;
            }
            issued = true;
        }
        return issued || process.ended() || process.token_events() != before;
    }

    std::string deadlock_text() const {
        std::string text = "deadlock";
        for (auto &p : processes) {
            if (!p->ended()) {
                text += (text == "deadlock" ? ": " : "; ") + p->waiting_text();
            }
        }
        return text;
    }
};

} // namespace

Result run(const hwir::Design &design, std::vector<Tensor> &tensors, const Options &options) {
    hwir::verify(design);
    return Network(design, tensors, options).run();
}

} // namespace Orrery::interpreter
