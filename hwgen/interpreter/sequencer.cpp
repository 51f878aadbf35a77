#include "hwgen/interpreter/sequencer.h"

#include <fmt/format.h>

#include <algorithm>

namespace Orrery::interpreter {
using namespace hwir;

Sequencer::Sequencer(const Design &d, int number, Memory &m)
    : design(d), process(d.processes[number]), memory(m), datapath(d, number, m),
      counters(process.loops.size(), 0), limits(process.serial_count(), 0),
      generations(d.buffers.size(), 0) {
    for (int l = 0; l < process.serial_count(); l++) {
        std::vector<ExprId> roots{process.loops[l].extent};
        extents.push_back(std::make_unique<LaneProgram>(design.exprs, process.loops, roots, false));
    }
    uses.resize(process.serial_count() + 1);
    for (int b = 0; b < int(design.buffers.size()); b++) {
        auto add = [&](const std::vector<TokenUse> &all, bool writer) {
            for (int i = 0; i < int(all.size()); i++) {
                if (all[i].process == number) {
                    uses[all[i].depth].push_back({b, i, writer, false});
                }
            }
        };
        add(design.buffers[b].writers, true);
        add(design.buffers[b].readers, false);
    }
}

bool Sequencer::ready(const Use &use) const {
    const BufferState &buffer = memory.buffers[use.buffer];
    int64_t generation = generations[use.buffer];
    if (!use.writer) {
        return buffer.writers_done.back() > generation;
    }
    if (use.phase > 0) {
        return buffer.writers_done[use.phase - 1] > generation;
    }
    const std::vector<int64_t> &last =
        buffer.readers_done.empty() ? buffer.writers_done : buffer.readers_done;
    int64_t free =
        buffer.readers_done.empty() ? last.back() : *std::min_element(last.begin(), last.end());
    return free + design.buffers[use.buffer].slots > generation;
}

/// Takes the tokens of this depth; false if one is missing.
bool Sequencer::take_tokens() {
    for (Use &use : uses[depth]) {
        if (!use.held && !ready(use)) {
            return false;
        }
        events += !use.held;
        use.held = true;
    }
    return true;
}

/// Enters the next loop; false if it is empty.
bool Sequencer::enter() {
    extents[depth]->run(counters);
    limits[depth] = extents[depth]->result(0)[0];
    counters[depth] = 0;
    if (limits[depth] <= 0) {
        return false;
    }
    depth++;
    return true;
}

/// Gives the tokens of this depth and goes on with the loop around, or out of it.
void Sequencer::leave(std::vector<int64_t *> *given) {
    for (Use &use : uses[depth]) {
        BufferState &buffer = memory.buffers[use.buffer];
        int64_t *done =
            use.writer ? &buffer.writers_done[use.phase] : &buffer.readers_done[use.phase];
        if (given) {
            given->push_back(done);
        } else {
            ++*done;
        }
        use.held = false;
        generations[use.buffer]++;
        events++;
    }
    if (depth == 0) {
        state = State::Ended;
    } else if (++counters[depth - 1] < limits[depth - 1]) {
        state = State::Enter;
    } else {
        counters[--depth] = 0;
    }
}

void Sequencer::issue() {
    try {
        int64_t lanes = datapath.execute(counters, generations);
        counts.lane_operations += lanes;
        (lanes ? counts.points : counts.idle_points)++;
    } catch (const Failure &failure) {
        std::string point;
        for (int l = 0; l < process.serial_count(); l++) {
            point += fmt::format("{}{} = {}", l ? ", " : "", process.loops[l].name, counters[l]);
        }
        throw Failure(fmt::format("{} at ({}): {}", process.name, point, failure.what()));
    }
}

Sequencer::Outcome Sequencer::step(std::vector<int64_t *> *given) {
    while (state != State::Ended) {
        if (state == State::Leave) {
            leave(given);
            continue;
        }
        if (!take_tokens()) {
            return Outcome::Waiting;
        }
        if (depth == limits.size()) {
            issue();
            state = State::Leave;
            return Outcome::Issued;
        }
        if (!enter()) {
            state = State::Leave;
            counts.idle_points++;
            return Outcome::Issued;
        }
    }
    return Outcome::Ended;
}

std::string Sequencer::wait_text(const Use &use) const {
    const Buffer &buffer = design.buffers[use.buffer];
    if (!use.writer || use.phase > 0) {
        const TokenUse &writer = use.writer ? buffer.writers[use.phase - 1] : buffer.writers.back();
        return fmt::format("for generation {} of {} from {}", generations[use.buffer], buffer.name,
                           design.processes[writer.process].name);
    }
    return fmt::format("for a free slot of {} (generation {})", buffer.name,
                       generations[use.buffer]);
}

std::string Sequencer::waiting_text() const {
    std::string missing;
    for (const Use &use : uses[depth]) {
        if (!use.held && !ready(use)) {
            missing += (missing.empty() ? "" : ", ") + wait_text(use);
        }
    }
    return process.name + " waits " + missing;
}

} // namespace Orrery::interpreter
