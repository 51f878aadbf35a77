#include "hwgen/model/stream_sequencer.h"

namespace Orrery::model {

StreamSequencer::StreamSequencer(const hwir::ExprPool &pool, const hwir::Stream &stream,
                                 const hwir::Tensor &tensor, std::vector<Cycle> starts,
                                 std::vector<uint64_t> tensor_bases)
    : points(std::make_unique<RunPoints>(pool, stream, tensor)), walker(points->nest()),
      runs(std::move(starts)), bases(std::move(tensor_bases)), stores(stream.load < 0),
      valid_from(runs.begin(0)) {
    walker.start();
    present();
}

void StreamSequencer::present() {
    const int64_t *counters = walker.counters();
    has_run = walker.in_range() && points->has_run(counters);
    if (has_run) {
        run_address = bases[runs.number()] + uint64_t(points->offset(counters));
        run_bytes = uint64_t(points->bytes(counters));
    }
}

bool StreamSequencer::waiting(Cycle now) {
    if (drains) {
        return true;
    }
    for (StreamToken &t : tokens) {
        if (t.unsettled || (t.takes && walker.first_from(t.depth) && !t.takes->available(now))) {
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
        if (t.takes && walker.first_from(t.depth)) {
            t.takes->take();
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
    drains = stores;
    running = runs.more();
    if (running) {
        valid_from = runs.begin(now);
        walker.start();
        present();
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
        if (t.takes && walker.first_from(t.depth) && !t.takes->available(now)) {
            wake = std::min(wake, t.takes->when(now));
            t.takes->wait(part);
        }
    }
    return wake;
}

} // namespace Orrery::model
