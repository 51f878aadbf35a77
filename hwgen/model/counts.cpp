#include "hwgen/model/counts.h"

#include "hwgen/model/lanes.h"
#include "hwgen/model/run_bursts.h"

#include <algorithm>

namespace Orrery::model {

namespace {

using Point = const int64_t *;

std::vector<int> without(std::vector<int> loops, const std::vector<int> &dropped) {
    loops.erase(std::remove_if(loops.begin(), loops.end(),
                               [&](int l) {
                                   return std::find(dropped.begin(), dropped.end(), l) !=
                                          dropped.end();
                               }),
                loops.end());
    return loops;
}

/// The counters of one process.
class ProcessCounts {
public:
    ProcessCounts(const hwir::Design &d, int number)
        : design(d), pool(d.exprs), process(d.processes[number]), nest(pool, process.loops),
          all(pool, process, process.enables, hwir::lane_loops(process)),
          stored(pool, process, process.enables,
                 without(hwir::lane_loops(process), hwir::reduction_lanes(pool, process))) {}

    void add(const hwir::ProcessTiming &timing, ProcessPrediction &result,
             std::vector<BufferPrediction> &buffers) const {
        const int64_t none = 0;
        result.busy = uint64_t(nest.points(0, &none));
        result.stalls.assign(timing.waits.size(), 0);
        const uint64_t points = uint64_t(nest.sum(all.loops_used(), [&](Point p) {
            return int64_t(all.allows(p));
        })); // at which it computes
        const uint64_t lanes = uint64_t(all.all_lanes());
        const uint64_t enabled = all.depends_on_lanes() ? lanes_of(all) : points * lanes;
        result.operations = process.array ? enabled : 0;
        result.multiplications = enabled * uint64_t(hwir::multiplier_count(pool, process)) / lanes;
        result.idle_lanes = result.busy * lanes - enabled;
        add_hops(points, result);
        for (const hwir::CountedReads &r : timing.reads) {
            buffers[r.buffer].reads += reads(r, points);
        }
        if (process.store.kind == hwir::MemoryKind::Buffer) {
            BufferPrediction &buffer = buffers[process.store.memory];
            buffer.writes += stored.depends_on_lanes() ? lanes_of(stored)
                                                       : points * uint64_t(stored.all_lanes());
            if (process.accumulation) { // the element that is updated
                buffer.reads += points * uint64_t(stored.all_lanes());
            }
        }
    }

private:
    uint64_t lanes_of(const LaneConditions &conditions) const {
        return uint64_t(nest.sum(conditions.loops_used(), [&](Point p) {
            return conditions.allows(p) ? conditions.lanes(p) : 0;
        }));
    }

    /// Lanes of the loops of `loops` that are (not) in `of`.
    int64_t lanes_in(const std::vector<int> &loops, const std::vector<int> &of, bool in) const {
        int64_t lanes = 1;
        for (int l : loops) {
            const bool is = std::find(of.begin(), of.end(), l) != of.end();
            lanes *= is == in ? process.loops[l].max_extent : 1;
        }
        return lanes;
    }

    /// Along linked lane loops, an operand that does not depend on them passes from lane to lane,
    /// and so does a partial sum.
    void add_hops(uint64_t points, ProcessPrediction &result) const {
        const std::vector<int> linked = hwir::linked_lanes(process),
                               every = hwir::lane_loops(process);
        if (linked.empty()) {
            return;
        }
        auto add = [&](int64_t values, int64_t links, int bits) {
            result.hops += points * uint64_t(values * links);
            result.hop_bits += points * uint64_t(values * links * bits);
        };
        for (size_t k = 0; k < process.loads.size(); k++) {
            if (process.accumulation && process.accumulation->self_load == int(k)) {
                continue;
            }
            const hwir::Access &load = process.loads[k];
            std::vector<int> own;
            for (int l : every) {
                if (hwir::depends_on(pool, load, l)) {
                    own.push_back(l);
                }
            }
            const hwir::Type type = load.kind == hwir::MemoryKind::Buffer
                                        ? design.buffers[load.memory].type
                                        : design.tensors[load.memory].type;
            add(lanes_in(own, own, true), lanes_in(linked, own, false) - 1, type.bits);
        }
        const std::vector<int> reduced = hwir::reduction_lanes(pool, process);
        const hwir::Type sum = process.store.kind == hwir::MemoryKind::Buffer
                                   ? design.buffers[process.store.memory].type
                                   : design.tensors[process.store.memory].type;
        add(lanes_in(every, reduced, false), lanes_in(linked, reduced, true) - 1, sum.bits);
    }

    /// The elements that a port can reach, wherever the point is enabled and, of a port of one
    /// load, its predicate allows it.
    uint64_t reads(const hwir::CountedReads &r, uint64_t points) const {
        const std::vector<int> &loads = design.buffers[r.buffer].read_ports[r.read_port].loads;
        if (loads.size() > 1) {
            return points * uint64_t(r.elements);
        }
        std::vector<hwir::ExprId> conditions;
        for (const std::vector<hwir::ExprId> *list :
             {&process.enables, &process.loads[loads[0]].predicate}) {
            for (hwir::ExprId c : *list) {
                const std::vector<int> lanes = hwir::lane_loops(process);
                if (std::none_of(lanes.begin(), lanes.end(),
                                 [&](int l) { return hwir::uses_counter(pool, c, l); })) {
                    conditions.push_back(c);
                }
            }
        }
        const LaneConditions shared(pool, process, conditions, {});
        return uint64_t(r.elements) * uint64_t(nest.sum(shared.loops_used(), [&](Point p) {
                   return int64_t(shared.allows(p));
               }));
    }

    const hwir::Design &design;
    const hwir::ExprPool &pool;
    const hwir::Process &process;
    const Nest nest;
    const LaneConditions all, stored;
};

void add_run(Traffic &traffic, uint64_t address, uint64_t bytes, const hwir::Tensor &tensor,
             bool reads) {
    const uint64_t bus_bytes = uint64_t(tensor.bus_bits) / 8;
    const uint64_t last = (address + bytes - 1) / bus_bytes;
    for (uint64_t word = address / bus_bytes; word <= last;) {
        const int64_t beats = burst_beats(word, last, int(bus_bytes), tensor.max_burst_beats);
        traffic.bursts++;
        traffic.beats += uint64_t(beats);
        traffic.bytes += reads ? uint64_t(beats) * bus_bytes : 0;
        word += uint64_t(beats);
    }
    traffic.bytes += reads ? 0 : bytes;
}

} // namespace

Prediction count(const hwir::Design &design, const hwir::Timing &timing,
                 const std::vector<uint64_t> &bases) {
    Prediction result;
    result.processes.resize(design.processes.size());
    result.buffers.resize(design.buffers.size());
    result.tensors.resize(design.tensors.size());
    for (size_t p = 0; p < design.processes.size(); p++) {
        ProcessCounts(design, int(p)).add(timing.processes[p], result.processes[p], result.buffers);
    }
    for (const hwir::Stream &stream : design.streams) {
        const hwir::Tensor &tensor = design.tensors[stream.tensor];
        Traffic &traffic = stream.load >= 0 ? result.tensors[stream.tensor].read
                                            : result.tensors[stream.tensor].written;
        const RunPoints runs(design.exprs, stream, tensor);
        runs.nest().sum(~uint64_t{0}, [&](Point p) {
            if (runs.has_run(p)) {
                add_run(traffic, bases[stream.tensor] + uint64_t(runs.offset(p)),
                        uint64_t(runs.bytes(p)), tensor, stream.load >= 0);
            }
            return int64_t{0};
        });
    }
    return result;
}

} // namespace Orrery::model
