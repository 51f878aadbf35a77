#include "hwgen/model/process_run.h"

#include "hwgen/support/error.h"

namespace Orrery::model {

int64_t Progress::at(Cycle now) {
    while (!coming.empty() && coming.front().visible <= now) {
        value = coming.front().value;
        coming.pop_front();
    }
    return value;
}

void Progress::set(int64_t new_value, Cycle visible) {
    coming.push_back({visible, new_value});
    for (Part *p : sleepers) {
        p->wake(visible);
    }
    sleepers.clear();
}

ProcessRun::ProcessRun(std::vector<std::shared_ptr<const ProcessShape>> all,
                       const hwir::ProcessTiming &t, std::vector<Cycle> starts)
    : shapes(std::move(all)), timing(t), runs(std::move(starts)) {}

void ProcessRun::add_token(std::vector<Place *> takes, std::vector<Place *> gives, int delay,
                           Progress *progress) {
    Wait &w = waits.emplace_back();
    w.delay = delay;
    w.takes = std::move(takes);
    w.gives = std::move(gives);
    w.progress = progress;
}

void ProcessRun::add_load(ReadPort &port, size_t stream) {
    Wait &w = waits.emplace_back();
    w.read_port = &port;
    w.stream = stream;
    port.set_process(stream, *this);
}

void ProcessRun::add_store(WritePort &port) {
    waits.emplace_back().write_port = &port;
    port.set_process(*this);
}

void ProcessRun::begin() {
    stall_cycles.assign(waits.size(), 0);
    start_run(0);
}

void ProcessRun::start_run(Cycle done) {
    valid_from = runs.begin(done);
    shape = shapes[runs.number()].get();
    walker.start(shape->nest);
    present(~uint64_t{0});
    count_points();
    next = valid_from;
}

/// What depends on the counters of the presented point.
void ProcessRun::present(uint64_t changed) {
    for (size_t i = 0; i < waits.size(); i++) {
        const std::optional<LaneConditions> &conditions = shape->waits[i].conditions;
        if (conditions && (~changed == 0 || (conditions->loops_used() & changed) != 0)) {
            waits[i].moves = conditions->allows(walker.counters());
            waits[i].bytes = waits[i].moves ? conditions->lanes(walker.counters()) *
                                                  shape->waits[i].element_bytes
                                            : 0;
        }
    }
}

void ProcessRun::count_points() {
    if (!shape->stepwise) {
        points_left = walker.points_from(shape->token_depth);
    }
}

/// Cycle in which the point no longer waits for this, `now` if it does not; never: it will be
/// woken.
Cycle ProcessRun::ready_cycle(size_t i, Cycle now) {
    const Wait &w = waits[i];
    if (w.is_token()) {
        return shape->waits[i].is_early()                 ? elements_cycle(i, now)
               : walker.first_from(shape->waits[i].depth) ? token_cycle(w, now)
                                                          : now;
    }
    if (!w.moves || !walker.in_range()) {
        return now;
    }
    if (w.read_port) {
        return w.read_port->available(w.stream) >= w.bytes ? now : never;
    }
    return w.write_port->has_place() ? now : never;
}

Cycle ProcessRun::token_cycle(const Wait &w, Cycle now) {
    for (Place *p : w.takes) {
        if (!p->available(now)) {
            p->wait(*this);
            return p->when(now);
        }
    }
    return now;
}

Cycle ProcessRun::elements_cycle(size_t i, Cycle now) {
    const WaitShape &s = shape->waits[i];
    const Cycle token = token_cycle(waits[i], now);
    if (token == now || walker.last_from(s.depth)) {
        return token;
    }
    Progress &progress = *waits[i].progress;
    const int64_t there = progress.at(now);
    for (const CounterSum &needed : s.needed) {
        if (there <= needed(walker.counters())) {
            progress.wait(*this);
            return std::min(token, progress.next_change());
        }
    }
    return now;
}

void ProcessRun::clock(Cycle now) {
    if (!running || now < valid_from) {
        next = running ? valid_from : never;
        return;
    }
    if (blocked >= 0) {
        stall_cycles[blocked] += now - blocked_since;
        blocked = -1;
    }
    for (size_t i = 0; i < waits.size(); i++) {
        const Cycle ready = ready_cycle(i, now);
        if (ready != now) {
            blocked = int(i);
            blocked_since = now;
            next = ready;
            return;
        }
    }
    fire(now);
}

int64_t ProcessRun::points_at_once(Cycle now) const {
    if (shape->stepwise) {
        return 1;
    }
    for (size_t i = 0; i < waits.size(); i++) {
        if (shape->waits[i].is_early() && !waits[i].takes[0]->available(now)) {
            return 1;
        }
    }
    return points_left;
}

void ProcessRun::fire(Cycle now) {
    for (size_t i = 0; i < waits.size(); i++) {
        const Wait &w = waits[i];
        if (w.is_token()) {
            if (!shape->waits[i].is_early() && walker.first_from(shape->waits[i].depth)) {
                std::for_each(w.takes.begin(), w.takes.end(), [](Place *p) { p->take(); });
            }
        } else if (w.moves && walker.in_range()) {
            if (w.read_port) {
                w.read_port->take(w.stream, w.bytes, now);
            } else {
                w.write_port->push(w.bytes, now + Cycle(timing.result) + 1);
            }
        }
    }
    const int64_t points = points_at_once(now);
    const Cycle last = now + Cycle(points) - 1;
    if (points > 1) {
        walker.skip_to_last(shape->token_depth);
    }
    points_left -= points;
    for (size_t i = 0; i < waits.size(); i++) {
        const Wait &w = waits[i];
        if (w.is_token() && walker.last_from(shape->waits[i].depth)) {
            if (shape->waits[i].is_early()) {
                w.takes[0]->take();
            }
            for (Place *p : w.gives) {
                p->give(last + Cycle(w.delay) + 1);
            }
        }
    }
    go_on(last);
}

/// To the next point, or the next run.
void ProcessRun::go_on(Cycle last) {
    const bool ended = walker.is_last();
    if (!ended) {
        present(~uint64_t{0} << walker.advance());
        if (points_left == 0) {
            count_points();
        }
        next = valid_from = last + 1;
    } else {
        ends.push_back(last);
        running = runs.more();
        next = never;
        if (running) {
            start_run(last);
        }
    }
    if (told) { // 0 between runs, as at the first point of one
        const int64_t progress = ended ? 0 : (*shape->told)(walker.counters());
        told->set(progress, last + 1 + Cycle(timing.commit));
    }
}

} // namespace Orrery::model
