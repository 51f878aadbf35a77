#include "hwgen/model/stream_sequencer.h"

#include "hwgen/hwir/timing.h"

namespace Orrery::model {

StreamSequencer::StreamSequencer(const std::vector<const hwir::Design *> &designs, size_t number,
                                 std::vector<Cycle> starts, std::vector<uint64_t> tensor_bases)
    : runs(std::move(starts)), bases(std::move(tensor_bases)), valid_from(runs.begin(0)) {
    for (size_t i = 0; i < designs.size(); i++) {
        const hwir::Stream &stream = designs[i]->streams[number];
        ends_invocations = hwir::ends_invocations(*designs[i], stream);
        const bool same = i > 0 && designs[i] == designs[i - 1];
        shapes.push_back(same ? shapes.back()
                              : std::make_shared<RunPoints>(designs[i]->exprs, stream,
                                                            designs[i]->tensors[stream.tensor]));
    }
    start();
}

void StreamSequencer::start() {
    walker.start(points().nest());
    present();
}

void StreamSequencer::present() {
    const int64_t *counters = walker.counters();
    has_run = walker.in_range() && points().has_run(counters);
    if (has_run) {
        run_address = bases[runs.number()] + uint64_t(points().offset(counters));
        run_bytes = uint64_t(points().bytes(counters));
    }
}

bool StreamSequencer::waiting(Cycle now) {
    if (drains) {
        return true;
    }
    for (StreamToken &t : tokens) {
        if (t.unsettled || (walker.first_from(t.depth) && t.missing(now))) {
            return true;
        }
    }
    return false;
}

bool StreamSequencer::run_valid(Cycle now) {
    return running && now >= valid_from && has_run && !waiting(now);
}

void StreamSequencer::leave_point(Cycle now) {
    for (StreamToken &t : tokens) {
        if (walker.first_from(t.depth)) {
            std::for_each(t.takes.begin(), t.takes.end(), [](Place *p) { p->take(); });
            for (Place *p : t.at_once) {
                p->give(now + 1);
            }
        }
        t.unsettled = t.unsettled || (!t.gives.empty() && walker.last_from(t.depth));
    }
    if (!walker.is_last()) {
        walker.advance();
        present();
        return;
    }
    drains = ends_invocations;
    running = runs.more();
    if (running) {
        valid_from = runs.begin(now);
        start();
    }
}

bool StreamSequencer::clock(Cycle now, bool taken, bool settled) {
    bool changed = false;
    const bool valid = running && now >= valid_from;
    const bool fires = valid && (taken || (!has_run && !waiting(now)));
    if (settled) {
        for (StreamToken &t : tokens) {
            if (t.unsettled) {
                t.unsettled = false;
                changed = true;
                for (Place *p : t.gives) {
                    p->give(now + 1);
                }
            }
        }
        if (drains) {
            drains = false;
            changed = true;
            ends.push_back(now);
        }
    }
    if (fires) {
        leave_point(now);
    }
    return changed || fires;
}

Cycle StreamSequencer::wake_cycle(Cycle now, Part &part) {
    if (!running) {
        return never;
    }
    if (now < valid_from) {
        return valid_from;
    }
    Cycle wake = never;
    for (StreamToken &t : tokens) {
        Place *missing = walker.first_from(t.depth) ? t.missing(now) : nullptr;
        if (missing) {
            wake = std::min(wake, missing->when(now));
            missing->wait(part);
        }
    }
    return wake;
}

} // namespace Orrery::model
