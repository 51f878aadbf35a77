#pragma once
#include "fuzz/apply.h"
#include "fuzz/reference.h"
#include "fuzz/run_case.h"
#include "hwgen/hwir/design.h"

#include <functional>

namespace Orrery::fuzz {

/// The layer of a case with all of its steps. Throws as ScheduledLayer::apply.
ScheduledLayer scheduled(const Case &c);

/// The hardware IR of a case, after all passes.
hwir::Design compile_to_ir(const Case &c);

/// UserError if the design takes too many points to be run here.
void check_length(const hwir::Design &design, int64_t most_points);

/// Runs the hardware IR in the interpreter, timed and with random progress, and compares.
Outcome compare_with_halide(const hwir::Design &design, Reference &reference);

/// What `run` returns, or what its exception says.
Outcome outcome_of(const std::function<Outcome()> &run);

/// Of the last layer asked for, which is kept.
Reference &reference_of(const Layer &layer);

} // namespace Orrery::fuzz
