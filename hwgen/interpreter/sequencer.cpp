#include "hwgen/interpreter/sequencer.h"

#include <fmt/format.h>

#include <algorithm>

namespace Orrery::interpreter {
using namespace hwir;

Sequencer::Sequencer(const Design &d, int number, Memory &m)
    : design(d), process(d.processes[number]), memory(m), datapath(d, number, m),
      counters(process.loops.size(), 0),
      limits(process.serial_count(), 0), places{std::vector<Place>(m.rings.size()),
                                                std::vector<Place>(m.rings.size())} {
    for (int l = 0; l < process.serial_count(); l++) {
        std::vector<ExprId> roots{process.loops[l].extent};
        extents.push_back(std::make_unique<LaneProgram>(design.exprs, process.loops, roots, false));
    }
    uses.resize(process.serial_count() + 1);
    lifetimes.resize(process.serial_count() + 1);
    for (int r = 0; r < int(memory.rings.size()); r++) {
        auto add = [&](const std::vector<TokenUse> &all, bool writer) {
            for (int i = 0; i < int(all.size()); i++) {
                if (all[i].process == number) {
                    Place &place = places.of(r, writer);
                    place = {first_generation(all[i]), first_generation(all[i])};
                    uses[all[i].depth].push_back({r, i, writer, false, &all[i], &place});
                    lifetimes[all[i].lifetime()].push_back(&place);
                }
            }
        };
        add(memory.rings[r].writers, true);
        add(memory.rings[r].readers, false);
    }
    for (int b = 0; b < int(design.buffers.size()); b++) {
        if (design.buffers[b].progress && design.buffers[b].writers.back().process == number) {
            progress_of.push_back(b);
        }
    }
    for (const std::vector<Use> &level : uses) {
        for (const Use &use : level) {
            if (use.early()) {
                early_uses.push_back(&use);
            }
        }
    }
    published.assign(design.buffers.size(), 0);
}

/// Is the generation that the reader is in, or wants to enter, finished?
bool Sequencer::written(const Use &use) const {
    return memory.rings[use.ring].writers_done.back() > use.place->generation;
}

int64_t Sequencer::value(const Index &index) const {
    int64_t sum = index.offset;
    for (size_t l = 0; l < counters.size(); l++) {
        sum += index.coefficients[l] * counters[l];
    }
    return index.base.defined() ? sum + evaluate(design.exprs, index.base, counters) : sum;
}

/// An early reader's point: is all there that it needs?
bool Sequencer::has_elements(const Use &use) const {
    return written(use) ||
           std::all_of(use.use->needed.begin(), use.use->needed.end(), [&](const Index &needed) {
               return memory.rings[use.ring].progress > value(needed);
           });
}

bool Sequencer::may_issue() const {
    return std::all_of(early_uses.begin(), early_uses.end(),
                       [&](const Use *use) { return has_elements(*use); });
}

/// A generation is left when it is finished, though it may have been entered before.
bool Sequencer::may_leave() const {
    return std::all_of(uses[depth].begin(), uses[depth].end(),
                       [&](const Use &use) { return !use.early() || written(use); });
}

/// Tells the progress: the value at the point that comes next.
void Sequencer::publish(std::vector<Update> *given) {
    for (int b : progress_of) {
        int64_t now = state == State::Ended ? 0 : value(*design.buffers[b].progress);
        if (now == published[b]) {
            continue;
        }
        published[b] = now;
        events++;
        if (given) {
            given->push_back({&memory.rings[b].progress, now});
        } else {
            memory.rings[b].progress = now;
        }
    }
}

bool Sequencer::ready(const Use &use) const {
    const Ring &ring = memory.rings[use.ring];
    const int64_t generation = use.place->generation;
    if (!use.writer) {
        return use.early() || written(use);
    }
    if (use.phase > 0) {
        return ring.writers_done[use.phase - 1] > generation;
    }
    const std::vector<int64_t> &last =
        ring.readers_done.empty() ? ring.writers_done : ring.readers_done;
    int64_t free =
        ring.readers_done.empty() ? last.back() : *std::min_element(last.begin(), last.end());
    return free + ring.slots > generation;
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
void Sequencer::leave(std::vector<Update> *given) {
    for (Use &use : uses[depth]) {
        Ring &ring = memory.rings[use.ring];
        int64_t *done = use.writer ? &ring.writers_done[use.phase] : &ring.readers_done[use.phase];
        use.held = false;
        int64_t now = ++use.place->generation;
        if (given) {
            given->push_back({done, now});
        } else {
            *done = now;
        }
        events++;
    }
    for (Place *place : lifetimes[depth]) {
        place->lifetime++;
    }
    passes += int(depth) == process.pass_depth;
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
        int64_t lanes = datapath.execute(counters, places, passes);
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

Sequencer::Outcome Sequencer::step(std::vector<Update> *given) {
    while (state != State::Ended) {
        if (state == State::Leave) {
            if (!may_leave()) {
                return Outcome::Waiting;
            }
            leave(given);
            publish(given);
            continue;
        }
        if (!take_tokens()) {
            return Outcome::Waiting;
        }
        if (depth == limits.size()) {
            if (!may_issue()) {
                return Outcome::Waiting;
            }
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
    const Ring &ring = memory.rings[use.ring];
    if (!use.writer || use.phase > 0) {
        const TokenUse &writer = use.writer ? ring.writers[use.phase - 1] : ring.writers.back();
        return fmt::format("for generation {} of {} from {}", use.place->generation, ring.name,
                           design.processes[writer.process].name);
    }
    return fmt::format("for a free slot of {} (generation {})", ring.name, use.place->generation);
}

std::string Sequencer::waiting_text() const {
    std::string missing;
    for (const std::vector<Use> &level : uses) {
        for (const Use &use : level) {
            bool here = &level == &uses[depth];
            bool enters = here && state == State::Enter && !use.held && !ready(use);
            bool leaves = here && state == State::Leave && use.early() && !written(use);
            bool needs = state == State::Enter && depth == limits.size() && use.early() &&
                         !has_elements(use);
            if (enters || leaves || needs) {
                missing += (missing.empty() ? "" : ", ") + wait_text(use);
            }
        }
    }
    return process.name + " waits " + missing;
}

} // namespace Orrery::interpreter
