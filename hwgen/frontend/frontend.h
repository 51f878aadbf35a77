#pragma once
#include "halide-fork/lowering.h"
#include "hwgen/frontend/hardware_schedule.h"
#include "hwgen/hwir/design.h"

#include <string>
#include <vector>

namespace Orrery {

/// Hardware IR of a lowered pipeline: one process per stage, one buffer per Realize, one tensor per
/// input and for the output. Banks, read ports and streams are left to the passes.
///
///     produce out {                                    process out_s0
///      for (out.s0.y, 0, 7) {                            for out.s0.y in 7
///       realize acc([0, 9], [out.s0.y, 1]) {     =>        for out.s0.x in 9: out[x, y] =
///       int8(acc[x, 0])
///        produce acc { ... }                           process acc_s1 ...
///        consume acc { ... } } } }                     buffer acc int32[9, 1]: writers acc_s1@1,
///        readers out_s0@1
///
/// `inputs` are the parameters of the pipeline, buffers and scalars, in the order in which the
/// design lists them; min, extent and stride constraints give the shape of the tensors, and where
/// there is no constraint, the accessed region does. Bounds of the scalars give those of the
/// loops that depend on them. Throws UserError, naming Func, stage and loop, where the
/// pipeline or the schedule has no hardware form (yet).
hwir::Design build_design(const LoweredPipeline &pipeline, const HardwareSchedule &schedule,
                          const std::string &name, const std::vector<Halide::Parameter> &inputs);

} // namespace Orrery
