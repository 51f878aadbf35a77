// As rtl-templates/axi/axi_write_stream.v and sim/axi_memory.cpp, without data.
#include "hwgen/model/write_port.h"

namespace Orrery::model {

WritePort::WritePort(const hwir::Tensor &t, const Memory &m, StreamSequencer sequencer,
                     int64_t chunk_bytes, int fifo_places)
    : tensor(t), bus_bytes(t.bus_bits / 8), memory(m), runs(std::move(sequencer)),
      places(fifo_places), queue(chunk_bytes, t.bus_bits / 8) {}

void WritePort::push(int64_t bytes, Cycle visible) {
    places--;
    chunks.push_back({bytes, visible});
    wake(visible);
}

bool WritePort::push_chunk(Cycle now, int64_t taken) {
    const bool push = !chunks.empty() && chunks.front().visible <= now && queue.ready();
    if (push) {
        queue.fill += chunks.front().bytes;
        chunks.pop_front();
        places++;
        process->wake(now + 1);
    }
    queue.fill -= taken;
    return push;
}

bool WritePort::update_runs(Cycle now, bool request, bool settled) {
    const bool run_valid = runs.run_valid(now);
    const int64_t beats =
        request ? burst_beats(splitter.word, splitter.last_word, bus_bytes, tensor.max_burst_beats)
                : 0;
    const bool last_burst = request && splitter.word + uint64_t(beats) > splitter.last_word;
    const bool run_ready = !splitter.active || last_burst;
    if (request) {
        bursts.push_back(
            {splitter.first_byte, last_burst ? splitter.last_byte : bus_bytes - 1, beats});
        splitter.word += uint64_t(beats);
        splitter.first_byte = 0;
    }
    const bool taken = run_valid && run_ready;
    if (run_ready) {
        splitter.active = run_valid;
        if (run_valid) {
            const uint64_t bytes = uint64_t(bus_bytes), address = runs.address();
            const uint64_t last_byte = address + runs.bytes() - 1;
            splitter.word = address / bytes;
            splitter.last_word = last_byte / bytes;
            splitter.first_byte = int(address % bytes);
            splitter.last_byte = int(last_byte % bytes);
        }
    }
    return runs.clock(now, taken, settled) || taken || request;
}

bool WritePort::clock_memory(Cycle now, bool request, int64_t beats, bool takes_beat) {
    bool changed = request || takes_beat;
    if (response_valid) {
        responses.pop_front();
        response_valid = false;
        changed = true;
    }
    if (request) {
        incomplete.push_back(beats);
    }
    if (takes_beat && --incomplete.front() == 0) {
        responses.push_back(memory.due(now));
        incomplete.pop_front();
    }
    if (!responses.empty() && responses.front() <= now + 1) {
        response_valid = true;
        changed = true;
    }
    const size_t limit =
        size_t(memory.queue_bursts > 0 ? memory.queue_bursts : tensor.outstanding_bursts);
    const bool ready = incomplete.size() + responses.size() < limit;
    changed = changed || ready != address_ready;
    address_ready = ready;
    return changed;
}

void WritePort::clock(Cycle now) {
    const bool settled = !splitter.active && outstanding == 0;
    const bool request =
        splitter.active && outstanding != tensor.outstanding_bursts && address_ready;
    const int64_t beats =
        request ? burst_beats(splitter.word, splitter.last_word, bus_bytes, tensor.max_burst_beats)
                : 0;
    int64_t taken = 0;
    if (!bursts.empty()) {
        const Burst &burst = bursts.front();
        const int first = beat == 0 ? burst.first_byte : 0;
        const int last = beat + 1 == burst.beats ? burst.last_byte : bus_bytes - 1;
        taken = queue.available() >= last - first + 1 ? last - first + 1 : 0;
    }
    const bool response = response_valid, takes_beat = taken != 0;
    bool changed = clock_memory(now, request, beats, takes_beat);
    if (takes_beat && ++beat == bursts.front().beats) {
        bursts.pop_front();
        beat = 0;
    }
    changed = push_chunk(now, taken) || changed;
    changed = update_runs(now, request, settled) || changed;
    outstanding += int(request) - int(response);
    next = changed ? now + 1 : wake_cycle(now);
}

Cycle WritePort::wake_cycle(Cycle now) {
    Cycle wake = runs.wake_cycle(now, *this);
    if (!chunks.empty() && chunks.front().visible > now) {
        wake = std::min(wake, chunks.front().visible);
    }
    if (!response_valid && !responses.empty()) {
        wake = std::min(wake, responses.front() - 1);
    }
    return wake;
}

} // namespace Orrery::model
