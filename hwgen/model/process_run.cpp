#include "hwgen/model/process_run.h"

#include "hwgen/support/error.h"

namespace Orrery::model {

using Kind = hwir::Wait::Kind;

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

ProcessRun::Sum::Sum(const hwir::ExprPool &pool, const hwir::Index &index, int loops)
    : offset(index.offset), base(pool, index.base) {
    for (int l = 0; l < loops; l++) {
        if (index.coefficients[l] != 0) {
            terms.emplace_back(l, index.coefficients[l]);
        }
    }
}

int64_t ProcessRun::Sum::operator()(const int64_t *counters) const {
    int64_t sum = offset + base(counters);
    for (const auto &[loop, coefficient] : terms) {
        sum += coefficient * counters[loop];
    }
    return sum;
}

ProcessRun::ProcessRun(hwir::ExprPool &p, const hwir::Process &described,
                       const hwir::ProcessTiming &t, std::vector<Cycle> starts)
    : pool(p), process(described), timing(t), nest(p, described.loops), walker(nest),
      runs(std::move(starts)) {}

void ProcessRun::add_token(const hwir::TokenUse &use, std::vector<Place *> takes,
                           std::vector<Place *> gives, int delay, Progress *progress) {
    Wait w;
    w.kind = timing.waits[waits.size()].kind;
    w.depth = use.depth;
    w.delay = delay;
    w.takes = std::move(takes);
    w.gives = std::move(gives);
    w.progress = progress;
    for (const hwir::Index &needed : use.needed) {
        w.needed.emplace_back(pool, needed, nest.loops());
    }
    token_depth = std::max(token_depth, use.depth);
    waits.push_back(std::move(w));
}

void ProcessRun::add_load(const hwir::Stream &stream, const hwir::Tensor &tensor, ReadPort &port,
                          size_t number) {
    std::vector<hwir::ExprId> conditions = process.enables;
    const std::vector<hwir::ExprId> &predicate = process.loads[stream.load].predicate;
    conditions.insert(conditions.end(), predicate.begin(), predicate.end());
    for (hwir::ExprId &c : conditions) { // lanes that share an element do not count twice
        c = hwir::substitute(pool, c, [&](const hwir::ExprNode &n) {
            const bool lane =
                n.op == hwir::Op::Counter && process.loops[n.value].kind == hwir::LoopKind::Lane;
            const bool own =
                std::find(stream.lanes.begin(), stream.lanes.end(), n.value) != stream.lanes.end();
            return lane && !own ? pool.constant(0) : hwir::ExprId();
        });
    }
    Wait w;
    w.kind = Kind::Load;
    w.read_port = &port;
    w.stream = number;
    w.conditions.emplace(pool, process, conditions, stream.lanes);
    w.element_bytes = tensor.type.bits / 8;
    waits.push_back(std::move(w));
    port.set_process(number, *this);
    stepwise = true;
}

void ProcessRun::add_store(const hwir::Stream &stream, const hwir::Tensor &tensor,
                           WritePort &port) {
    Wait w;
    w.kind = Kind::Store;
    w.write_port = &port;
    w.conditions.emplace(pool, process, process.enables, stream.lanes);
    w.element_bytes = tensor.type.bits / 8;
    waits.push_back(std::move(w));
    port.set_process(*this);
    stepwise = true;
}

void ProcessRun::tell_progress(const hwir::Index &progress, Progress &to) {
    hwir::Index sum = progress;
    sum.offset = 0;
    sum.base = {};
    told = Told{Sum(pool, sum, nest.loops()), &to};
    stepwise = true;
}

void ProcessRun::begin() {
    stall_cycles.assign(waits.size(), 0);
    valid_from = runs.begin(0);
    walker.start();
    present(~uint64_t{0});
    count_points();
    next = valid_from;
}

/// What depends on the counters of the presented point.
void ProcessRun::present(uint64_t changed) {
    for (Wait &w : waits) {
        if (w.conditions &&
            (changed == ~uint64_t{0} || (w.conditions->loops_used() & changed) != 0)) {
            w.allowed = w.conditions->allows(walker.counters());
            w.bytes = w.allowed ? w.conditions->lanes(walker.counters()) * w.element_bytes : 0;
        }
    }
}

void ProcessRun::count_points() {
    if (!stepwise) {
        points_left = nest.points(token_depth, walker.counters());
    }
}

/// Cycle in which the point no longer waits for this, `now` if it does not; never: it will be
/// woken.
Cycle ProcessRun::ready_cycle(Wait &w, Cycle now) {
    if (w.is_token()) {
        return w.is_early()                 ? elements_cycle(w, now)
               : walker.first_from(w.depth) ? token_cycle(w, now)
                                            : now;
    }
    if (!w.allowed || !walker.in_range()) {
        return now;
    }
    if (w.kind == Kind::Load) {
        return w.read_port->available(w.stream) >= w.bytes ? now : never;
    }
    return w.write_port->has_place() ? now : never;
}

Cycle ProcessRun::token_cycle(Wait &w, Cycle now) {
    for (Place *p : w.takes) {
        if (!p->available(now)) {
            p->wait(*this);
            return p->when(now);
        }
    }
    return now;
}

Cycle ProcessRun::elements_cycle(Wait &w, Cycle now) {
    const Cycle token = token_cycle(w, now);
    if (token == now || walker.last_from(w.depth)) {
        return token;
    }
    const int64_t progress = w.progress->at(now);
    for (const Sum &needed : w.needed) {
        if (progress <= needed(walker.counters())) {
            w.progress->wait(*this);
            return std::min(token, w.progress->next_change());
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
        const Cycle ready = ready_cycle(waits[i], now);
        if (ready != now) {
            blocked = int(i);
            blocked_since = now;
            next = ready;
            return;
        }
    }
    fire(now);
}

int64_t ProcessRun::points_at_once(Cycle now) {
    if (stepwise) {
        return 1;
    }
    for (Wait &w : waits) {
        if (w.is_early() && !w.takes[0]->available(now)) {
            return 1;
        }
    }
    return points_left;
}

void ProcessRun::fire(Cycle now) {
    for (Wait &w : waits) {
        if (w.is_token()) {
            if (!w.is_early() && walker.first_from(w.depth)) {
                std::for_each(w.takes.begin(), w.takes.end(), [](Place *p) { p->take(); });
            }
        } else if (w.allowed && walker.in_range()) {
            if (w.kind == Kind::Load) {
                w.read_port->take(w.stream, w.bytes, now);
            } else {
                w.write_port->push(w.bytes, now + Cycle(timing.result) + 1);
            }
        }
    }
    const int64_t points = points_at_once(now);
    const Cycle last = now + Cycle(points) - 1;
    if (points > 1) {
        walker.skip_to_last(token_depth);
    }
    points_left -= points;
    for (Wait &w : waits) {
        if (w.is_token() && walker.last_from(w.depth)) {
            if (w.is_early()) {
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
    int moved = 0;
    valid_from = last + 1;
    if (walker.is_last()) {
        ends.push_back(last);
        running = runs.more();
        if (running) {
            valid_from = runs.begin(last);
            walker.start();
        }
    } else {
        moved = walker.advance();
    }
    if (told) { // 0 between runs, as at the first point of one
        told->to->set(running ? told->value(walker.counters()) : 0,
                      last + 1 + Cycle(timing.commit));
    }
    if (!running) {
        next = never;
        return;
    }
    present(~uint64_t{0} << moved);
    if (points_left == 0) {
        count_points();
    }
    next = valid_from;
}

} // namespace Orrery::model
