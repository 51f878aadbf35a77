#include "hwgen/interpreter/stream_walker.h"

#include "hwgen/passes/lane_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace Orrery::interpreter {
using namespace hwir;

namespace {

std::vector<ExprId> run_roots(const Descriptor &d) {
    std::vector<ExprId> roots{d.length};
    if (d.start.base.defined()) {
        roots.push_back(d.start.base);
    }
    roots.insert(roots.end(), d.conditions.begin(), d.conditions.end());
    return roots;
}

} // namespace

DescriptorWalker::DescriptorWalker(const ExprPool &pool, const Descriptor &d)
    : descriptor(d), offset(evaluate(pool, d.start.offset, {})),
      run_program(pool, d.loops, run_roots(d), false), counters(d.loops.size(), 0),
      limits(d.loops.size(), 0) {
    for (ExprId e : d.start.coefficients) {
        coefficients.push_back(evaluate(pool, e, {}));
    }
    for (const Loop &l : d.loops) {
        extents.push_back(
            std::make_unique<LaneProgram>(pool, d.loops, std::vector<ExprId>{l.extent}, false));
    }
}

/// Starts the loops from `depth` inwards at 0; the first of them that is empty, or their number.
size_t DescriptorWalker::enter(size_t depth) {
    for (size_t l = depth; l < limits.size(); l++) {
        counters[l] = 0;
        extents[l]->run(counters);
        limits[l] = extents[l]->result(0)[0];
        if (limits[l] <= 0) {
            return l;
        }
    }
    return limits.size();
}

/// Increments the innermost of the first `depth` loops that has iterations left; the depth of its
/// body.
std::optional<size_t> DescriptorWalker::increment(size_t depth) {
    for (; depth > 0; depth--) {
        if (++counters[depth - 1] < limits[depth - 1]) {
            return depth;
        }
    }
    return std::nullopt;
}

/// Goes to the next point of the loops; false at the end.
bool DescriptorWalker::advance() {
    std::optional<size_t> body = started ? increment(limits.size()) : 0;
    started = true;
    while (body) {
        size_t empty = enter(*body);
        if (empty == limits.size()) {
            return true;
        }
        body = increment(empty);
    }
    return false;
}

void DescriptorWalker::open_run() {
    run_program.run(counters);
    int64_t length = run_program.result(0)[0];
    bool has_base = descriptor.start.base.defined();
    for (size_t i = 0; i < descriptor.conditions.size(); i++) {
        if (!run_program.result(1 + has_base + i)[0]) {
            length = 0;
        }
    }
    element = offset + (has_base ? run_program.result(1)[0] : 0);
    for (size_t l = 0; l < counters.size(); l++) {
        element += coefficients[l] * counters[l];
    }
    if (length > descriptor.max_length) {
        throw Failure(
            fmt::format("a run of {} elements, more than {}", length, descriptor.max_length));
    }
    left = std::max<int64_t>(length, 0);
    run_count += left > 0;
}

std::optional<int64_t> DescriptorWalker::next() {
    while (left == 0 && !ended) {
        ended = !advance();
        if (!ended) {
            open_run();
        }
    }
    if (ended) {
        return std::nullopt;
    }
    left--;
    return element++;
}

StreamCheck::StreamCheck(const Design &design, int number)
    : stream(design.streams[number]), walker(design.exprs, stream.descriptor) {
    const Process &process = design.processes[stream.process];
    std::vector<int> others;
    for (int l : lane_loops(process)) {
        if (std::find(stream.lanes.begin(), stream.lanes.end(), l) == stream.lanes.end()) {
            others.push_back(l);
        }
    }
    first_lane.assign(lane_count(process, stream.lanes), -1);
    for (int64_t lane = 0; lane < lane_count(process); lane++) {
        std::vector<int64_t> counters = passes::lane_counters(process, lane);
        int64_t position = 0;
        for (int l : stream.lanes) {
            position = position * process.loops[l].max_extent + counters[l];
        }
        position_of.push_back(position);
        if (std::all_of(others.begin(), others.end(), [&](int l) { return counters[l] == 0; })) {
            first_lane[position] = lane;
        }
    }
}

void StreamCheck::move(const AccessPlan &plan, const Mask &mask) {
    int64_t count = 0, last = -1;
    for (int64_t position = 0; position < int64_t(first_lane.size()); position++) {
        int64_t lane = first_lane[position];
        if (!mask.lane[lane]) {
            continue;
        }
        bool neighbour = count == 0 ? position == 0 || stream.shifted : position == last + 1;
        if (!neighbour) {
            throw Failure(fmt::format("stream {}: lane {} is enabled without its neighbour",
                                      stream.name, position));
        }
        last = position;
        count++;
        std::optional<int64_t> element = walker.next();
        if (!element || *element != plan.addresses()[lane]) {
            throw Failure(fmt::format("stream {}: lane {} wants element {}, the stream brings {}",
                                      stream.name, position, plan.addresses()[lane],
                                      element ? std::to_string(*element) : "none"));
        }
    }
    elements += count;
    if (first_lane.size() != position_of.size()) {
        check_shared(plan, mask);
    }
}

/// Lanes that share an element: enabled only where the first of them is, and with its address.
void StreamCheck::check_shared(const AccessPlan &plan, const Mask &mask) const {
    for (size_t lane = 0; lane < position_of.size(); lane++) {
        int64_t first = first_lane[position_of[lane]];
        if (mask.lane[lane] &&
            (!mask.lane[first] || plan.addresses()[lane] != plan.addresses()[first])) {
            throw Failure(fmt::format("stream {}: lane {} does not share the element of lane {}",
                                      stream.name, lane, first));
        }
    }
}

void StreamCheck::check_end() {
    if (std::optional<int64_t> element = walker.next()) {
        throw Failure(
            fmt::format("stream {}: element {} is left at the end", stream.name, *element));
    }
}

} // namespace Orrery::interpreter
