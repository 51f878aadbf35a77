// As rtl-templates/axi/axi_read_stream.v, axi_read_arbiter.v and sim/axi_memory.cpp, without data.
#include "hwgen/model/read_port.h"

#include "hwgen/hwir/timing.h"
#include "hwgen/support/error.h"

namespace Orrery::model {

ReadPort::ReadPort(const hwir::Tensor &t, const Memory &m)
    : tensor(t), bus_bytes(t.bus_bits / 8), memory(m) {
    while (order_places < size_t(t.outstanding_bursts)) {
        order_places *= 2;
    }
}

size_t ReadPort::add(StreamSequencer sequencer, int64_t chunk_bytes) {
    streams.emplace_back(std::move(sequencer), ByteQueue(bus_bytes, chunk_bytes));
    streams.back().credits = tensor.outstanding_bursts;
    streams.back().free_beats = hwir::shared_port_beats;
    return streams.size() - 1;
}

void ReadPort::begin() { next = 0; }

void ReadPort::take(size_t stream, int64_t bytes, Cycle now) {
    ReadStream &s = streams[stream];
    if (next == now) { // the beat of this cycle sees the fill before
        s.taken += bytes;
        return;
    }
    if (!s.queue.ready()) {
        wake(now + 1);
    }
    s.queue.fill -= bytes;
}

/// What the stream asks for in this cycle.
void ReadPort::ask(ReadStream &s) const {
    s.request_beats = 0;
    s.granted = false;
    if (!s.splitter.active || s.credits == 0) {
        return;
    }
    const int64_t beats =
        burst_beats(s.splitter.word, s.splitter.last_word, bus_bytes, tensor.max_burst_beats);
    if (streams.size() == 1 || s.free_beats >= beats) {
        s.request_beats = beats;
    }
}

/// Is a beat taken in this cycle?
bool ReadPort::take_beat(ReadStream &s, bool valid, bool) {
    return valid && !s.bursts.empty() && s.queue.ready();
}

bool ReadPort::update(ReadStream &s, Cycle now, bool beat, bool beat_last) {
    const bool settled = !s.splitter.active && s.bursts.empty();
    const bool run_valid = s.sequencer.run_valid(now);
    BurstSplitter &split = s.splitter;
    const bool last_burst = s.granted && split.word + uint64_t(s.request_beats) > split.last_word;
    const bool run_ready = !split.active || last_burst;
    bool changed = beat || s.granted || s.taken != 0;
    if (beat) {
        const int first = s.first_beat ? s.bursts.front().first_byte : 0;
        const int last = beat_last ? s.bursts.front().last_byte : bus_bytes - 1;
        s.queue.fill += last - first + 1;
        s.first_beat = beat_last;
        if (beat_last) {
            s.bursts.pop_front();
            s.credits++;
        }
        s.free_beats++;
        if (s.process) {
            s.process->wake(now + 1);
        }
    }
    s.queue.fill -= s.taken;
    s.taken = 0;
    if (s.granted) {
        s.bursts.push_back({split.first_byte, last_burst ? split.last_byte : bus_bytes - 1});
        s.credits--;
        s.free_beats -= s.request_beats;
        split.word += uint64_t(s.request_beats);
        split.first_byte = 0;
    }
    const bool taken = run_valid && run_ready;
    if (run_ready) {
        split.active = run_valid;
        if (run_valid) {
            const uint64_t bytes = uint64_t(bus_bytes), address = s.sequencer.address();
            const uint64_t last_byte = address + s.sequencer.bytes() - 1;
            split.word = address / bytes;
            split.last_word = last_byte / bytes;
            split.first_byte = int(address % bytes);
            split.last_byte = int(last_byte % bytes);
        }
    }
    return s.sequencer.clock(now, taken, settled) || changed || taken;
}

/// Chooses a stream whose request enters the arbiter in this cycle.
bool ReadPort::arbitrate() {
    const bool free = (!request_valid || address_ready) && order.size() < order_places;
    const bool leaves = request_valid && address_ready;
    bool accept = false;
    for (size_t i = 0; free && i < streams.size() && !accept; i++) {
        const size_t s = (next_stream + i) % streams.size();
        if (streams[s].request_beats != 0) {
            streams[s].granted = true;
            accept = true;
            request = {streams[s].request_beats, s};
        }
    }
    if (accept) {
        next_stream = (request.stream + 1) % streams.size();
    }
    request_valid = request_valid && !address_ready ? true : accept;
    return accept || leaves;
}

bool ReadPort::clock_memory(Cycle now, int64_t address_beats, bool data_ready) {
    bool changed = false;
    if (data_valid && data_ready) {
        changed = true;
        if (--in_memory.front().beats == 0) {
            in_memory.pop_front();
        }
        data_valid = false;
    }
    if (address_beats != 0 && address_ready) {
        changed = true;
        in_memory.push_back({address_beats, memory.due(now)});
    }
    if (!data_valid && !in_memory.empty() && in_memory.front().due <= now + 1) {
        changed = true;
        data_valid = true;
        data_last = in_memory.front().beats == 1;
    }
    const size_t limit =
        size_t(memory.queue_bursts > 0 ? memory.queue_bursts : tensor.outstanding_bursts);
    const bool ready = in_memory.size() < limit;
    changed = changed || ready != address_ready;
    address_ready = ready;
    return changed;
}

void ReadPort::clock(Cycle now) {
    for (ReadStream &s : streams) {
        ask(s);
    }
    bool changed = false;
    if (streams.size() == 1) {
        ReadStream &s = streams[0];
        const int64_t address = s.request_beats;
        s.granted = address != 0 && address_ready;
        const bool beat = take_beat(s, data_valid, data_last), beat_last = data_last;
        changed = clock_memory(now, address, beat);
        changed = update(s, now, beat, beat_last) || changed;
    } else {
        const int64_t address = request_valid ? request.beats : 0;
        const bool routed = data_valid && !order.empty(), routed_last = data_last;
        const size_t served = routed ? order.front() : 0;
        changed = arbitrate();
        const bool accepted = std::any_of(streams.begin(), streams.end(),
                                          [](const ReadStream &s) { return s.granted; });
        changed = clock_memory(now, address, routed) || changed;
        for (size_t i = 0; i < streams.size(); i++) {
            ReadStream &s = streams[i];
            const bool there = !s.beats.empty(), last = there && s.beats.front();
            const bool beat = take_beat(s, there, last);
            changed = update(s, now, beat, last) || changed;
            if (beat) {
                s.beats.pop_front();
            }
        }
        if (routed) {
            streams[served].beats.push_back(routed_last);
            if (routed_last) {
                order.pop_front();
            }
        }
        if (accepted) {
            order.push_back(request.stream);
        }
    }
    next = changed ? now + 1 : wake_cycle(now);
}

Cycle ReadPort::wake_cycle(Cycle now) {
    Cycle wake = never;
    for (ReadStream &s : streams) {
        wake = std::min(wake, s.sequencer.wake_cycle(now, *this));
    }
    if (!data_valid && !in_memory.empty()) {
        wake = std::min(wake, in_memory.front().due - 1);
    }
    return wake;
}

} // namespace Orrery::model
