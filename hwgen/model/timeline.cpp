#include "hwgen/model/timeline.h"

#include "hwgen/hwir/specialize.h"
#include "hwgen/model/counts.h"
#include "hwgen/model/process_run.h"
#include "hwgen/support/error.h"

#include <memory>

namespace Orrery::model {

namespace {

/// The places of a token ring (rtl-templates/control/token_ring.v).
struct Ring {
    std::vector<Place *> to_writers; ///< of the writers but the first
    std::vector<Place *> to_readers, released;

    std::vector<Place *> writer_takes(size_t k) const {
        return k == 0 ? released : std::vector<Place *>{to_writers[k - 1]};
    }
    std::vector<Place *> writer_gives(size_t k) const {
        return k < to_writers.size() ? std::vector<Place *>{to_writers[k]} : to_readers;
    }
};

class Timeline {
public:
    Timeline(const hwir::Design &d, const hwir::Timing &t, const Run &r)
        : design(d), timing(t), run(r) {
        specialize();
        for (uint64_t start : run.starts) {
            starts.push_back(start + Cycle(timing.start));
        }
        bases = run.bases;
        bases.resize(run.starts.size(), std::vector<uint64_t>(design.tensors.size(), 0));
    }
    Prediction predict();

private:
    void specialize();
    Prediction add_counts() const;
    Ring make_ring(int slots, size_t writers, const std::vector<bool> &previous);
    Place *place(int tokens) { return &places.emplace_back(tokens); }
    void add_ports();
    void add_processes();
    void add_token(ProcessRun &process_run, int process, const hwir::Wait &wait,
                   const std::vector<Ring> &rings);
    void add_scratch_tokens(int tensor);
    void find_ends();
    StreamSequencer sequencer(size_t stream) const;
    int64_t chunk_bytes(const hwir::Stream &stream) const;
    size_t invocations_finished() const;
    void run_to_end();
    std::vector<uint64_t> finish_cycles() const;

    const hwir::Design &design;
    const hwir::Timing &timing;
    const Run &run;
    std::deque<hwir::Design> specialized;      ///< for the scalars of the invocations
    std::vector<hwir::Design *> of_invocation; ///< one of them
    std::vector<Cycle> starts;
    std::vector<std::vector<uint64_t>> bases;
    std::deque<Place> places;
    std::deque<Progress> progress;                ///< per buffer
    std::vector<std::unique_ptr<ReadPort>> reads; ///< per tensor, null where nothing loads
    std::vector<std::unique_ptr<WritePort>> writes;
    std::vector<size_t> number_in_port; ///< per stream that loads
    std::vector<const StreamSequencer *> ends; ///< those that invocations end with
    std::vector<std::unique_ptr<ProcessRun>> processes;
};

/// The design for each invocation; one for all that have the same scalars.
void Timeline::specialize() {
    for (size_t i = 0; i < run.starts.size(); i++) {
        const size_t same =
            run.scalars.empty()
                ? 0
                : size_t(std::find(run.scalars.begin(), run.scalars.end(), run.scalars[i]) -
                         run.scalars.begin());
        if (same < i) {
            of_invocation.push_back(of_invocation[same]);
            continue;
        }
        specialized.push_back(run.scalars.empty() ? design
                                                  : hwir::specialize(design, run.scalars[i]));
        of_invocation.push_back(&specialized.back());
    }
}

/// `previous`: for each reader, is it one of the previous generation?
Ring Timeline::make_ring(int slots, size_t writers, const std::vector<bool> &previous) {
    Ring ring;
    for (size_t k = 1; k < writers; k++) {
        ring.to_writers.push_back(place(0));
    }
    for (const bool before : previous) {
        ring.to_readers.push_back(place(before));
        ring.released.push_back(place(slots - before));
    }
    return ring;
}

int64_t Timeline::chunk_bytes(const hwir::Stream &stream) const {
    return hwir::lane_count(design.processes[stream.process], stream.lanes) *
           (design.tensors[stream.tensor].type.bits / 8);
}

StreamSequencer Timeline::sequencer(size_t stream) const {
    std::vector<uint64_t> addresses;
    for (const std::vector<uint64_t> &tensors : bases) {
        addresses.push_back(tensors[design.streams[stream].tensor]);
    }
    return {{of_invocation.begin(), of_invocation.end()}, stream, starts, addresses};
}

void Timeline::add_ports() {
    reads.resize(design.tensors.size());
    writes.resize(design.tensors.size());
    number_in_port.resize(design.streams.size());
    for (size_t s = 0; s < design.streams.size(); s++) {
        const hwir::Stream &stream = design.streams[s];
        const hwir::Tensor &tensor = design.tensors[stream.tensor];
        if (stream.load < 0) {
            const int fifo = hwir::store_places(timing.processes[stream.process]);
            writes[stream.tensor] = std::make_unique<WritePort>(tensor, run.memory, sequencer(s),
                                                                chunk_bytes(stream), fifo);
            continue;
        }
        if (!reads[stream.tensor]) {
            reads[stream.tensor] = std::make_unique<ReadPort>(tensor, run.memory);
        }
        number_in_port[s] = reads[stream.tensor]->add(sequencer(s), chunk_bytes(stream));
    }
    for (size_t t = 0; t < design.tensors.size(); t++) {
        if (design.tensors[t].direction == hwir::Direction::Scratch) {
            add_scratch_tokens(int(t));
        }
    }
    find_ends();
}

/// Behind the last port: they hold their streams by value.
void Timeline::find_ends() {
    for (size_t s = 0; s < design.streams.size(); s++) {
        const hwir::Stream &stream = design.streams[s];
        if (hwir::ends_invocations(design, stream)) {
            ends.push_back(stream.load < 0
                               ? &writes[stream.tensor]->sequencer()
                               : &reads[stream.tensor]->sequencer(number_in_port[s]));
        }
    }
}

/// As lower/top.cpp has it: the stream that stores and those that load take turns, and the two of a
/// process that updates the tensor in every pass as well.
void Timeline::add_scratch_tokens(int t) {
    const hwir::Tensor &tensor = design.tensors[t];
    const int writer = tensor.writers.front().process;
    const hwir::Process &process = design.processes[writer];
    size_t readers = 0;
    bool updates = false;
    for (const hwir::Stream &s : design.streams) {
        const bool loads = s.tensor == t && s.load >= 0;
        updates = updates || (loads && s.process == writer);
        readers += loads && s.process != writer;
    }
    const Ring ring = make_ring(1, 1, std::vector<bool>(readers));
    const Ring pass = make_ring(1, 1, {false});
    const int depth = hwir::generation_depth(tensor, writer);
    StreamSequencer &stores = writes[t]->sequencer();
    stores.add_token(
        {depth, updates ? std::vector<Place *>() : ring.writer_takes(0), ring.writer_gives(0), {}});
    size_t reader = 0;
    for (size_t s = 0; s < design.streams.size(); s++) {
        const hwir::Stream &stream = design.streams[s];
        if (stream.tensor != t || stream.load < 0) {
            continue;
        }
        StreamSequencer &loads = reads[t]->sequencer(number_in_port[s]);
        if (stream.process == writer) {
            loads.add_token({depth, ring.writer_takes(0), {}, {}});
            loads.add_token({process.pass_depth, pass.writer_takes(0), {}, pass.writer_gives(0)});
            stores.add_token({process.pass_depth, pass.to_readers, pass.released, {}});
        } else {
            loads.add_token({hwir::generation_depth(tensor, stream.process),
                             {ring.to_readers[reader]},
                             {ring.released[reader]},
                             {}});
            reader++;
        }
    }
}

void Timeline::add_token(ProcessRun &process_run, int p, const hwir::Wait &wait,
                         const std::vector<Ring> &rings) {
    const hwir::Buffer &buffer = design.buffers[wait.number];
    const Ring &ring = rings[wait.number];
    const bool writer = wait.kind == hwir::Wait::Kind::Write;
    const std::vector<hwir::TokenUse> &uses = writer ? buffer.writers : buffer.readers;
    size_t k = 0;
    while (uses.at(k).process != p) {
        k++;
    }
    if (writer) {
        process_run.add_token(ring.writer_takes(k), ring.writer_gives(k),
                              timing.processes[p].commit, nullptr);
        return;
    }
    int delay = 0;
    for (const hwir::Release &r : timing.processes[p].releases) {
        delay = r.buffer == wait.number ? r.cycle : delay;
    }
    process_run.add_token({ring.to_readers[k]}, {ring.released[k]}, delay, &progress[wait.number]);
}

void Timeline::add_processes() {
    std::vector<Ring> rings;
    for (const hwir::Buffer &b : design.buffers) {
        std::vector<bool> previous;
        for (const hwir::TokenUse &use : b.readers) {
            previous.push_back(use.previous);
        }
        rings.push_back(make_ring(b.slots, b.writers.size(), previous));
        progress.emplace_back();
    }
    for (int p = 0; p < int(design.processes.size()); p++) {
        std::map<hwir::Design *, std::shared_ptr<const ProcessShape>> known;
        std::vector<std::shared_ptr<const ProcessShape>> shapes;
        for (hwir::Design *d : of_invocation) {
            std::shared_ptr<const ProcessShape> &shape = known[d];
            shape = shape ? shape : std::make_shared<ProcessShape>(*d, p, timing.processes[p]);
            shapes.push_back(shape);
        }
        processes.push_back(std::make_unique<ProcessRun>(shapes, timing.processes[p], starts));
        ProcessRun &added = *processes.back();
        for (const hwir::Wait &wait : timing.processes[p].waits) {
            const bool load = wait.kind == hwir::Wait::Kind::Load;
            if (load || wait.kind == hwir::Wait::Kind::Store) {
                const int tensor = design.streams[wait.number].tensor;
                load ? added.add_load(*reads[tensor], number_in_port[wait.number])
                     : added.add_store(*writes[tensor]);
            } else {
                add_token(added, p, wait, rings);
            }
        }
        if (const int told = shapes[0]->told_buffer; told >= 0) {
            added.tell_progress(progress[told]);
        }
        added.begin();
    }
}

/// Invocations that all parts have finished.
size_t Timeline::invocations_finished() const {
    size_t finished = starts.size();
    for (const auto &p : processes) {
        finished = std::min(finished, p->done().size());
    }
    for (const StreamSequencer *s : ends) {
        finished = std::min(finished, s->done().size());
    }
    return finished;
}

/// The join of the parts tells the end of one invocation per cycle, a cycle behind the last part.
std::vector<uint64_t> Timeline::finish_cycles() const {
    std::vector<uint64_t> finish;
    for (size_t i = 0; i < starts.size(); i++) {
        Cycle last = i == 0 ? 0 : finish.back();
        for (const auto &p : processes) {
            last = std::max(last, p->done()[i]);
        }
        for (const StreamSequencer *s : ends) {
            last = std::max(last, s->done()[i]);
        }
        finish.push_back(last + 1);
    }
    return finish;
}

void Timeline::run_to_end() {
    std::vector<ReadPort *> all_reads;
    std::vector<WritePort *> all_writes;
    for (size_t t = 0; t < design.tensors.size(); t++) {
        if (reads[t]) {
            reads[t]->begin();
            all_reads.push_back(reads[t].get());
        }
        if (writes[t]) {
            writes[t]->begin();
            all_writes.push_back(writes[t].get());
        }
    }
    for (Cycle now = 0;;) {
        for (const auto &p : processes) {
            if (p->next == now) {
                p->clock(now);
            }
        }
        for (ReadPort *r : all_reads) {
            if (r->next == now) {
                r->clock(now);
            }
        }
        for (WritePort *w : all_writes) {
            if (w->next == now) {
                w->clock(now);
            }
        }
        Cycle next = never;
        for (const auto &p : processes) {
            next = std::min(next, p->next);
        }
        for (ReadPort *r : all_reads) {
            next = std::min(next, r->next);
        }
        for (WritePort *w : all_writes) {
            next = std::min(next, w->next);
        }
        if (next == never) {
            break;
        }
        ORRERY_CHECK(next > now, "the time does not go on");
        now = next;
    }
    ORRERY_CHECK(invocations_finished() == starts.size(), "the model of {} does not come to an end",
                 design.name);
}

void add(Traffic &sum, const Traffic &more) {
    sum.bursts += more.bursts;
    sum.beats += more.beats;
    sum.bytes += more.bytes;
}

/// The counts of all invocations.
Prediction Timeline::add_counts() const {
    Prediction sum = count(*of_invocation[0], timing, bases[0]);
    for (size_t i = 1; i < starts.size(); i++) {
        const Prediction more = count(*of_invocation[i], timing, bases[i]);
        for (size_t p = 0; p < sum.processes.size(); p++) {
            sum.processes[p].busy += more.processes[p].busy;
            sum.processes[p].operations += more.processes[p].operations;
            sum.processes[p].multiplications += more.processes[p].multiplications;
            sum.processes[p].idle_lanes += more.processes[p].idle_lanes;
            sum.processes[p].hops += more.processes[p].hops;
            sum.processes[p].hop_bits += more.processes[p].hop_bits;
        }
        for (size_t b = 0; b < sum.buffers.size(); b++) {
            sum.buffers[b].reads += more.buffers[b].reads;
            sum.buffers[b].writes += more.buffers[b].writes;
        }
        for (size_t t = 0; t < sum.tensors.size(); t++) {
            add(sum.tensors[t].read, more.tensors[t].read);
            add(sum.tensors[t].written, more.tensors[t].written);
        }
    }
    return sum;
}

Prediction Timeline::predict() {
    Prediction result = add_counts();
    add_ports();
    add_processes();
    run_to_end();
    for (size_t p = 0; p < processes.size(); p++) {
        result.processes[p].stalls = processes[p]->stalls();
    }
    for (uint64_t finish : finish_cycles()) {
        result.finished.push_back(finish +
                                  1); // counted from the host's write, a cycle before the start
    }
    result.cycles = result.finished.back();
    return result;
}

} // namespace

Prediction predict(const hwir::Design &design, const hwir::Timing &timing, const Run &run) {
    return Timeline(design, timing, run).predict();
}

} // namespace Orrery::model
