#include "hwgen/model/process_shape.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::model {

using Kind = hwir::Wait::Kind;

CounterSum::CounterSum(const hwir::ExprPool &pool, const hwir::Index &index, int loops)
    : offset(index.offset), base(pool, index.base) {
    for (int l = 0; l < loops; l++) {
        if (index.coefficients[l] != 0) {
            terms.emplace_back(l, index.coefficients[l]);
        }
    }
}

int64_t CounterSum::operator()(const int64_t *counters) const {
    int64_t sum = offset + base(counters);
    for (const auto &[loop, coefficient] : terms) {
        sum += coefficient * counters[loop];
    }
    return sum;
}

namespace {

const hwir::TokenUse &token_use(const hwir::Design &design, int process, const hwir::Wait &wait) {
    const hwir::Buffer &buffer = design.buffers[wait.number];
    for (const hwir::TokenUse &use : wait.kind == Kind::Write ? buffer.writers : buffer.readers) {
        if (use.process == process) {
            return use;
        }
    }
    ORRERY_CHECK(false, "{} has no token of {}", design.processes[process].name, buffer.name);
}

/// The conditions under which a lane moves an element of the stream. Lanes that share one do not
/// count twice.
std::vector<hwir::ExprId> stream_conditions(hwir::Design &design, const hwir::Stream &stream) {
    const hwir::Process &process = design.processes[stream.process];
    std::vector<hwir::ExprId> conditions = process.enables;
    if (stream.load < 0) {
        return conditions;
    }
    const std::vector<hwir::ExprId> &predicate = process.loads[stream.load].predicate;
    conditions.insert(conditions.end(), predicate.begin(), predicate.end());
    for (hwir::ExprId &c : conditions) {
        c = hwir::substitute(design.exprs, c, [&](const hwir::ExprNode &n) {
            const bool lane =
                n.op == hwir::Op::Counter && process.loops[n.value].kind == hwir::LoopKind::Lane;
            const bool own =
                std::find(stream.lanes.begin(), stream.lanes.end(), n.value) != stream.lanes.end();
            return lane && !own ? design.exprs.constant(0) : hwir::ExprId();
        });
    }
    return conditions;
}

} // namespace

ProcessShape::ProcessShape(hwir::Design &design, int number, const hwir::ProcessTiming &timing)
    : nest(design.exprs, design.processes[number].loops) {
    const hwir::Process &process = design.processes[number];
    for (const hwir::Wait &wait : timing.waits) {
        WaitShape &shape = waits.emplace_back();
        if (wait.kind == Kind::Write || wait.kind == Kind::Read) {
            const hwir::TokenUse &use = token_use(design, number, wait);
            shape.depth = use.depth;
            token_depth = std::max(token_depth, use.depth);
            for (const hwir::Index &needed : use.needed) {
                shape.needed.emplace_back(design.exprs, needed, nest.loops());
            }
            continue;
        }
        const hwir::Stream &stream = design.streams[wait.number];
        const std::vector<hwir::ExprId> conditions = stream_conditions(design, stream);
        shape.conditions.emplace(design.exprs, process, conditions, stream.lanes);
        shape.element_bytes = design.tensors[stream.tensor].type.bits / 8;
        stepwise = true;
    }
    for (size_t b = 0; b < design.buffers.size(); b++) {
        const hwir::Buffer &buffer = design.buffers[b];
        if (buffer.progress && buffer.writers.back().process == number) {
            hwir::Index sum = *buffer.progress; // relative to the first point
            sum.offset = 0;
            sum.base = {};
            told_buffer = int(b);
            told.emplace(design.exprs, sum, nest.loops());
            stepwise = true;
        }
    }
}

} // namespace Orrery::model
