#include "hwgen/hwir/verify.h"

#include "hwgen/support/error.h"

#include <algorithm>

namespace Orrery::hwir {

namespace {

/// A value of serial counters alone, that a sequencer can count along.
void check_counted(const Design &design, const Buffer &b, const Process &p, const Index &index) {
    ORRERY_CHECK(index.coefficients.size() == p.loops.size(), "{}: {} coefficients of {}", b.name,
                 index.coefficients.size(), p.name);
    bool lanes = index.lane_table.defined();
    for (size_t l = 0; l < p.loops.size(); l++) {
        bool lane = p.loops[l].kind == LoopKind::Lane;
        bool based = index.base.defined() && uses_counter(design.exprs, index.base, int(l));
        lanes = lanes || (lane && (index.coefficients[l] != 0 || based));
    }
    ORRERY_CHECK(!lanes && index.modulus == 0, "{}: progress of lanes of {}, or modulo", b.name,
                 p.name);
}

} // namespace

void verify_early_start(const Design &design, const Buffer &b) {
    bool early = false;
    for (const TokenUse &use : b.readers) {
        for (const Index &needed : use.needed) {
            check_counted(design, b, design.processes[use.process], needed);
        }
        early = early || !use.needed.empty();
    }
    for (const TokenUse &use : b.writers) {
        ORRERY_CHECK(use.needed.empty(), "{}: a writer waits for progress", b.name);
    }
    ORRERY_CHECK(early == b.progress.has_value(), "{}: progress that nobody waits for, or none",
                 b.name);
    if (!early) {
        return;
    }
    const TokenUse &last = b.writers.back();
    const Process &p = design.processes[last.process];
    check_counted(design, b, p, *b.progress);
    ORRERY_CHECK(!b.progress->base.defined() && b.progress->offset == 0,
                 "{}: progress does not start at 0", b.name);
    ORRERY_CHECK(!p.accumulation, "{}: progress of an accumulation", b.name);
    int64_t inside = 0; // the most that the loops further in add
    for (size_t l = p.loops.size(); l-- > 0;) {
        int64_t step = b.progress->coefficients[l];
        ORRERY_CHECK(step == 0 || (int(l) >= last.depth && step > inside),
                     "{}: progress does not grow with {}", b.name, p.loops[l].name);
        inside += step * std::max<int64_t>(0, p.loops[l].max_extent - 1);
    }
}

} // namespace Orrery::hwir
